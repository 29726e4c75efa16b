import { Alert, Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ApiError, BrokenOff } from '../data/api.ts';

/** What went wrong, in the server's own words where it has said some, and what to do. */
export const ErrorNote = ({
  error,
  text,
  again,
}: {
  error: unknown;
  /** In the reader's language, where it is known what the server says. */
  text?: string | undefined;
  again?: () => void;
}) => {
  const { t } = useTranslation();
  const isSaid = error instanceof ApiError || error instanceof BrokenOff;
  const said = isSaid && error.message !== '' ? error.message : t('error.unreachable');
  const title =
    error instanceof ApiError
      ? t('error.refused', { status: error.status })
      : t(isSaid ? 'error.brokeOff' : 'error.lost');
  return (
    <Alert color="red" variant="light" role="alert" title={title}>
      <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
        {text ?? said}
      </Text>
      {again && (
        <Group mt="sm">
          <Button size="compact-sm" variant="default" onClick={again}>
            {t('error.again')}
          </Button>
        </Group>
      )}
    </Alert>
  );
};
