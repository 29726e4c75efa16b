import { Alert, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeKey, type MadeKey, makeKey, makeTeamKey, type ShownKey } from '../../data/keys.ts';
import { useMe } from '../../data/me.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { FormEnd } from '../../ui/form-end.tsx';
import { KeyFields } from './key-fields.tsx';
import { fieldsOf, formOf, type KeyForm } from './key-form.ts';
import { MadeKeyView } from '../../ui/made-key.tsx';

/** What the dialog is about: a new key, or one that is there. */
export type KeyTask =
  | { readonly kind: 'new'; readonly form: KeyForm; readonly isForDify: boolean }
  | { readonly kind: 'change'; readonly key: ShownKey };

/** Writes a key down, and shows it, this once. */
export const KeyDialog = ({ task, close }: { task: KeyTask | undefined; close: () => void }) => {
  const { t } = useTranslation();
  const [isMade, setMade] = useState(false);
  const title =
    task?.kind === 'change'
      ? t('keys.changeTitle')
      : t(task?.isForDify ? 'keys.difyTitle' : 'keys.newTitle');
  const end = (): void => {
    setMade(false);
    close();
  };
  return (
    <Dialog
      title={isMade ? t('keys.madeTitle') : title}
      isOpen={task !== undefined}
      close={end}
      // Whoever has not copied a key yet loses it by a click beside it.
      isHeld={isMade}
    >
      {task && <Content task={task} close={end} made={() => setMade(true)} />}
    </Dialog>
  );
};

interface ContentProps {
  readonly task: KeyTask;
  readonly close: () => void;
  readonly made: () => void;
}

const Content = ({ task, close, made }: ContentProps) => {
  const { t } = useTranslation();
  const { isAdmin } = useMe();
  const before = task.kind === 'change' ? task.key : undefined;
  const isForDify = task.kind === 'new' && task.isForDify;
  const [form, setForm] = useState(task.kind === 'new' ? task.form : formOf(task.key));
  const writing = useMutation({
    mutationFn: async (): Promise<MadeKey | undefined> => {
      const fields = fieldsOf(form, before);
      if (before) {
        await changeKey(before.token, fields);
        return undefined;
      }
      // Of a team and nobody in it: an admin's own id would be no member.
      return isAdmin && form.team !== null && form.user === ''
        ? makeTeamKey(fields)
        : makeKey(isAdmin ? fields : withoutUser(fields));
    },
    onSuccess: (key) => (key ? made() : close()),
  });
  if (writing.data) return <MadeKeyView made={writing.data} isForDify={isForDify} close={close} />;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    writing.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {isForDify && (
          <Alert variant="light" color="water">
            {t('keys.difyFilled')}
          </Alert>
        )}
        <KeyFields
          form={form}
          change={(fields) => setForm({ ...form, ...fields })}
          isNew={before === undefined}
        />
        <FormEnd writing={writing} verb={t(before ? 'form.save' : 'keys.make')} close={close} />
      </Stack>
    </form>
  );
};

/** Who may make only their own says nothing of whose it is. */
const withoutUser = ({ user_id: _, ...fields }: ReturnType<typeof fieldsOf>) => fields;
