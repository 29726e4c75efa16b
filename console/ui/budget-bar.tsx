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
        {format.cost(spentUsd)}
      </Text>
    );
  const warns = typeof softUsd === 'number' && softUsd < maxUsd;
  const amounts = {
    spent: format.cost(spentUsd),
    max: format.money(maxUsd),
    soft: format.money(softUsd ?? 0),
  };
  const share = maxUsd > 0 ? Math.min(1, spentUsd / maxUsd) : 1;
  const color = share >= 1 ? 'var(--refused)' : share >= NEARLY ? 'var(--queue)' : 'var(--stream)';
  return (
    <div>
      <Group justify="space-between" gap="0 1rem" mb={6}>
        <Text size="xs" className="numbers" style={{ whiteSpace: 'nowrap' }}>
          {amounts.spent}
          <span className="soft"> / {amounts.max}</span>
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
        aria-valuetext={t(warns ? 'budget.spentWarns' : 'budget.spent', amounts)}
        title={warns ? t('budget.warns', { amount: amounts.soft }) : undefined}
        style={{
          position: 'relative',
          background: 'var(--line)',
          borderRadius: 4,
          height: 8,
          overflow: 'hidden',
        }}
      >
        <div style={{ width: `${share * 100}%`, height: '100%', background: color }} />
        {warns && <SoftMark share={(softUsd ?? 0) / maxUsd} />}
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
