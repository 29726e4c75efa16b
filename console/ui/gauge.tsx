import { Group, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useDimension } from './dimension.ts';
import { useFormat } from './format.ts';

export interface GaugeProps {
  readonly dimension: string;
  readonly limit: number;
  readonly window_s: number;
  readonly capacity: number;
  readonly level: number;
  readonly known_from: string;
}

const KNOWN = ['config', 'header', 'refusal', 'learned'] as const;

const LOW = 0.15;

/** What one limit has left, of how much, and who says so. */
export const Gauge = (limit: GaugeProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const share = Math.min(1, Math.max(0, limit.level / Math.max(1, limit.capacity)));
  const known = KNOWN.find((one) => one === limit.known_from);
  const { nameOf, perOf } = useDimension();
  const per = perOf(limit.window_s);
  const name = nameOf(limit.dimension);
  const color = share < LOW ? 'var(--refused)' : 'var(--stream)';
  return (
    <div>
      <Group justify="space-between" gap={8} wrap="nowrap">
        <Text size="xs" className="soft" truncate>
          {t('gauge.left', { what: name })}
        </Text>
        <Text size="xs" className="numbers" style={{ whiteSpace: 'nowrap' }}>
          {format.count(limit.level)}
          <span className="soft">
            {' '}
            / {format.count(limit.limit)}
            {per}
          </span>
        </Text>
      </Group>
      <Tooltip label={known ? t(`gauge.from.${known}`) : limit.known_from} openDelay={200}>
        <div
          role="meter"
          aria-label={t('gauge.left', { what: name })}
          aria-valuemin={0}
          aria-valuemax={limit.capacity}
          aria-valuenow={Math.max(0, Math.min(limit.capacity, limit.level))}
          style={{ background: 'var(--line)', borderRadius: 4, height: 7, overflow: 'hidden' }}
        >
          <div
            style={{
              width: `${share * 100}%`,
              height: '100%',
              background: color,
              transition: 'width 0.6s linear',
            }}
          />
        </div>
      </Tooltip>
    </div>
  );
};

/** Where a limit is known from, as a word. */
export const KnownFrom = ({ source }: { source: string }) => {
  const { t } = useTranslation();
  const known = KNOWN.find((one) => one === source);
  return (
    <Text size="xs" className="soft" component="span">
      {known ? t(`gauge.from.${known}`) : source}
    </Text>
  );
};
