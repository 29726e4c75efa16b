import { Alert, Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../data/api.ts';

/** What went wrong, in the server's own words where it has said some, and what to do. */
export const ErrorNote = ({ error, again }: { error: unknown; again?: () => void }) => {
  const { t } = useTranslation();
  const isApi = error instanceof ApiError;
  const text = isApi && error.message !== '' ? error.message : t('error.unreachable');
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      title={isApi ? t('error.refused', { status: error.status }) : t('error.lost')}
    >
      <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
        {text}
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
