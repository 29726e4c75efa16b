import { SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../data/me.ts';
import { History } from './history.tsx';
import { Recent } from './recent.tsx';

/** Requests: the latest as they are remembered, with every decision, or all that are kept. */
export const Requests = () => {
  const { of } = useSearch({ from: '/requests' });
  const { seesAll, keeps } = useMe();
  if (!seesAll) return <History />;
  const choice = keeps && <Choice />;
  return of === 'history' && keeps ? <History choice={choice} /> : <Recent choice={choice} />;
};

const Choice = (): ReactNode => {
  const { t } = useTranslation();
  const { of = 'recent' } = useSearch({ from: '/requests' });
  const navigate = useNavigate({ from: '/requests' });
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('history.which')}
      value={of}
      onChange={(next) => void navigate({ search: next === 'history' ? { of: 'history' } : {} })}
      data={(['recent', 'history'] as const).map((value) => ({
        value,
        label: t(`history.${value}`),
      }))}
    />
  );
};
