import { Button, Group, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readable } from '../../data/address.ts';
import { HISTORY_A_PAGE, type HistoryFilter, useHistory } from '../../data/history.ts';
import { Asked } from '../../ui/asked.tsx';
import { Empty } from '../../ui/empty.tsx';
import { useFormat } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { HistoryFilters, isNarrowed } from './history-filters.tsx';
import { HistoryTable } from './history-table.tsx';
import { RecordDrawer } from './record-drawer.tsx';
import type { RequestsSearch } from './search.ts';

/**
 * Every request that is kept. The pages end at an instant: what comes meanwhile does not move rows
 * from one to the next, and is there when somebody asks for it.
 */
export const History = ({ choice }: { choice?: ReactNode }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const search = useSearch({ from: '/requests' });
  const navigate = useNavigate({ from: '/requests' });
  const [until, setUntil] = useState(() => new Date().toISOString());
  const { page = 1, id } = search;
  const history = useHistory(filterOf(search, until), page);
  const change = (fields: Partial<RequestsSearch>): void => {
    const isElsewhere = !('id' in fields) && !('page' in fields);
    void navigate({
      search: (before) =>
        readable({ ...before, ...(isElsewhere && { page: undefined }), ...fields }),
      replace: true,
    });
  };
  return (
    <Page
      title={t('requests.title')}
      about={t('history.about')}
      actions={
        <Group gap="sm">
          <Text size="xs" className="soft numbers">
            {t('history.until', { time: format.time(until) })}
          </Text>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              setUntil(new Date().toISOString());
              change({ page: undefined });
            }}
          >
            {t('history.refresh')}
          </Button>
          {choice}
        </Group>
      }
    >
      <HistoryFilters search={search} change={change} />
      <Asked of={history} height={320}>
        {(data) =>
          data.total === 0 ? (
            <Empty
              title={t(isNarrowed(search) ? 'history.none' : 'history.noneYet')}
              text={t(isNarrowed(search) ? 'history.noneText' : 'history.noneYetText')}
            />
          ) : (
            <>
              <HistoryTable rows={data.records} open={(one) => change({ id: one })} />
              <Pager
                page={page}
                size={HISTORY_A_PAGE}
                total={data.total}
                go={(next) => change({ page: next })}
              />
            </>
          )
        }
      </Asked>
      <RecordDrawer id={id} close={() => change({ id: undefined })} />
    </Page>
  );
};

/** Days are the reader's: from the first instant of one to the last of the other. */
const filterOf = (search: RequestsSearch, until: string): HistoryFilter => {
  const { from, to, status } = search;
  const end = to === undefined ? until : startOf(to, 1);
  return {
    start_date: from === undefined ? undefined : startOf(from, 0),
    end_date: end < until ? end : until,
    request_id: search.q,
    model_group: search.group,
    deployment: search.deployment,
    status_filter: status === 'success' || status === 'failure' ? status : undefined,
    api_key: search.key,
    team_id: search.team,
    user_id: search.user,
    end_user: search.end_user,
  };
};

const startOf = (day: string, later: number): string => {
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + later);
  return at.toISOString();
};
