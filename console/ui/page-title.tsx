import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';

/** The heading of a page; the browser's tab and history have it, too. */
export const PageTitle = ({ text }: { text: string }) => {
  useDocumentTitle(`${text} · Spillway`);
  return (
    <Title order={1} size="h3" style={{ overflowWrap: 'anywhere' }}>
      {text}
    </Title>
  );
};
