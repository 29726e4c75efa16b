import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { type ComponentType, lazy, type LazyExoticComponent } from 'react';
import { useTranslation } from 'react-i18next';

/**
 * A part of a page that is fetched once it is to be seen. Where it cannot be had, as while the
 * connection is lost, something else stands in its place: the rest of the page, and what was typed
 * there, stays. A browser never asks again for a module that it could not have, until a reload.
 */
export const part = <Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Instead: ComponentType<Props> = NotLoaded,
): LazyExoticComponent<ComponentType<Props>> =>
  lazy(async () => ({ default: await load().catch(() => Instead) }));

const NotLoaded = () => {
  const { t } = useTranslation();
  return (
    <Alert color="red" variant="light" role="alert" title={t('error.part')}>
      <Stack gap="xs">
        <Text size="sm">{t('error.partMore')}</Text>
        <Group>
          <Button size="compact-sm" variant="default" onClick={() => location.reload()}>
            {t('error.reload')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
};
