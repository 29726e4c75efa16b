import { Code, Stack, Text } from '@mantine/core';
import { useServerWords } from './server-words.ts';

/** What a caller was told, in the reader's language and as it was said: callers paste it. */
export const Told = ({ error, status }: { error: string; status: number | null }) => {
  const { failed } = useServerWords();
  const shown = failed(error, '', status);
  return (
    <Stack gap="xs">
      {shown !== error && <Text size="sm">{shown}</Text>}
      <Code block lang="en" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {error}
      </Code>
    </Stack>
  );
};
