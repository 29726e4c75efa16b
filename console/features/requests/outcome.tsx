import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { HistoryRecord } from '../../data/history.ts';
import { Status } from '../../ui/status.tsx';

/** How a request ended; with the status that its caller got, where it failed or they left. */
export const Outcome = ({ of }: { of: Pick<HistoryRecord, 'status' | 'metadata'> }) => {
  const { t } = useTranslation();
  const isGood = of.status === 'success';
  const code = Number(of.metadata.error_information?.error_code);
  if (code > 0) return <Status status={code} />;
  return (
    <Badge
      variant="light"
      radius="sm"
      size="sm"
      tt="none"
      color={isGood ? 'green' : 'red'}
      c={isGood ? 'var(--good)' : 'var(--bad)'}
    >
      {t(isGood ? 'history.success' : 'history.failure')}
    </Badge>
  );
};
