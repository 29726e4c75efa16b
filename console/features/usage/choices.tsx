import { Button, Group, SegmentedControl, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useKey } from '../../data/keys.ts';
import { useMe } from '../../data/me.ts';
import { useTeamNames } from '../../data/teams.ts';
import { hasHours, NARROWS, perOf, PERIODS, USAGE_BY, type UsageSearch } from './search.ts';

interface ChoicesProps {
  readonly search: UsageSearch;
  readonly change: (fields: Partial<UsageSearch>) => void;
}

/** Which time, how finely, told apart by what, and in which measure. */
export const Choices = ({ search, change }: ChoicesProps) => {
  const { t } = useTranslation();
  const { seesAll } = useMe();
  const { days = 7, by = 'group', of = 'spend' } = search;
  return (
    <Group gap="sm" align="end">
      <SegmentedControl
        aria-label={t('usage.period')}
        value={String(days)}
        onChange={(value) => {
          const next = Number(value);
          change({ days: next === 1 || next === 30 || next === 90 ? next : undefined });
        }}
        data={PERIODS.map((value) => ({
          value: String(value),
          label: t(`usage.periods.${value}`),
        }))}
      />
      <SegmentedControl
        aria-label={t('usage.per')}
        value={perOf(search)}
        onChange={(value) => change({ per: value === 'hour' ? 'hour' : 'day' })}
        data={(['hour', 'day'] as const).map((value) => ({
          value,
          label: t(`usage.pers.${value}`),
          disabled: value === 'hour' && !hasHours(search),
        }))}
      />
      <SegmentedControl
        aria-label={t('usage.of')}
        value={of}
        onChange={(value) =>
          change({ of: value === 'requests' || value === 'tokens' ? value : undefined })
        }
        data={(['spend', 'requests', 'tokens'] as const).map((value) => ({
          value,
          label: t(`usage.${value}`),
        }))}
      />
      <Select
        aria-label={t('usage.apart')}
        data={USAGE_BY.filter((one) => one !== 'tag' || seesAll).map((value) => ({
          value,
          label: t(`usage.by.${value}`),
        }))}
        value={by}
        onChange={(value) => change({ by: USAGE_BY.find((one) => one === value) })}
        allowDeselect={false}
        w={190}
      />
    </Group>
  );
};

/** What it is narrowed to, each to be taken away. */
export const Narrowed = ({ search, change }: ChoicesProps) => {
  const { t } = useTranslation();
  const nameOf = useNameOfFilter(search);
  const given = Object.entries(NARROWS).flatMap(([by, name]) => {
    const value = search[name];
    return value === undefined ? [] : [{ by: by as keyof typeof NARROWS, name, value }];
  });
  if (given.length === 0 || search.by === 'tag') return null;
  return (
    <Group gap="xs">
      {given.map(({ by, name, value }) => (
        <Button
          key={name}
          size="compact-sm"
          variant="default"
          onClick={() => change({ [name]: undefined })}
          aria-label={t('usage.without', { what: t(`usage.one.${by}`), value: nameOf(by, value) })}
        >
          {t(`usage.one.${by}`)}: {nameOf(by, value)} ×
        </Button>
      ))}
    </Group>
  );
};

const SHORT = 12;

/** Keys and teams are known by their names, where they have one. */
const useNameOfFilter = ({ key, by }: UsageSearch) => {
  const teams = useTeamNames();
  const { data } = useKey(by === 'tag' ? undefined : key);
  return (of: keyof typeof NARROWS, value: string): string => {
    if (of === 'team') return teams(value);
    if (of !== 'token') return value;
    return data?.key_alias ?? data?.key_name ?? value.slice(0, SHORT);
  };
};
