import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Allowance } from '../data/allowance.ts';
import { useFormat } from './format.ts';

/** How much may be sent, in few words. */
export const LimitsText = ({ of }: { of: Allowance }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const parts = [
    of.rpm_limit ? t('allowance.rpmIs', { amount: format.short(of.rpm_limit) }) : undefined,
    of.tpm_limit ? t('allowance.tpmIs', { amount: format.short(of.tpm_limit) }) : undefined,
    of.max_parallel_requests
      ? t('allowance.parallelIs', { amount: format.short(of.max_parallel_requests) })
      : undefined,
  ].filter((part) => part !== undefined);
  return (
    <Text size="sm" className={parts.length === 0 ? 'soft' : 'numbers'}>
      {parts.length === 0 ? t('allowance.none') : parts.join(' · ')}
    </Text>
  );
};
