import { Text } from '@mantine/core';
import { Suspense } from 'react';
import { part } from './part.tsx';

interface WrittenProps {
  readonly text: string;
  /** False while more of it comes. */
  readonly isWhole: boolean;
}

const Plain = ({ text }: WrittenProps) => (
  <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
    {text}
  </Text>
);

const Markdown = part(async () => (await import('./markdown.tsx')).Markdown, Plain);

/** What a model wrote, as it comes; as bare text until there is what draws it. */
export const Written = (props: WrittenProps) => (
  <Suspense fallback={<Plain {...props} />}>
    <Markdown {...props} />
  </Suspense>
);
