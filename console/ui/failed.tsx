import { Button, Center, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

/** A page that is not there, or could not be shown. */
export const Failed = (props: object) => {
  const { error } = props as { readonly error?: unknown };
  const { t } = useTranslation();
  return (
    <Center mih="60vh">
      <Stack align="center" gap="sm">
        <Title order={1} size="h3">
          {t(error ? 'error.page' : 'error.noPage')}
        </Title>
        {error instanceof Error && (
          <Text size="sm" className="soft" ff="monospace">
            {error.message}
          </Text>
        )}
        <Button component={Link} to="/overview" variant="default">
          {t('nav.overview')}
        </Button>
      </Stack>
    </Center>
  );
};
