import { Group, NumberInput, Select, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Allowance } from '../data/allowance.ts';

interface AllowanceFieldsProps {
  readonly allowance: Allowance;
  readonly change: (fields: Allowance) => void;
  /** Budgets that may be named. */
  readonly budgets?: readonly string[];
}

const DURATIONS = ['1h', '1d', '7d', '30d', '1mo'] as const;

/** How much may be spent in how long, and how much may be sent at once. */
export const AllowanceFields = ({ allowance, change, budgets = [] }: AllowanceFieldsProps) => {
  const { t } = useTranslation();
  const nameOf = useDurationName();
  const durations = [...DURATIONS] as string[];
  const own = allowance.budget_duration;
  if (own && !durations.includes(own)) durations.push(own);
  return (
    <Stack gap="sm">
      <Group grow align="start">
        <Amount
          label={t('allowance.max')}
          value={allowance.max_budget}
          choose={(value) => change({ max_budget: value })}
          prefix="$"
        />
        <Amount
          label={t('allowance.soft')}
          value={allowance.soft_budget}
          choose={(value) => change({ soft_budget: value })}
          empty={t('allowance.never')}
          prefix="$"
        />
        <Select
          label={t('allowance.duration')}
          data={durations.map((value) => ({ value, label: nameOf(value) }))}
          value={own ?? null}
          placeholder={t('allowance.ever')}
          onChange={(value) => change({ budget_duration: value })}
          clearable
          clearButtonProps={{ 'aria-label': t('form.clear') }}
        />
      </Group>
      <Group grow align="start">
        <Amount
          label={t('allowance.rpm')}
          value={allowance.rpm_limit}
          choose={(value) => change({ rpm_limit: value })}
          isWhole
        />
        <Amount
          label={t('allowance.tpm')}
          value={allowance.tpm_limit}
          choose={(value) => change({ tpm_limit: value })}
          isWhole
        />
        <Amount
          label={t('allowance.parallel')}
          value={allowance.max_parallel_requests}
          choose={(value) => change({ max_parallel_requests: value })}
          isWhole
        />
      </Group>
      {budgets.length > 0 && (
        <Select
          label={t('allowance.named')}
          description={t('allowance.namedHint')}
          data={[...budgets]}
          value={allowance.budget_id ?? null}
          placeholder={t('allowance.noBudget')}
          onChange={(value) => change({ budget_id: value })}
          clearable
          searchable
          clearButtonProps={{ 'aria-label': t('form.clear') }}
        />
      )}
    </Stack>
  );
};

/** `30d` as people say it; as it stands where it is none of ours. */
export const useDurationName = (): ((duration: string) => string) => {
  const { t } = useTranslation();
  return (duration) => {
    const known = DURATIONS.find((one) => one === duration);
    return known ? t(`allowance.durations.${known}`) : duration;
  };
};

interface AmountProps {
  readonly label: string;
  readonly value: number | null | undefined;
  readonly choose: (value: number | null) => void;
  /** What stands there while there is no amount. */
  readonly empty?: string;
  readonly prefix?: string;
  readonly isWhole?: boolean;
}

const Amount = ({ label, value, choose, empty, prefix = '', isWhole = false }: AmountProps) => {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={label}
      value={value ?? ''}
      placeholder={empty ?? t('allowance.none')}
      onChange={(next) => choose(next === '' ? null : Number(next))}
      min={isWhole ? 1 : 0}
      prefix={prefix}
      allowDecimal={!isWhole}
      thousandSeparator=","
    />
  );
};
