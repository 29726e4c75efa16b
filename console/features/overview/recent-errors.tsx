import { Anchor, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useRequests } from '../../data/requests.ts';
import { useFormat } from '../../ui/format.ts';
import { useServerWords } from '../../ui/server-words.ts';
import { Status } from '../../ui/status.tsx';

const MOST = 6;
const EVERY_MS = 5_000;

export const RecentErrors = () => {
  const { t } = useTranslation();
  const format = useFormat();
  const { failed } = useServerWords();
  const { data } = useRequests({ status: 'error', limit: MOST }, EVERY_MS);
  const rows = data?.requests ?? [];
  if (rows.length === 0)
    return (
      <Text size="sm" className="soft" py="md">
        {t('overview.noErrors')}
      </Text>
    );
  return (
    <Stack gap={6}>
      {rows.map((one) => (
        <Group key={one.id} gap="xs" wrap="nowrap">
          <Text size="xs" className="soft numbers" style={{ flex: 'none' }}>
            {format.time(one.time)}
          </Text>
          <Status status={one.status} />
          <Anchor
            component={Link}
            to="/requests"
            search={{ id: one.id } as never}
            size="sm"
            truncate
          >
            {one.error === null ? t('overview.noReason') : failed(one.error, '', one.status)}
          </Anchor>
        </Group>
      ))}
    </Stack>
  );
};
