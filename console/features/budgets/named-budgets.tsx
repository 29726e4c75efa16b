import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { allowanceOf } from '../../data/allowance.ts';
import {
  changeBudget,
  deleteBudget,
  makeBudget,
  type NamedBudget,
  useNamedBudgets,
} from '../../data/budgets.ts';
import { useMe } from '../../data/me.ts';
import { AllowanceFields, useDurationName } from '../../ui/allowance-fields.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Confirm, type Question } from '../../ui/confirm.tsx';
import { FormEnd } from '../../ui/form-end.tsx';
import { useFormat } from '../../ui/format.ts';
import { LimitsText } from '../../ui/limits-text.tsx';
import { Panel } from '../../ui/page.tsx';

interface Task {
  readonly budget: NamedBudget;
  readonly isNew: boolean;
}

/** Budgets that many may name: the same words for each, not the same money. */
export const NamedBudgets = () => {
  const { t } = useTranslation();
  const { isAdmin } = useMe();
  const { data: rows = [] } = useNamedBudgets();
  const [task, setTask] = useState<Task>();
  const [question, setQuestion] = useState<Question>();
  const askDelete = (id: string): void =>
    setQuestion({
      title: t('keys.deleteTitle', { name: id }),
      text: t('budgets.deleteText'),
      verb: t('form.delete'),
      act: () => deleteBudget(id),
    });
  const newOne = isAdmin && (
    <Button size="compact-sm" onClick={() => setTask({ budget: { budget_id: '' }, isNew: true })}>
      {t('budgets.new')}
    </Button>
  );
  return (
    <Panel title={t('budgets.named')} aside={newOne}>
      <Text size="sm" className="soft" mb="xs">
        {t('budgets.namedHint')}
      </Text>
      {rows.length > 0 && (
        <Table.ScrollContainer minWidth={560}>
          <Table fz="sm" verticalSpacing="xs" className="numbers">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('keys.alias')}</Table.Th>
                <Table.Th>{t('allowance.amount')}</Table.Th>
                <Table.Th>{t('keys.column.limits')}</Table.Th>
                <Table.Td />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Row
                  key={row.budget_id}
                  row={row}
                  isAdmin={isAdmin}
                  edit={() => setTask({ budget: row, isNew: false })}
                  remove={() => askDelete(row.budget_id)}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <BudgetDialog task={task} close={() => setTask(undefined)} />
      <Confirm of={question} close={() => setQuestion(undefined)} />
    </Panel>
  );
};

interface RowProps {
  readonly row: NamedBudget;
  readonly isAdmin: boolean;
  readonly edit: () => void;
  readonly remove: () => void;
}

const Row = ({ row, isAdmin, edit, remove }: RowProps) => {
  const { t } = useTranslation();
  const durationOf = useDurationName();
  const format = useFormat();
  return (
    <Table.Tr>
      <Table.Td fw={600}>{row.budget_id}</Table.Td>
      <Table.Td>
        {typeof row.max_budget === 'number' ? format.money(row.max_budget) : t('allowance.none')}
        {row.budget_duration && <span className="soft"> / {durationOf(row.budget_duration)}</span>}
      </Table.Td>
      <Table.Td>
        <LimitsText of={row} />
      </Table.Td>
      <Table.Td>
        {isAdmin && (
          <Group gap="xs" justify="end" wrap="nowrap">
            <Button size="compact-xs" variant="default" onClick={edit}>
              {t('form.change')}
            </Button>
            <Button size="compact-xs" variant="default" c="var(--bad)" onClick={remove}>
              {t('form.delete')}
            </Button>
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
};

const BudgetDialog = ({ task, close }: { task: Task | undefined; close: () => void }) => {
  const { t } = useTranslation();
  return (
    <Dialog
      title={t(task?.isNew ? 'budgets.newTitle' : 'budgets.changeTitle')}
      isOpen={task !== undefined}
      close={close}
    >
      {task && <BudgetForm task={task} close={close} />}
    </Dialog>
  );
};

const BudgetForm = ({ task, close }: { task: Task; close: () => void }) => {
  const { t } = useTranslation();
  const [id, setId] = useState(task.budget.budget_id);
  const [allowance, setAllowance] = useState(allowanceOf(task.budget));
  const writing = useMutation({
    mutationFn: () => {
      const { budget_id: _, ...fields } = allowance;
      const budget = { ...fields, budget_id: id.trim() };
      return task.isNew ? makeBudget(budget) : changeBudget(budget);
    },
    onSuccess: close,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    writing.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('keys.alias')}
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
          maxLength={256}
          disabled={!task.isNew}
          required
          data-autofocus
        />
        <AllowanceFields
          allowance={allowance}
          change={(fields) => setAllowance({ ...allowance, ...fields })}
        />
        <FormEnd writing={writing} close={close} />
      </Stack>
    </form>
  );
};
