import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { HistoryRecord } from '../../data/history.ts';

/** How a request ended; with the status that its caller got, where it failed. */
export const Outcome = ({ of }: { of: Pick<HistoryRecord, 'status' | 'metadata'> }) => {
  const { t } = useTranslation();
  const isGood = of.status === 'success';
  const code = of.metadata.error_information?.error_code;
  return (
    <Badge
      variant="light"
      radius="sm"
      size="sm"
      tt="none"
      color={isGood ? 'green' : 'red'}
      c={isGood ? 'var(--good)' : 'var(--bad)'}
    >
      {isGood ? t('history.success') : (code ?? t('history.failure'))}
    </Badge>
  );
};
