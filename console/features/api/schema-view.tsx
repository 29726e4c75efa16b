import { Code } from '@mantine/core';
import { type OpenApi, type Schema, typeText } from './open-api.ts';

export const SchemaView = ({ schema, document }: { schema: Schema; document: OpenApi }) => (
  <Code block fz={12} style={{ overflowX: 'auto' }} tabIndex={0}>
    {typeText(schema, document)}
  </Code>
);
