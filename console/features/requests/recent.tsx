import { Group, Switch, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { LoggedRequest } from '#gateway/console/shapes.ts';
import { readable } from '../../data/address.ts';
import { type RequestsFilter, useRequestPages } from '../../data/requests.ts';
import { useTail } from '../../data/tail.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { useFormat } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Detail } from './detail.tsx';
import { Filters, isFiltered } from './filters.tsx';
import { RequestsTable } from './requests-table.tsx';
import type { RequestsSearch } from './search.ts';

/** Every request that is remembered, found by what the address says. */
export const Recent = ({ choice }: { choice: ReactNode }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const search = useSearch({ from: '/requests' });
  const navigate = useNavigate({ from: '/requests' });
  const { q, group, deployment, status, slower, live = false } = search;
  const filter: RequestsFilter = useMemo(
    () => ({ q, group, deployment, status, slower_than_s: slower }),
    [q, group, deployment, status, slower],
  );
  const pages = useRequestPages(filter);
  const tail = useTail(filter, live);
  // Ten thousand of them: not anew for every key that is pressed.
  const rows = useMemo(
    () =>
      merged(
        tail.rows.filter((one) => fits(one, filter)),
        pages.data?.pages.flatMap(({ requests }) => requests) ?? [],
      ),
    [tail.rows, filter, pages.data],
  );
  const change = (fields: Partial<RequestsSearch>): void => {
    void navigate({ search: (before) => readable({ ...before, ...fields }), replace: true });
  };
  return (
    <Page
      title={t('requests.title')}
      about={t('requests.about', { count: pages.data?.pages[0]?.remembered ?? 0 })}
      actions={
        <Group>
          <Switch
            label={t('requests.live')}
            checked={live}
            onChange={(event) => change({ live: event.currentTarget.checked })}
          />
          {choice}
        </Group>
      }
    >
      <Filters search={search} change={change} />
      {tail.leftOut > 0 && (
        <Text size="xs" className="soft">
          {t('requests.leftOut', { count: tail.leftOut, shown: format.count(tail.leftOut) })}
        </Text>
      )}
      {pages.isError ? (
        <ErrorNote error={pages.error} again={() => void pages.refetch()} />
      ) : (
        <RequestsTable
          rows={rows}
          isFiltered={isFiltered(search)}
          isLoading={pages.isPending || pages.isFetchingNextPage}
          more={pages.hasNextPage ? () => void pages.fetchNextPage() : undefined}
          open={(id) => change({ id })}
          opened={search.id}
        />
      )}
      <Detail id={search.id} close={() => change({ id: undefined })} />
    </Page>
  );
};

const merged = (
  tail: readonly LoggedRequest[],
  kept: readonly LoggedRequest[],
): LoggedRequest[] => {
  if (tail.length === 0) return [...kept];
  const seen = new Set(tail.map(({ id }) => id));
  return [...tail, ...kept.filter(({ id }) => !seen.has(id))];
};

/** What the stream does not look at by itself. */
const fits = (one: LoggedRequest, { q, slower_than_s: slowerS }: RequestsFilter): boolean => {
  if (slowerS !== undefined && (one.total_s ?? 0) < slowerS) return false;
  return q === undefined || JSON.stringify(one).toLowerCase().includes(q.toLowerCase());
};
