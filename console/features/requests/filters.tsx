import { Button, Group, NumberInput, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useModels } from '../../data/queries.ts';
import type { RequestsSearch } from './search.ts';

interface FiltersProps {
  readonly search: RequestsSearch;
  readonly change: (fields: Partial<RequestsSearch>) => void;
}

const STATUSES = ['error', '200', '429', '4xx', '5xx'] as const;
const TYPING_MS = 300;

/** Whether anything narrows what is listed. */
export const isFiltered = ({ q, group, deployment, status, slower }: RequestsSearch): boolean =>
  [q, group, deployment, status, slower].some((one) => one !== undefined);

export const Filters = ({ search, change }: FiltersProps) => {
  const { t } = useTranslation();
  const { data: models } = useModels();
  const [typed, setTyped] = useState(search.q ?? '');
  const find = useDebouncedCallback((q: string) => change({ q }), TYPING_MS);
  const groups = [...new Set(models?.deployments.map(({ group }) => group) ?? [])];
  const deployments = models?.deployments.map(({ deployment }) => deployment) ?? [];
  const isAny = typed === '' && !isFiltered(search);
  const clear = (): void => {
    setTyped('');
    change({ q: '', group: '', deployment: '', status: '', slower: undefined });
  };
  return (
    <Group gap="xs" align="end">
      <TextInput
        label={t('requests.search')}
        placeholder={t('requests.searchHint')}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          find(event.currentTarget.value);
        }}
        style={{ flex: '1 1 320px' }}
      />
      <Choice
        label={t('requests.group')}
        of={groups}
        value={search.group}
        choose={(group) => change({ group })}
      />
      <Choice
        label={t('requests.deployment')}
        of={deployments}
        value={search.deployment}
        choose={(deployment) => change({ deployment })}
      />
      <Choice
        label={t('requests.status')}
        of={STATUSES}
        nameOf={(one) => (one === 'error' ? t('requests.anyError') : one)}
        value={search.status}
        choose={(status) => change({ status })}
      />
      <NumberInput
        label={t('requests.slower')}
        value={search.slower ?? ''}
        onChange={(value) => change({ slower: Number(value) || undefined })}
        min={0}
        suffix=" s"
        w={120}
      />
      <Button variant="default" onClick={clear} disabled={isAny}>
        {t('requests.clear')}
      </Button>
    </Group>
  );
};

interface ChoiceProps {
  readonly label: string;
  readonly of: readonly string[];
  readonly value: string | undefined;
  readonly choose: (value: string) => void;
  readonly nameOf?: (value: string) => string;
}

const Choice = ({ label, of, value, choose, nameOf = (one) => one }: ChoiceProps) => {
  const { t } = useTranslation();
  return (
    <Select
      label={label}
      placeholder={t('requests.all')}
      data={of.map((one) => ({ value: one, label: nameOf(one) }))}
      value={value ?? null}
      onChange={(next) => choose(next ?? '')}
      clearable
      clearButtonProps={{ 'aria-label': t('requests.clear') }}
      w={150}
    />
  );
};
