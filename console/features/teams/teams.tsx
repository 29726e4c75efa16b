import { Button, Table, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { withNamed } from '../../data/allowance.ts';
import { useMe } from '../../data/me.ts';
import { type ShownTeam, teamName, useTeams } from '../../data/teams.ts';
import { Asked } from '../../ui/asked.tsx';
import { Empty } from '../../ui/empty.tsx';
import { useFormat } from '../../ui/format.ts';
import { LimitsText } from '../../ui/limits-text.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { RowButton } from '../../ui/row-button.tsx';
import { SpenderBar } from '../../ui/spender-bar.tsx';
import { TeamDialog, type TeamTask } from './team-dialog.tsx';
import { TeamDrawer } from './team-drawer.tsx';

const A_PAGE = 50;

/** Who shares a budget and limits. */
export const Teams = () => {
  const { t } = useTranslation();
  const { isAdmin } = useMe();
  const { id } = useSearch({ from: '/teams' });
  const navigate = useNavigate({ from: '/teams' });
  const teams = useTeams();
  const [task, setTask] = useState<TeamTask>();
  const [page, setPage] = useState(1);
  const open = (team: string | undefined): void => {
    void navigate({ search: team === undefined ? {} : { id: team }, replace: true });
  };
  const newOne = isAdmin && <Button onClick={() => setTask('new')}>{t('teams.new')}</Button>;
  const isBare = teams.data?.length === 0;
  return (
    <Page title={t('teams.title')} about={t('teams.about')} actions={!isBare && newOne}>
      <Asked of={teams} height={200}>
        {(data) =>
          data.length === 0 ? (
            <Empty
              title={t('teams.none')}
              text={t(isAdmin ? 'teams.noneText' : 'teams.noneOfYours')}
            >
              {newOne}
            </Empty>
          ) : (
            <>
              <TeamsTable rows={data.slice((page - 1) * A_PAGE, page * A_PAGE)} open={open} />
              <Pager page={page} size={A_PAGE} total={data.length} go={setPage} />
            </>
          )
        }
      </Asked>
      <TeamDrawer id={id} close={() => open(undefined)} change={setTask} />
      <TeamDialog task={task} close={() => setTask(undefined)} />
    </Page>
  );
};

interface TeamsTableProps {
  readonly rows: readonly ShownTeam[];
  readonly open: (id: string) => void;
}

const TeamsTable = ({ rows, open }: TeamsTableProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="panel" style={{ padding: 0, overflowX: 'auto' }}>
      <Table verticalSpacing="xs" horizontalSpacing="md" fz="sm" miw={760}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('keys.team')}</Table.Th>
            <Table.Th ta="right">{t('teams.members')}</Table.Th>
            <Table.Th>{t('keys.models')}</Table.Th>
            <Table.Th>{t('keys.column.limits')}</Table.Th>
            <Table.Th w={280}>{t('keys.column.money')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.team_id} className="rowlink" onClick={() => open(row.team_id)}>
              <Table.Td>
                <RowButton open={() => open(row.team_id)}>{teamName(row)}</RowButton>
                {row.blocked && (
                  <Text size="xs" c="var(--bad)">
                    {t('keys.state.blocked')}
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="right" className="numbers">
                {format.count(row.members_with_roles?.length ?? 0)}
              </Table.Td>
              <Table.Td className={row.models?.length ? '' : 'soft'}>
                {row.models?.length ? row.models.join(', ') : t('keys.allModels')}
              </Table.Td>
              <Table.Td>
                <LimitsText of={withNamed(row)} />
              </Table.Td>
              <Table.Td>
                <SpenderBar label={teamName(row)} of={row} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
};
