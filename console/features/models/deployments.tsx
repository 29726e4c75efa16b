import { Alert, Badge, Group, Skeleton, Stack, Switch, Table, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelsReply, QuotaReply } from '#gateway/console/shapes.ts';
import { useLive } from '../../data/live.ts';
import { useMe } from '../../data/me.ts';
import { pause, useModels } from '../../data/queries.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { useDimension } from '../../ui/dimension.ts';
import { useFormat } from '../../ui/format.ts';
import { Ailment, Health } from '../../ui/health.tsx';
import { Panel } from '../../ui/page.tsx';
import { useServerWords } from '../../ui/server-words.ts';
import { useTold } from '../../ui/use-told.ts';
import { Limits } from './limits.tsx';

export const Deployments = () => {
  const { t } = useTranslation();
  const models = useModels();
  const { quota } = useLive();
  const { said } = useServerWords();
  if (models.isError) return <ErrorNote error={models.error} again={() => void models.refetch()} />;
  if (!models.data) return <Skeleton height={300} radius="md" />;
  const groups = [...new Set(models.data.deployments.map(({ group }) => group))];
  return (
    <Stack>
      {(quota?.pools ?? [])
        .flatMap(({ sharing }) => sharing ?? [])
        .map((sentence) => (
          <Alert key={sentence} color="orange" variant="light" title={t('models.shared')}>
            {said(sentence)}
          </Alert>
        ))}
      {groups.map((group) => (
        <GroupPanel key={group} group={group} models={models.data} quota={quota} />
      ))}
      {models.data.unusable.length > 0 && (
        <Panel title={t('models.unusable')}>
          {models.data.unusable.map((one) => (
            <Text key={one.deployment} size="sm">
              <b>{one.deployment}</b> ({one.group}): {said(one.why)}
            </Text>
          ))}
        </Panel>
      )}
    </Stack>
  );
};

interface GroupPanelProps {
  readonly group: string;
  readonly models: ModelsReply;
  readonly quota: QuotaReply | undefined;
}

const NOWRAP = { whiteSpace: 'nowrap' } as const;

const GroupPanel = ({ group, models, quota }: GroupPanelProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { unitOf } = useDimension();
  const together = quota?.groups.find((one) => one.group === group)?.per_minute ?? {};
  const sums = Object.entries(together).map(
    ([word, amount]) => `${format.count(amount)} ${unitOf(word)}`,
  );
  const paused = quota?.deployments.filter((one) => one.group === group && one.paused) ?? [];
  return (
    <Panel
      title={group}
      aside={
        <Group gap="xs">
          <Text size="xs" className="soft numbers">
            {sums.length > 0
              ? t('models.together', { sums: sums.join(t('why.and')) })
              : t('models.nothingKnown')}
            {paused.length > 0 &&
              t('models.ofThemPaused', { names: paused.map((one) => one.deployment).join(', ') })}
          </Text>
          <Badge variant="default" radius="sm" tt="none">
            {models.strategy}
          </Badge>
        </Group>
      }
    >
      <Table.ScrollContainer minWidth={1000}>
        <Table fz="sm" verticalSpacing="xs" className="numbers">
          <Table.Thead>
            <Table.Tr>
              <Table.Th style={NOWRAP}>{t('models.deployment')}</Table.Th>
              <Table.Th>{t('models.model')}</Table.Th>
              <Table.Th>{t('models.key')}</Table.Th>
              <Table.Th w={330}>{t('models.limits')}</Table.Th>
              <Table.Th>{t('models.price')}</Table.Th>
              <Table.Th ta="right" style={NOWRAP}>
                {t('models.inFlight')}
              </Table.Th>
              <Table.Th style={NOWRAP}>{t('models.takes')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {models.deployments
              .filter((one) => one.group === group)
              .map((one) => (
                <Row key={one.deployment} row={one} quota={quota} />
              ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
};

interface TakesProps {
  readonly deployment: string;
  readonly now: QuotaReply['deployments'][number] | undefined;
}

/** What is shown comes once a second: for so long a switch stays where a person has put it, ms. */
const HELD_MS = 2_500;

/** Whether it takes requests, to be switched by those who may. */
const Takes = ({ deployment, now }: TakesProps) => {
  const { t } = useTranslation();
  const { isAdmin } = useMe();
  const change = useMutation({ mutationFn: (paused: boolean) => pause(deployment, paused) });
  const { isPending, isSuccess, variables, reset } = change;
  useEffect(() => {
    if (!isSuccess) return undefined;
    const timer = setTimeout(reset, HELD_MS);
    return () => clearTimeout(timer);
  }, [isSuccess, reset]);
  const told = useTold();
  const isPaused = isPending || isSuccess ? variables : (now?.paused ?? false);
  return (
    <>
      <Switch
        checked={!isPaused}
        disabled={!now || !isAdmin}
        onChange={(event) => change.mutate(!event.currentTarget.checked)}
        label={t(isPaused ? 'models.paused' : 'models.open')}
        styles={{ label: NOWRAP }}
        aria-label={t('models.pause', { name: deployment })}
      />
      {change.isError && (
        <Text size="xs" c="var(--bad)" role="alert">
          {told(change.error)}
        </Text>
      )}
    </>
  );
};

const Row = ({
  row,
  quota,
}: {
  row: ModelsReply['deployments'][number];
  quota: QuotaReply | undefined;
}) => {
  const { t } = useTranslation();
  const format = useFormat();
  const now = quota?.deployments.find(({ deployment }) => deployment === row.deployment);
  const prices = [row.input_usd_per_million, row.output_usd_per_million];
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          <Text size="sm" fw={600}>
            {row.deployment}
          </Text>
          <Health now={now} />
        </Group>
        <Ailment now={now} />
        {row.tags.length > 0 && (
          <Text size="xs" className="soft">
            {row.tags.join(', ')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {row.provider}/{row.model}
        <Text size="xs" className="soft">
          {row.host}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="xs" ff="monospace">
          {row.key_source ?? t('models.noKey')}
        </Text>
        {row.shares !== null && (
          <Badge size="xs" variant="light" color="orange" c="var(--warn)" tt="none" radius="sm">
            {t('models.shares', { what: row.shares })}
          </Badge>
        )}
      </Table.Td>
      <Table.Td>
        <Limits row={row} pools={quota?.pools ?? []} />
      </Table.Td>
      <Table.Td>
        {prices.some((one) => one !== null)
          ? prices.map((one) => (one === null ? '–' : format.money(one))).join(' / ')
          : t('models.unpriced')}
      </Table.Td>
      <Table.Td ta="right">{now ? format.count(now.in_flight) : '–'}</Table.Td>
      <Table.Td>
        <Takes deployment={row.deployment} now={now} />
      </Table.Td>
    </Table.Tr>
  );
};
