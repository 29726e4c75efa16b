import { Group, Text } from '@mantine/core';
import type { Live } from '../../data/live.ts';
import { seriesOf, type TrafficSum } from '../../data/traffic-sums.ts';
import { AreaChart } from '../../ui/area-chart.tsx';
import { seriesColor } from '../../ui/theme.ts';
import { useTranslation } from 'react-i18next';

interface TrafficChartProps {
  readonly live: Live;
  readonly lengthS: number;
  readonly of: 'requests' | 'tokens';
}

const VALUES: Readonly<Record<TrafficChartProps['of'], (count: TrafficSum) => number>> = {
  requests: ({ requests }) => requests,
  tokens: (count) => count.input_tokens + count.output_tokens,
};

/** How high an empty picture reaches. */
const LEAST = { requests: 1, tokens: 100 };

/** So many points are drawn; more could not be told apart. */
const POINTS = 60;

export const TrafficChart = ({ live, lengthS, of }: TrafficChartProps) => {
  const { t } = useTranslation();
  const names = (live.quota?.deployments ?? []).map(({ deployment }) => deployment);
  const { times, values } = seriesOf(live.seconds, names, {
    now: live.now,
    length: lengthS,
    value: VALUES[of],
  });
  const step = Math.max(1, Math.round(lengthS / POINTS));
  const at = times.filter((_, i) => i % step === 0);
  const series = names.map((name, i) => ({
    name,
    color: seriesColor(i),
    values: at.map((_, k) => mean(values[i] ?? [], k * step, step)),
  }));
  return (
    <>
      <AreaChart
        times={at}
        series={series}
        least={LEAST[of]}
        label={t(`overview.${of === 'requests' ? 'rate' : 'tokens'}`)}
      />
      <Group gap="md" mt={6}>
        {series.map(({ name, color }) => (
          <Group key={name} gap={6}>
            <span
              style={{ width: 10, height: 10, borderRadius: 3, background: color }}
              aria-hidden="true"
            />
            <Text size="xs">{name}</Text>
          </Group>
        ))}
      </Group>
    </>
  );
};

const mean = (values: readonly number[], from: number, count: number): number => {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += values[i] ?? 0;
  return sum / count;
};
