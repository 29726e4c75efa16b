import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLive } from '../data/live.ts';

/** While nothing comes from the server: what is shown is old, and nothing that was typed is lost. */
export const ConnectionBanner = () => {
  const { t } = useTranslation();
  const { state } = useLive();
  if (state !== 'lost') return null;
  return (
    <Alert color="red" variant="light" mb="md" role="alert" title={t('shell.lost')}>
      {t('shell.lostMore')}
    </Alert>
  );
};
