import { Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../data/me.ts';
import { addMember, type Member, removeMember, type ShownTeam } from '../../data/teams.ts';
import { ErrorNote } from '../../ui/error-note.tsx';

interface MembersProps {
  readonly team: ShownTeam;
  readonly mayManage: boolean;
}

/** Who is in it and who comes in stand below each other, pixels. */
const GAP = 10;
const ROLE_WIDTH = 150;
const BUTTON_WIDTH = 84;

const nameOf = ({ user_id: id, user_email: email }: Member): string => id || email || '';

/** Who is in a team, and who leads it. */
export const Members = ({ team, mayManage }: MembersProps) => {
  const { t } = useTranslation();
  const members = team.members_with_roles ?? [];
  const removing = useMutation({ mutationFn: (one: Member) => removeMember(team.team_id, one) });
  const setting = useMutation({ mutationFn: (one: Member) => addMember(team.team_id, one) });
  return (
    <Stack gap="xs">
      {members.length === 0 && (
        <Text size="sm" className="soft">
          {t('teams.noMembers')}
        </Text>
      )}
      {members.length > 0 && (
        <Table fz="sm" verticalSpacing="xs" horizontalSpacing={0}>
          <Table.Tbody>
            {members.map((one) => (
              <Table.Tr key={nameOf(one)}>
                <Table.Td fw={600} style={{ overflowWrap: 'anywhere' }}>
                  {nameOf(one)}
                </Table.Td>
                <Table.Td w={ROLE_WIDTH + GAP} pl={GAP}>
                  {mayManage ? (
                    <RoleChoice
                      label={t('teams.roleOf', { name: nameOf(one) })}
                      role={one.role}
                      choose={(role) => setting.mutate({ ...one, role })}
                    />
                  ) : (
                    t(`teams.role.${one.role}`)
                  )}
                </Table.Td>
                {mayManage && (
                  <Table.Td w={BUTTON_WIDTH + GAP} pl={GAP}>
                    <Button
                      variant="default"
                      px={0}
                      fullWidth
                      c="var(--bad)"
                      onClick={() => removing.mutate(one)}
                    >
                      {t('teams.remove')}
                    </Button>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {removing.isError && <ErrorNote error={removing.error} />}
      {setting.isError && <ErrorNote error={setting.error} />}
      {mayManage && <NewMember team={team} />}
    </Stack>
  );
};

const NewMember = ({ team }: { team: ShownTeam }) => {
  const { t } = useTranslation();
  const { seesAll } = useMe();
  const [typed, setTyped] = useState('');
  const [role, setRole] = useState<Member['role']>('user');
  const adding = useMutation({
    mutationFn: (one: Member) => addMember(team.team_id, one),
    onSuccess: () => setTyped(''),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const name = typed.trim();
    adding.mutate(name.includes('@') ? { user_email: name, role } : { user_id: name, role });
  };
  return (
    <form onSubmit={submit}>
      <Group gap={GAP} align="end" wrap="nowrap">
        <TextInput
          label={t(seesAll ? 'teams.newMember' : 'teams.newMemberId')}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          maxLength={256}
          required
          style={{ flex: 1 }}
        />
        <RoleChoice label={t('teams.asRole')} role={role} choose={setRole} />
        <Button
          type="submit"
          variant="default"
          loading={adding.isPending}
          px={0}
          w={BUTTON_WIDTH}
          style={{ flex: 'none' }}
        >
          {t('teams.add')}
        </Button>
      </Group>
      {adding.isError && <ErrorNote error={adding.error} />}
    </form>
  );
};

const TEAM_ROLES = ['user', 'admin'] as const;

const RoleChoice = ({
  label,
  role,
  choose,
}: {
  label: string;
  role: Member['role'];
  choose: (role: Member['role']) => void;
}) => {
  const { t } = useTranslation();
  return (
    <Select
      aria-label={label}
      data={TEAM_ROLES.map((value) => ({ value, label: t(`teams.role.${value}`) }))}
      value={role}
      onChange={(value) => choose(value === 'admin' ? 'admin' : 'user')}
      allowDeselect={false}
      w={ROLE_WIDTH}
    />
  );
};
