import { Select, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { allowanceOf } from '../../data/allowance.ts';
import { useBudgetNames } from '../../data/budgets.ts';
import { changeUser, makeUser, ROLES, type Role, type ShownUser } from '../../data/users.ts';
import { AllowanceFields } from '../../ui/allowance-fields.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FormEnd } from '../../ui/form-end.tsx';
import { MadeKeyView } from '../../ui/made-key.tsx';

/** `new`, or a user who is there. */
export type UserTask = 'new' | ShownUser;

export const UserDialog = ({ task, close }: { task: UserTask | undefined; close: () => void }) => {
  const { t } = useTranslation();
  const [isMade, setMade] = useState(false);
  const end = (): void => {
    setMade(false);
    close();
  };
  return (
    <Dialog
      title={t(
        isMade ? 'users.madeTitle' : task === 'new' ? 'users.newTitle' : 'users.changeTitle',
      )}
      isOpen={task !== undefined}
      close={end}
      isHeld={isMade}
    >
      {task && (
        <UserForm
          before={task === 'new' ? undefined : task}
          close={end}
          made={() => setMade(true)}
        />
      )}
    </Dialog>
  );
};

interface UserFormProps {
  readonly before: ShownUser | undefined;
  readonly close: () => void;
  readonly made: () => void;
}

const UserForm = ({ before, close, made }: UserFormProps) => {
  const { t } = useTranslation();
  const budgets = useBudgetNames();
  const [id, setId] = useState(before?.user_id ?? '');
  const [email, setEmail] = useState(before?.user_email ?? '');
  const [role, setRole] = useState<Role>(before?.user_role ?? 'internal_user');
  const [allowance, setAllowance] = useState(allowanceOf(before));
  const writing = useMutation({
    mutationFn: async () => {
      const fields = { user_email: email.trim() || null, user_role: role, ...allowance };
      if (!before) return makeUser({ ...fields, ...(id.trim() && { user_id: id.trim() }) });
      await changeUser(before.user_id, fields);
      return undefined;
    },
    onSuccess: (user) => (user ? made() : close()),
  });
  if (writing.data) return <MadeKeyView made={writing.data} close={close} />;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    writing.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t('users.id')}
          description={t('users.idHint')}
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
          maxLength={256}
          disabled={before !== undefined}
          data-autofocus
        />
        <TextInput
          type="email"
          label={t('users.email')}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          maxLength={256}
        />
        <Select
          label={t('users.role')}
          description={t(`users.roleHint.${role}`)}
          data={ROLES.map((value) => ({ value, label: t(`users.roles.${value}`) }))}
          value={role}
          onChange={(value) => setRole(ROLES.find((one) => one === value) ?? 'internal_user')}
          allowDeselect={false}
        />
        <AllowanceFields
          allowance={allowance}
          change={(fields) => setAllowance({ ...allowance, ...fields })}
          budgets={budgets}
        />
        <FormEnd writing={writing} verb={t(before ? 'form.save' : 'users.make')} close={close} />
      </Stack>
    </form>
  );
};
