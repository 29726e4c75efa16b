import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useAppModels } from '../../data/app-models.ts';

/** Models that an app names and nobody serves, and where that is mended. */
export const Unmapped = ({ appId }: { appId: string }) => {
  const { t } = useTranslation();
  const models = useAppModels();
  const names = (models.data?.wanted ?? [])
    .filter(({ apps, served_by: servedBy }) => servedBy === null && apps.includes(appId))
    .map(({ name }) => name);
  if (names.length === 0) return null;
  return (
    <Text size="sm" data-testid="unmapped" style={{ overflowWrap: 'anywhere' }}>
      {t('apps.unmapped', { names: names.join(', ') })}{' '}
      <Anchor component={Link} to="/providers" size="sm" underline="always">
        {t('nav.providers')}
      </Anchor>
    </Text>
  );
};
