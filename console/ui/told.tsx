import { Alert, Stack, Text } from '@mantine/core';
import { Original } from './error-note.tsx';
import { useServerWords } from './server-words.ts';
import { isBad } from './status.tsx';
import { Ticked } from './ticked.tsx';

interface ToldProps {
  readonly error: string;
  /** Of the error, where it is kept. */
  readonly code?: string;
  readonly status: number | null;
}

/** What a caller was told, in the reader's language and as it was said: callers paste it. */
export const Told = ({ error, code = '', status }: ToldProps) => {
  const { failed } = useServerWords();
  const shown = failed(error, code, status);
  return (
    <Alert color={status === null || isBad(status) ? 'red' : 'gray'} variant="light" role="note">
      <Stack gap="xs">
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          <Ticked text={shown} />
        </Text>
        {shown !== error && <Original text={error} />}
      </Stack>
    </Alert>
  );
};
