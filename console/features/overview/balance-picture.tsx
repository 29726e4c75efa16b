import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { QuotaReply } from '#gateway/console/shapes.ts';
import { NO_TRAFFIC, type TrafficSum } from '../../data/traffic-sums.ts';
import { useFormat } from '../../ui/format.ts';
import { Gauge, KnownFrom } from '../../ui/gauge.tsx';
import { Health } from '../../ui/health.tsx';
import { seriesColor } from '../../ui/theme.ts';
import { useWide } from '../../ui/wide.ts';
import { Rivers } from './rivers.tsx';

interface BalancePictureProps {
  readonly group: string;
  readonly quota: QuotaReply;
  readonly sums: ReadonlyMap<string, TrafficSum>;
}

const ROW_HEIGHT = 92;
const ROW_GAP = 8;

/** A group's stream, and how it divides over its deployments: as wide as what each of them serves. */
export const BalancePicture = ({ group, quota, sums }: BalancePictureProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const isWide = useWide();
  const members = quota.deployments.filter((one) => one.group === group);
  const served = members.map((one) => sums.get(one.deployment)?.requests ?? 0);
  const all = served.reduce((sum, one) => sum + one, 0);
  const height = members.length * (ROW_HEIGHT + ROW_GAP) - ROW_GAP;
  const colorOf = (name: string): string =>
    seriesColor(quota.deployments.findIndex((one) => one.deployment === name));
  return (
    <Group gap={0} align="stretch" wrap="nowrap" data-testid="balance">
      {isWide && (
        <Stack gap={0} justify="center" w={110} style={{ flex: 'none' }}>
          <Text fz={28} fw={650} lh={1.1} className="numbers">
            {format.count(all)}
          </Text>
          <Text size="xs" className="soft">
            {t('overview.served')}
          </Text>
        </Stack>
      )}
      {isWide && (
        <Rivers
          height={height}
          rows={members.map((one, i) => ({
            color: colorOf(one.deployment),
            share: all === 0 ? 0 : served[i]! / all,
            isOut: one.paused || one.health === 'out',
          }))}
        />
      )}
      <Stack gap={ROW_GAP} style={{ flex: 1, minWidth: 0 }}>
        {members.map((one, i) => (
          <DeploymentRow
            key={one.deployment}
            now={one}
            color={colorOf(one.deployment)}
            sum={sums.get(one.deployment) ?? NO_TRAFFIC}
            share={all === 0 ? undefined : served[i]! / all}
            quota={quota}
          />
        ))}
      </Stack>
    </Group>
  );
};

interface RowProps {
  readonly now: QuotaReply['deployments'][number];
  readonly color: string;
  readonly sum: TrafficSum;
  readonly share: number | undefined;
  readonly quota: QuotaReply;
}

const DeploymentRow = ({ now, color, sum, share, quota }: RowProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const pools = quota.pools.filter(({ deployments }) => deployments.includes(now.deployment));
  const limits = pools.flatMap((pool) =>
    pool.limits.map((limit) => ({
      ...limit,
      key: `${pool.pool} ${limit.dimension} ${limit.window_s}`,
    })),
  );
  return (
    <Group
      wrap={useWide() ? 'nowrap' : 'wrap'}
      gap="md"
      mih={ROW_HEIGHT}
      px="sm"
      style={{ borderLeft: `4px solid ${color}`, borderRadius: 6, background: 'var(--faint)' }}
    >
      <Stack gap={2} w={150} style={{ flex: 'none', minWidth: 0 }}>
        <Group gap={6} wrap="nowrap">
          <Text fw={600} truncate title={now.deployment}>
            {now.deployment}
          </Text>
          <Health now={now} />
        </Group>
        <Text size="xs" className="soft numbers">
          {t('overview.inFlight', { count: now.in_flight })}
        </Text>
        {sum.errors > 0 && (
          <Text size="xs" c="var(--bad)" className="numbers">
            {t('overview.errorCount', { count: sum.errors })}
          </Text>
        )}
      </Stack>
      <Stack gap={0} w={88} style={{ flex: 'none' }} align="flex-end">
        <Text
          fz={26}
          fw={650}
          lh={1.1}
          className="numbers"
          data-testid={`served-${now.deployment}`}
        >
          {format.count(sum.requests)}
        </Text>
        <Text size="xs" className="soft numbers">
          {share === undefined ? '–' : format.percent(share)}
        </Text>
      </Stack>
      <Stack gap={0} w={92} style={{ flex: 'none' }} align="flex-end" visibleFrom="md">
        <Text size="sm" fw={550} className="numbers">
          {format.short(sum.input_tokens + sum.output_tokens)}
        </Text>
        <Text size="xs" className="soft">
          {t('overview.tokensWord')}
        </Text>
      </Stack>
      <Stack gap={8} style={{ flex: '1 1 240px', minWidth: 120 }} py={8}>
        {limits.length === 0 && (
          <Text size="xs" className="soft">
            {t('overview.noLimits')}
          </Text>
        )}
        {limits.slice(0, 3).map(({ key, ...limit }) => (
          <Gauge key={key} {...limit} />
        ))}
        {limits[0] && <KnownFrom source={limits[0].known_from} />}
      </Stack>
    </Group>
  );
};
