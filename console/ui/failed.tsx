import { Button, Center, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageTitle } from './page-title.tsx';

/** A page that is not there, or could not be shown. */
export const Failed = (props: object) => {
  const { error } = props as { readonly error?: unknown };
  const { t } = useTranslation();
  return (
    <Center mih="60vh">
      <Stack align="center" gap="sm">
        <PageTitle text={t(error ? 'error.page' : 'error.noPage')} />
        {error instanceof Error && (
          <Text size="sm" className="soft" ff="monospace">
            {error.message}
          </Text>
        )}
        <Group>
          {error !== undefined && (
            <Button onClick={() => location.reload()}>{t('error.reload')}</Button>
          )}
          <Button component={Link} to="/overview" variant="default">
            {t('nav.overview')}
          </Button>
        </Group>
      </Stack>
    </Center>
  );
};
