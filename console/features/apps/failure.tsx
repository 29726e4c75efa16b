import { Text } from '@mantine/core';
import type { RunError } from '#flow/events.ts';
import { Original } from '../../ui/error-note.tsx';
import { useServerWords } from '../../ui/server-words.ts';

/** Why a run or one of its nodes has failed; what a program of the app said itself is in its own words. */
export const Failure = ({ error }: { error: Pick<RunError, 'code' | 'message'> }) => {
  const { failed, said, isForeign } = useServerWords();
  const shown = said(error.message) || failed('', error.code);
  return (
    <div>
      <Text size="sm" c="var(--bad)" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {shown}
      </Text>
      {isForeign && shown !== error.message && <Original text={error.message} />}
    </div>
  );
};
