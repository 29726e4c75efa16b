import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ApiError, BrokenOff } from '../data/api.ts';
import { useServerWords } from './server-words.ts';
import { Ticked } from './ticked.tsx';
import { useTold } from './use-told.ts';

/** From here on it is no fault of the request. */
const FAILED = 500;

/** What went wrong, and what to do; the server's own words beside it where the reader's are others. */
export const ErrorNote = ({
  error,
  text,
  title,
  advice,
  again,
}: {
  error: unknown;
  /** What did not go well; its status otherwise. */
  title?: string;
  /** What to look at where it was asked for, where the server cannot know that. */
  advice?: string | undefined;
  /** In the reader's language, where it is known what the server says. */
  text?: string | undefined;
  again?: () => void;
}) => {
  const { t } = useTranslation();
  const { isForeign } = useServerWords();
  const told = useTold();
  const isSaid = error instanceof ApiError || error instanceof BrokenOff;
  const original = isSaid ? error.message : '';
  const shown = text ?? told(error);
  const kind =
    error instanceof ApiError
      ? t(error.status < FAILED ? 'error.refused' : 'error.failed', { status: error.status })
      : t(isSaid ? 'error.brokeOff' : 'error.lost');
  return (
    <Alert color="red" variant="light" role="alert" title={title ?? kind}>
      <Stack gap="xs">
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          <Ticked text={shown} />
        </Text>
        {advice !== undefined && <Text size="sm">{advice}</Text>}
        {isForeign && original !== '' && original !== shown && <Original text={original} />}
        {again && (
          <Group>
            <Button size="compact-sm" variant="default" onClick={again}>
              {t('error.again')}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
};

/** The server's own words, for those who want to search for them or send them on. */
export const Original = ({ text }: { text: string }) => {
  const { t } = useTranslation();
  return (
    <details>
      <Text component="summary" size="xs" className="soft" style={{ cursor: 'pointer' }}>
        {t('error.said')}
      </Text>
      <Text size="xs" lang="en" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text}
      </Text>
    </details>
  );
};
