import { MultiSelect, NumberInput, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBudgetNames } from '../../data/budgets.ts';
import { useModelNames } from '../../data/queries.ts';
import { changeTeam, makeTeam, type ShownTeam } from '../../data/teams.ts';
import { AllowanceFields } from '../../ui/allowance-fields.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FormEnd } from '../../ui/form-end.tsx';
import { fieldsOf, formOf } from './team-form.ts';

/** `new`, or a team that is there. */
export type TeamTask = 'new' | ShownTeam;

export const TeamDialog = ({ task, close }: { task: TeamTask | undefined; close: () => void }) => {
  const { t } = useTranslation();
  return (
    <Dialog
      title={t(task === 'new' ? 'teams.newTitle' : 'teams.changeTitle')}
      isOpen={task !== undefined}
      close={close}
    >
      {task && <TeamFields before={task === 'new' ? undefined : task} close={close} />}
    </Dialog>
  );
};

const TeamFields = ({ before, close }: { before: ShownTeam | undefined; close: () => void }) => {
  const { t } = useTranslation();
  const models = useModelNames();
  const budgets = useBudgetNames();
  const [form, setForm] = useState(() => formOf(before));
  const writing = useMutation({
    mutationFn: (): Promise<unknown> =>
      before ? changeTeam(before.team_id, fieldsOf(form)) : makeTeam(fieldsOf(form)),
    onSuccess: close,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    writing.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t('keys.alias')}
          value={form.alias}
          onChange={(event) => setForm({ ...form, alias: event.currentTarget.value })}
          maxLength={256}
          required
          data-autofocus
        />
        <MultiSelect
          label={t('keys.models')}
          data={[...new Set([...models, ...form.models])]}
          value={[...form.models]}
          placeholder={form.models.length === 0 ? t('keys.allModels') : ''}
          onChange={(value) => setForm({ ...form, models: value })}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('form.clear') }}
        />
        <AllowanceFields
          allowance={form.allowance}
          change={(fields) => setForm({ ...form, allowance: { ...form.allowance, ...fields } })}
          budgets={budgets}
        />
        <NumberInput
          label={t('teams.memberMax')}
          description={t('teams.memberBudgetHint')}
          value={form.memberBudget ?? ''}
          placeholder={t('allowance.none')}
          onChange={(next) => setForm({ ...form, memberBudget: next === '' ? null : Number(next) })}
          min={0}
          prefix="$"
        />
        <FormEnd writing={writing} close={close} />
      </Stack>
    </form>
  );
};
