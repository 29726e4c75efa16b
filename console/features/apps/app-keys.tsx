import { Alert, Button, Code, Group, Stack, Table, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppKeysReply, AppReply } from '#gateway/console/app-shapes.ts';
import { makeKey, revokeKey, useAppKeys } from '../../data/apps.ts';
import { Confirm, type Question } from '../../ui/confirm.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { useFormat } from '../../ui/format.ts';
import { Panel } from '../../ui/page.tsx';

type KeyRow = AppKeysReply['data'][number];

/** Who may call an app: a new key is shown once, and by its end alone afterwards. */
export const AppKeys = ({ app }: { app: AppReply }) => {
  const { t } = useTranslation();
  const keys = useAppKeys(app.id);
  const [made, setMade] = useState<string>();
  const [asked, setAsked] = useState<Question>();
  const making = useMutation({
    mutationFn: () => makeKey(app.id),
    onSuccess: ({ key }) => setMade(key),
  });
  const revoke = ({ id, hint }: KeyRow): void =>
    setAsked({
      title: t('appApi.revokeTitle', { hint }),
      text: t('appApi.revokeText'),
      verb: t('appApi.revoke'),
      async act() {
        setMade(undefined);
        await revokeKey(app.id, id);
      },
    });
  const rows = keys.data?.data ?? [];
  return (
    <Panel
      title={t('appApi.keys')}
      aside={
        <Button size="compact-sm" onClick={() => making.mutate()} loading={making.isPending}>
          {t('appApi.make')}
        </Button>
      }
    >
      <Stack gap="sm">
        <Text size="sm" className="soft">
          {t('appApi.about')}
        </Text>
        {made !== undefined && (
          <Alert
            color="green"
            variant="light"
            role="status"
            title={t('appApi.once')}
            styles={{ title: { color: 'var(--good)' } }}
          >
            <Group gap="xs" wrap="nowrap">
              <Code style={{ overflowWrap: 'anywhere' }} data-testid="made-key">
                {made}
              </Code>
              <CopyButton value={made} label={t('appApi.copyKey')} />
            </Group>
          </Alert>
        )}
        {making.isError && <ErrorNote error={making.error} />}
        {keys.isError && <ErrorNote error={keys.error} />}
        {keys.isSuccess && rows.length === 0 && <Text size="sm">{t('appApi.none')}</Text>}
        {rows.length > 0 && <Rows rows={rows} revoke={revoke} />}
      </Stack>
      <Confirm of={asked} close={() => setAsked(undefined)} />
    </Panel>
  );
};

const Rows = ({ rows, revoke }: { rows: readonly KeyRow[]; revoke: (row: KeyRow) => void }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const date = (seconds: number): string => format.date(new Date(seconds * 1000).toISOString());
  return (
    <Table fz="sm" verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('appApi.key')}</Table.Th>
          <Table.Th>{t('appApi.created')}</Table.Th>
          <Table.Th>{t('appApi.used')}</Table.Th>
          <Table.Th w={120} aria-label={t('appApi.revoke')} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id}>
            <Table.Td>
              <Code>{row.hint}</Code>
            </Table.Td>
            <Table.Td>
              {row.created_at === 0 ? t('appApi.ofConfig') : date(row.created_at)}
            </Table.Td>
            <Table.Td>
              {row.last_used_at === null ? t('appApi.never') : date(row.last_used_at)}
            </Table.Td>
            <Table.Td ta="end">
              {row.created_at > 0 && (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`${t('appApi.revoke')} ${row.hint}`}
                  onClick={() => revoke(row)}
                >
                  {t('appApi.revoke')}
                </Button>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
};
