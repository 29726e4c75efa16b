import { Group, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { UsageReply } from '#gateway/console/kept-shapes.ts';
import { AreaChart } from '../../ui/area-chart.tsx';
import { useFormat } from '../../ui/format.ts';
import { seriesColor } from '../../ui/theme.ts';
import type { UsageBy } from './search.ts';
import { useNameOf } from './use-name-of.ts';

interface UsageChartProps {
  readonly usage: UsageReply;
  readonly of: 'spend' | 'requests' | 'tokens';
  readonly by: UsageBy;
  readonly per: 'hour' | 'day';
}

/** All others together: no colour of their own. */
const OTHERS = '#8a949c';

/** The colour of each row that has one. */
export const colorOf = (usage: UsageReply, id: string | null): string => {
  if (id === null) return OTHERS;
  const at = usage.series.findIndex((one) => one.id === id);
  return at < 0 ? OTHERS : seriesColor(at);
};

export const UsageChart = ({ usage, of, by, per }: UsageChartProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useNameOf(by);
  const times = useMemo(() => usage.times.map((at) => Date.parse(at) / 1000), [usage]);
  const series = usage.series.map((one) => ({
    name: nameOf(one),
    color: colorOf(usage, one.id),
    values: one[of],
  }));
  return (
    <>
      <AreaChart
        times={times}
        series={series}
        per={per}
        height={300}
        say={of === 'spend' ? format.money : undefined}
        label={t('usage.picture', { what: t(`usage.${of}`), by: t(`usage.by.${by}`) })}
      />
      <Group gap="md" mt={6}>
        {series.map(({ name, color }) => (
          <Group key={name} gap={6} wrap="nowrap">
            <Dot color={color} />
            <Text size="xs">{name}</Text>
          </Group>
        ))}
      </Group>
    </>
  );
};

export const Dot = ({ color }: { color: string }) => (
  <span
    style={{ width: 10, height: 10, borderRadius: 3, background: color, flex: 'none' }}
    aria-hidden="true"
  />
);
