import { Button, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { withNamed } from '../../data/allowance.ts';
import { useMe } from '../../data/me.ts';
import { type ShownUser, USERS_A_PAGE, useUsers } from '../../data/users.ts';
import { Asked } from '../../ui/asked.tsx';
import { Empty } from '../../ui/empty.tsx';
import { LimitsText } from '../../ui/limits-text.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { RowButton } from '../../ui/row-button.tsx';
import { SpenderBar } from '../../ui/spender-bar.tsx';
import { UserDialog, type UserTask } from './user-dialog.tsx';
import { UserDrawer } from './user-drawer.tsx';

const TYPING_MS = 300;

/** The people who have keys. */
export const Users = () => {
  const { t } = useTranslation();
  const { isAdmin } = useMe();
  const { id } = useSearch({ from: '/users' });
  const navigate = useNavigate({ from: '/users' });
  const [email, setEmail] = useState('');
  const [page, setPage] = useState(1);
  const [task, setTask] = useState<UserTask>();
  const users = useUsers({ page, ...(email !== '' && { user_email: email }) });
  const find = useDebouncedCallback((value: string) => {
    setPage(1);
    setEmail(value.trim());
  }, TYPING_MS);
  const open = (user: string | undefined): void => {
    void navigate({ search: user === undefined ? {} : { id: user }, replace: true });
  };
  const newOne = isAdmin && <Button onClick={() => setTask('new')}>{t('users.new')}</Button>;
  const isBare = email === '' && !users.isPlaceholderData && users.data?.total === 0;
  return (
    <Page title={t('users.title')} about={t('users.about')} actions={!isBare && newOne}>
      {!isBare && (
        <TextInput
          label={t('users.search')}
          placeholder={t('users.searchHint')}
          onChange={(event) => find(event.currentTarget.value)}
          w={260}
        />
      )}
      <Asked of={users} height={200}>
        {(data) =>
          data.total === 0 ? (
            <Empty
              title={t(email === '' ? 'users.none' : 'users.noneFit')}
              text={t(email === '' ? 'users.noneText' : 'users.noneFitText')}
            >
              {email === '' && newOne}
            </Empty>
          ) : (
            <>
              <UsersTable rows={data.users} open={open} />
              <Pager page={page} size={USERS_A_PAGE} total={data.total} go={setPage} />
            </>
          )
        }
      </Asked>
      <UserDrawer id={id} close={() => open(undefined)} change={setTask} />
      <UserDialog task={task} close={() => setTask(undefined)} />
    </Page>
  );
};

interface UsersTableProps {
  readonly rows: readonly ShownUser[];
  readonly open: (id: string) => void;
}

const UsersTable = ({ rows, open }: UsersTableProps) => {
  const { t } = useTranslation();
  return (
    <div className="panel" style={{ padding: 0, overflowX: 'auto' }}>
      <Table verticalSpacing="xs" horizontalSpacing="md" fz="sm" miw={700}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('keys.user')}</Table.Th>
            <Table.Th>{t('users.role')}</Table.Th>
            <Table.Th>{t('keys.column.limits')}</Table.Th>
            <Table.Th w={280}>{t('keys.column.money')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.user_id} className="rowlink" onClick={() => open(row.user_id)}>
              <Table.Td>
                <RowButton open={() => open(row.user_id)}>{row.user_id}</RowButton>
                {row.user_email && (
                  <Text size="xs" className="soft">
                    {row.user_email}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{t(`users.roles.${row.user_role ?? 'internal_user'}`)}</Table.Td>
              <Table.Td>
                <LimitsText of={withNamed(row)} />
              </Table.Td>
              <Table.Td>
                <SpenderBar label={row.user_id} of={row} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
};
