import { MultiSelect, Select, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useBudgetNames } from '../../data/budgets.ts';
import { useMe } from '../../data/me.ts';
import { useModelNames } from '../../data/queries.ts';
import { useTeamChoice } from '../../data/teams.ts';
import { AllowanceFields } from '../../ui/allowance-fields.tsx';
import { KEY_TYPES, type KeyForm } from './key-form.ts';

interface KeyFieldsProps {
  readonly form: KeyForm;
  readonly change: (fields: Partial<KeyForm>) => void;
  /** Until when it opens now, where it is there already. */
  readonly isNew: boolean;
}

const LIFETIMES = ['7d', '30d', '90d', '365d'] as const;
const AS_BEFORE = 'before';
const FOR_EVER = 'ever';

export const KeyFields = ({ form, change, isNew }: KeyFieldsProps) => {
  const { t } = useTranslation();
  const models = useModelNames();
  const teams = useTeamChoice();
  const budgets = useBudgetNames();
  const { isAdmin } = useMe();
  return (
    <Stack gap="sm">
      <TextInput
        label={t('keys.alias')}
        description={t('keys.aliasHint')}
        value={form.alias}
        onChange={(event) => change({ alias: event.currentTarget.value })}
        maxLength={256}
        data-autofocus
      />
      <MultiSelect
        label={t('keys.models')}
        data={[...new Set([...models, ...form.models])]}
        value={[...form.models]}
        placeholder={form.models.length === 0 ? t('keys.allModels') : ''}
        onChange={(value) => change({ models: value })}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('form.clear') }}
      />
      {teams.length > 0 && (
        <Select
          label={t('keys.team')}
          data={teams}
          value={form.team}
          placeholder={t('keys.noTeam')}
          onChange={(value) => change({ team: value })}
          limit={50}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('form.clear') }}
        />
      )}
      {isAdmin && (
        <TextInput
          label={t('keys.user')}
          description={t('keys.userHint')}
          value={form.user}
          onChange={(event) => change({ user: event.currentTarget.value })}
          maxLength={256}
        />
      )}
      <AllowanceFields
        allowance={form.allowance}
        change={(fields) => change({ allowance: { ...form.allowance, ...fields } })}
        budgets={budgets}
      />
      <Behaviour form={form} change={change} isNew={isNew} />
    </Stack>
  );
};

/** For how long it opens what, and how. */
const Behaviour = ({ form, change, isNew }: KeyFieldsProps) => {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t('keys.lifetime')}
        data={[
          ...(isNew ? [] : [{ value: AS_BEFORE, label: t('keys.asBefore') }]),
          { value: FOR_EVER, label: t('keys.forEver') },
          ...LIFETIMES.map((value) => ({ value, label: t(`keys.lifetimes.${value}`) })),
        ]}
        value={form.duration === undefined ? AS_BEFORE : (form.duration ?? FOR_EVER)}
        onChange={(value) =>
          change({
            duration: value === AS_BEFORE ? undefined : value === FOR_EVER ? null : value,
          })
        }
        allowDeselect={false}
      />
      <TagsInput
        label={t('keys.tags')}
        description={t('keys.tagsHint')}
        value={[...form.tags]}
        onChange={(value) => change({ tags: value })}
        clearable
        clearButtonProps={{ 'aria-label': t('form.clear') }}
      />
      <Select
        label={t('keys.type')}
        data={KEY_TYPES.map((value) => ({ value, label: t(`keys.types.${value}`) }))}
        value={form.type}
        onChange={(value) => change({ type: value ?? 'default' })}
        allowDeselect={false}
      />
      <Switch
        label={t('keys.waits')}
        description={t('keys.waitsHint')}
        checked={form.waits}
        onChange={(event) => change({ waits: event.currentTarget.checked })}
      />
      <Switch
        label={t('keys.usage')}
        description={t('keys.usageHint')}
        checked={form.alwaysUsage}
        onChange={(event) => change({ alwaysUsage: event.currentTarget.checked })}
      />
      <Switch
        label={t('keys.unpriced')}
        description={t('keys.unpricedHint')}
        checked={form.refusesUnpriced}
        onChange={(event) => change({ refusesUnpriced: event.currentTarget.checked })}
      />
      <TagsInput
        label={t('keys.ips')}
        description={t('keys.ipsHint')}
        value={[...form.ips]}
        onChange={(value) => change({ ips: value })}
        clearable
        clearButtonProps={{ 'aria-label': t('form.clear') }}
      />
    </>
  );
};
