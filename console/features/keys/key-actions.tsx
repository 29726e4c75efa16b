import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  blockKey,
  deleteKey,
  regenerateKey,
  resetKeySpend,
  type ShownKey,
} from '../../data/keys.ts';
import { useMe } from '../../data/me.ts';
import { useLeads } from '../../data/teams.ts';
import { Confirm, type Question } from '../../ui/confirm.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { MadeKeyView } from '../../ui/made-key.tsx';

interface ActionsProps {
  readonly of: ShownKey;
  readonly name: string;
  readonly close: () => void;
  readonly change: () => void;
}

/** What can be done with a key, for those who may. */
export const KeyActions = ({ of, name, close, change }: ActionsProps) => {
  const { t } = useTranslation();
  const { isAdmin } = useMe();
  const mayWrite = useMayWrite(of);
  const [question, setQuestion] = useState<Question>();
  const [isRenewing, setRenewing] = useState(false);
  const blocking = useMutation({ mutationFn: () => blockKey(of.token, !of.blocked) });
  if (!mayWrite) return null;
  const askDelete = (): void =>
    setQuestion({
      title: t('keys.deleteTitle', { name }),
      text: t('keys.deleteText'),
      verb: t('form.delete'),
      act: () => deleteKey(of.token).then(close),
    });
  const askReset = (): void =>
    setQuestion({
      title: t('keys.resetTitle', { name }),
      text: t('keys.resetText'),
      verb: t('keys.reset'),
      act: () => resetKeySpend(of.token),
    });
  return (
    <>
      <Group gap="xs">
        <Button size="compact-sm" onClick={change}>
          {t('form.change')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => setRenewing(true)}>
          {t('keys.renew')}
        </Button>
        {isAdmin && (
          <>
            <Button
              size="compact-sm"
              variant="default"
              loading={blocking.isPending}
              onClick={() => blocking.mutate()}
            >
              {t(of.blocked ? 'keys.unblock' : 'keys.block')}
            </Button>
            <Button size="compact-sm" variant="default" onClick={askReset}>
              {t('keys.reset')}
            </Button>
          </>
        )}
        <Button size="compact-sm" variant="light" color="red" c="var(--bad)" onClick={askDelete}>
          {t('form.delete')}
        </Button>
      </Group>
      {blocking.isError && <ErrorNote error={blocking.error} />}
      <Confirm of={question} close={() => setQuestion(undefined)} />
      <Renew of={of} isOpen={isRenewing} close={() => setRenewing(false)} done={close} />
    </>
  );
};

/** Theirs, or of a team that they lead; the route decides for itself. */
const useMayWrite = (of: ShownKey): boolean => {
  const { isAdmin, managesOwn, userId } = useMe();
  const leads = useLeads();
  if (isAdmin) return true;
  return managesOwn && (of.user_id === userId || leads(of.team_id));
};

const GRACES = ['none', '1h', '1d', '7d'] as const;

interface RenewProps {
  readonly of: ShownKey;
  readonly isOpen: boolean;
  readonly close: () => void;
  readonly done: () => void;
}

/** Another key in its place, and how long the old one opens on. */
const Renew = ({ of, isOpen, close, done }: RenewProps) => {
  const { t } = useTranslation();
  const [grace, setGrace] = useState<(typeof GRACES)[number]>('1h');
  const renewing = useMutation({
    mutationFn: () => regenerateKey(of.token, grace === 'none' ? undefined : grace),
  });
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={t('keys.renewTitle')}
      closeOnClickOutside={!renewing.data}
      closeButtonProps={{ 'aria-label': t('form.close') }}
    >
      {renewing.data ? (
        // The drawer shows a key whose token is no more.
        <MadeKeyView made={renewing.data} close={done} />
      ) : (
        <Stack>
          <Text size="sm">{t('keys.renewText')}</Text>
          <Select
            label={t('keys.grace')}
            data={GRACES.map((value) => ({ value, label: t(`keys.graces.${value}`) }))}
            value={grace}
            onChange={(value) => setGrace(GRACES.find((one) => one === value) ?? 'none')}
            allowDeselect={false}
          />
          {renewing.isError && <ErrorNote error={renewing.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('form.cancel')}
            </Button>
            <Button onClick={() => renewing.mutate()} loading={renewing.isPending}>
              {t('keys.renew')}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
};
