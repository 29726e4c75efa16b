import { Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PlanReply } from '#gateway/console/shapes.ts';
import { useFormat } from '../../ui/format.ts';
import { Panel } from '../../ui/page.tsx';
import { seriesColor } from '../../ui/theme.ts';

type Column = PlanReply['columns'][number];

/** Both columns beside each other: what is served, waits and is refused, and by whom. */
export const Outcome = ({ plan }: { plan: PlanReply }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const titleOf = ({ title }: Column): string => t(title === 'now' ? 'plan.now' : 'plan.changed');
  const longest = Math.max(0.001, ...plan.columns.map((one) => one.wait_most_ms));
  return (
    <Stack data-testid="plan">
      <Panel
        title={t('plan.fared')}
        aside={
          <Text size="xs" className="soft numbers">
            {t('plan.replayed', {
              count: plan.requests,
              shown: format.count(plan.requests),
              minutes: plan.minutes,
            })}
          </Text>
        }
      >
        <Stack gap="lg">
          {plan.columns.map((column) => (
            <div key={column.title}>
              <Group justify="space-between" mb={4}>
                <Text fw={600}>{titleOf(column)}</Text>
                <Text
                  size="sm"
                  className="numbers"
                  c={column.refused > 0 ? 'var(--bad)' : 'var(--good)'}
                >
                  {t('plan.refused', {
                    share: format.percent(column.refused / Math.max(1, column.requests)),
                  })}
                </Text>
              </Group>
              <Bar column={column} />
            </div>
          ))}
          <Legend />
        </Stack>
      </Panel>
      <SimpleGrid cols={{ base: 1, md: plan.columns.length }}>
        {plan.columns.map((column) => (
          <Panel key={column.title} title={titleOf(column)}>
            <Waits column={column} longest={longest} />
            <Deployments column={column} />
            {column.deployments.some(({ used }) => used !== null && used > 1) && (
              <Text size="xs" className="soft" mt="xs">
                {t('plan.usedHint')}
              </Text>
            )}
          </Panel>
        ))}
      </SimpleGrid>
    </Stack>
  );
};

const WORDS = {
  atOnce: 'plan.atOnce',
  waited: 'plan.waited',
  refused: 'plan.refusedWord',
} as const;
const COLORS = {
  atOnce: 'var(--stream)',
  waited: 'var(--queue)',
  refused: 'var(--refused)',
} as const;

const Bar = ({ column }: { column: Column }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const parts = [
    ['atOnce', column.served - column.waited],
    ['waited', column.waited],
    ['refused', column.refused],
  ] as const;
  const said = parts.map(([name, count]) => `${t(WORDS[name])}: ${format.count(count)}`);
  return (
    <div
      role="img"
      aria-label={said.join(', ')}
      style={{
        display: 'flex',
        height: 30,
        borderRadius: 6,
        overflow: 'hidden',
        background: 'var(--faint)',
      }}
    >
      {parts.map(([name, count], i) => (
        <div
          key={name}
          title={said[i]}
          style={{
            width: `${(count / Math.max(1, column.requests)) * 100}%`,
            background: COLORS[name],
          }}
        />
      ))}
    </div>
  );
};

const Legend = () => {
  const { t } = useTranslation();
  return (
    <Group gap="lg">
      {(['atOnce', 'waited', 'refused'] as const).map((name) => (
        <Group key={name} gap={6}>
          <span style={{ width: 10, height: 10, borderRadius: 3, background: COLORS[name] }} />
          <Text size="xs">{t(WORDS[name])}</Text>
        </Group>
      ))}
    </Group>
  );
};

const Waits = ({ column, longest }: { column: Column; longest: number }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const rows = [
    ['plan.p50', column.wait_p50_ms],
    ['plan.p99', column.wait_p99_ms],
    ['plan.most', column.wait_most_ms],
  ] as const;
  return (
    <Stack gap={6} mb="md">
      {rows.map(([name, ms]) => (
        <Group key={name} gap="sm" wrap="nowrap">
          <Text size="xs" w={120} className="soft" style={{ flex: 'none' }}>
            {t(name)}
          </Text>
          <div style={{ flex: 1, background: 'var(--faint)', borderRadius: 3 }}>
            <div
              style={{
                width: `${Math.min(100, (ms / longest) * 100)}%`,
                height: 10,
                borderRadius: 3,
                background: 'var(--queue)',
              }}
            />
          </div>
          <Text size="xs" w={60} ta="right" className="numbers" style={{ flex: 'none' }}>
            {format.span(ms / 1000)}
          </Text>
        </Group>
      ))}
    </Stack>
  );
};

const Deployments = ({ column }: { column: Column }) => {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table fz="sm" verticalSpacing={4} horizontalSpacing={6} className="numbers">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('plan.deployment')}</Table.Th>
          <Table.Th ta="right">{t('plan.requests')}</Table.Th>
          <Table.Th ta="right">{t('plan.share')}</Table.Th>
          <Table.Th ta="right" style={{ whiteSpace: 'nowrap' }}>
            {t('plan.used')}
          </Table.Th>
          <Table.Th ta="right">{t('plan.cost')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {column.deployments.map((one, i) => (
          <Table.Tr key={one.deployment}>
            <Table.Td>
              <Group gap={6} wrap="nowrap">
                <span
                  style={{
                    width: 9,
                    height: 9,
                    borderRadius: 3,
                    background: seriesColor(i),
                    flex: 'none',
                  }}
                />
                {one.deployment}
              </Group>
            </Table.Td>
            <Table.Td ta="right">{format.count(one.requests)}</Table.Td>
            <Table.Td ta="right">{format.percent(one.share)}</Table.Td>
            <Table.Td ta="right" title={one.busiest_limit ?? undefined}>
              {one.used === null ? '–' : format.percent(one.used)}
            </Table.Td>
            <Table.Td ta="right">
              {one.cost_usd === null ? '–' : format.money(one.cost_usd)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
};
