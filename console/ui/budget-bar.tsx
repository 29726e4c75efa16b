import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from './format.ts';

export interface BudgetBarProps {
  /** Whose money it is, for those who do not see the bar. */
  readonly label: string;
  readonly spentUsd: number;
  readonly maxUsd: number | null | undefined;
  readonly softUsd?: number | null | undefined;
  /** When it begins anew, ISO. */
  readonly resetAt?: string | null | undefined;
}

const NEARLY = 0.85;

/** What is spent, of how much, and when it begins anew. */
export const BudgetBar = ({ label, spentUsd, maxUsd, softUsd, resetAt }: BudgetBarProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  if (typeof maxUsd !== 'number')
    return (
      <Text size="sm" className="numbers">
        {format.money(spentUsd)}
      </Text>
    );
  const share = maxUsd > 0 ? Math.min(1, spentUsd / maxUsd) : 1;
  const color = share >= 1 ? 'var(--refused)' : share >= NEARLY ? 'var(--queue)' : 'var(--stream)';
  return (
    <div>
      <Group justify="space-between" gap={12} mb={3} wrap="nowrap">
        <Text size="xs" className="numbers" style={{ whiteSpace: 'nowrap' }}>
          {format.money(spentUsd)}
          <span className="soft"> / {format.money(maxUsd)}</span>
        </Text>
        {resetAt && (
          <Text size="xs" className="soft numbers" truncate title={format.date(resetAt)}>
            {t('budget.anew', { when: format.day(resetAt) })}
          </Text>
        )}
      </Group>
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={maxUsd}
        aria-valuenow={Math.min(spentUsd, maxUsd)}
        style={{
          position: 'relative',
          background: 'var(--line)',
          borderRadius: 4,
          height: 8,
          overflow: 'hidden',
        }}
      >
        <div style={{ width: `${share * 100}%`, height: '100%', background: color }} />
        {typeof softUsd === 'number' && softUsd < maxUsd && <SoftMark share={softUsd / maxUsd} />}
      </div>
    </div>
  );
};

/** Where somebody is told, and nothing is refused yet. */
const SoftMark = ({ share }: { share: number }) => (
  <div
    style={{
      position: 'absolute',
      left: `${share * 100}%`,
      top: 0,
      bottom: 0,
      width: 2,
      background: 'var(--text-soft)',
    }}
  />
);
