import { Anchor, Group, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { ShownKey } from '../data/keys.ts';

/** Somebody's keys, each leading to its page. */
export const KeyLinks = ({ keys }: { keys: readonly ShownKey[] }) => {
  const { t } = useTranslation();
  return (
    <section>
      <Title order={3} size="h6" mb="xs">
        {t('keys.title')}
      </Title>
      {keys.length === 0 ? (
        <Text size="sm" className="soft">
          {t('keys.noneOfTheirs')}
        </Text>
      ) : (
        <Group gap="sm">
          {keys.map(({ token, key_alias: alias, key_name: name }) => (
            <Anchor
              key={token}
              component={Link}
              to="/keys"
              search={{ key: token } as never}
              size="sm"
            >
              {alias ?? name}
            </Anchor>
          ))}
        </Group>
      )}
    </section>
  );
};
