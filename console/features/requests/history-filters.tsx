import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../data/me.ts';
import { useModelNames, useModels } from '../../data/queries.ts';
import { useTeamChoice } from '../../data/teams.ts';
import styles from './history-filters.module.css';
import type { RequestsSearch } from './search.ts';

interface HistoryFiltersProps {
  readonly search: RequestsSearch;
  readonly change: (fields: Partial<RequestsSearch>) => void;
}

const NOTHING = {
  q: undefined,
  from: undefined,
  to: undefined,
  group: undefined,
  deployment: undefined,
  status: undefined,
  key: undefined,
  team: undefined,
  user: undefined,
  end_user: undefined,
} as const;

const TYPED = ['q', 'key', 'user', 'end_user'] as const;
const TYPING_MS = 300;

/** Whether anything narrows what is listed. */
export const isNarrowed = (search: RequestsSearch): boolean =>
  Object.keys(NOTHING).some((name) => search[name as keyof typeof NOTHING] !== undefined);

export const HistoryFilters = ({ search, change }: HistoryFiltersProps) => {
  const { t } = useTranslation();
  const { seesAll } = useMe();
  // Cleared fields are new ones: what was typed is not kept elsewhere.
  const [round, setRound] = useState(0);
  return (
    <div className={styles.filters}>
      {(['from', 'to'] as const).map((name) => (
        <TextInput
          key={name}
          type="date"
          label={t(`history.${name}`)}
          value={search[name] ?? ''}
          onChange={(event) => change({ [name]: event.currentTarget.value })}
        />
      ))}
      <Chosen search={search} change={change} />
      {TYPED.filter((name) => name !== 'user' || seesAll).map((name) => (
        <Typed key={`${name} ${round}`} name={name} search={search} change={change} />
      ))}
      <Button
        variant="default"
        disabled={!isNarrowed(search)}
        style={{ justifySelf: 'start' }}
        onClick={() => {
          setRound(round + 1);
          change(NOTHING);
        }}
      >
        {t('requests.clear')}
      </Button>
    </div>
  );
};

const Typed = ({
  name,
  search,
  change,
}: HistoryFiltersProps & { readonly name: (typeof TYPED)[number] }) => {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(search[name] ?? '');
  const find = useDebouncedCallback((value: string) => change({ [name]: value.trim() }), TYPING_MS);
  return (
    <TextInput
      label={t(`history.field.${name}`)}
      placeholder={t(`history.hint.${name}`)}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        find(event.currentTarget.value);
      }}
    />
  );
};

const Chosen = ({ search, change }: HistoryFiltersProps) => {
  const { t } = useTranslation();
  const groups = useModelNames();
  const { data: models } = useModels();
  const teams = useTeamChoice();
  const deployments = models?.deployments.map(({ deployment }) => deployment) ?? [];
  const choices = [
    { name: 'status', data: STATUSES.map((value) => ({ value, label: t(`history.${value}`) })) },
    { name: 'group', data: groups.map((value) => ({ value, label: value })) },
    { name: 'deployment', data: deployments.map((value) => ({ value, label: value })) },
    { name: 'team', data: teams },
  ] as const;
  return choices
    .filter(({ data }) => data.length > 0)
    .map(({ name, data }) => (
      <Select
        key={name}
        label={t(`history.field.${name}`)}
        placeholder={t('requests.all')}
        data={data}
        value={search[name] ?? null}
        onChange={(value) => change({ [name]: value ?? undefined })}
        limit={50}
        searchable={data.length > 10}
        clearable
        clearButtonProps={{ 'aria-label': t('requests.clear') }}
      />
    ));
};

const STATUSES = ['success', 'failure'] as const;
