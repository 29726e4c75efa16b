import { Anchor, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppReply, AppRunRow } from '#gateway/console/app-shapes.ts';
import { RUNS_A_PAGE, useAppRuns } from '../../data/apps.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { useFormat } from '../../ui/format.ts';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/page.tsx';
import { RunState } from './run-facts.tsx';

const LONGEST = 120;

/** Runs of an app, whoever asked for them; each can be looked at again. */
export const PastRuns = ({ app }: { app: AppReply }) => {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const runs = useAppRuns(app.id, page);
  const rows = runs.data?.data ?? [];
  return (
    <Panel title={t('runs.title')}>
      {runs.isError && <ErrorNote error={runs.error} again={() => void runs.refetch()} />}
      {runs.isSuccess && rows.length === 0 && (
        <Text size="sm" className="soft">
          {t('runs.none')}
        </Text>
      )}
      {rows.length > 0 && (
        <Table.ScrollContainer minWidth={760}>
          <Table fz="sm" verticalSpacing="xs" className="numbers" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('runs.when')}</Table.Th>
                <Table.Th>{t('runs.asked')}</Table.Th>
                <Table.Th>{t('runs.state')}</Table.Th>
                <Table.Th ta="end">{t('trace.time')}</Table.Th>
                <Table.Th ta="end">{t('trace.tokens')}</Table.Th>
                <Table.Th ta="end">{t('trace.cost')}</Table.Th>
                <Table.Th>{t('runs.from')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((run) => (
                <Row key={run.id} run={run} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {runs.data && runs.data.total > RUNS_A_PAGE && (
        <Pager page={page} size={RUNS_A_PAGE} total={runs.data.total} go={setPage} />
      )}
    </Panel>
  );
};

const STATES = ['running', 'succeeded', 'partial-succeeded', 'failed', 'stopped'] as const;

/** A run's state as it is told, for a badge. */
const stateOf = (status: string): (typeof STATES)[number] =>
  STATES.find((one) => one === status) ?? 'failed';

const Row = ({ run }: { run: AppRunRow }) => {
  const format = useFormat();
  const asked = run.query !== '' ? run.query : JSON.stringify(run.inputs);
  const tokens =
    run.input_tokens === null
      ? '–'
      : `${format.count(run.input_tokens)} + ${format.count(run.output_tokens ?? 0)}`;
  return (
    <Table.Tr data-testid="past-run">
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <Anchor
          component={Link}
          to="/apps/$appId"
          params={{ appId: run.app_id } as never}
          search={{ run: run.id } as never}
          size="sm"
        >
          {format.date(new Date(run.created_at * 1000).toISOString())}
        </Anchor>
      </Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        {asked.length > LONGEST ? `${asked.slice(0, LONGEST)}…` : asked}
      </Table.Td>
      <Table.Td>
        <RunState state={stateOf(run.status)} />
      </Table.Td>
      <Table.Td ta="end">
        {format.span(run.elapsed_ms === null ? null : run.elapsed_ms / 1000)}
      </Table.Td>
      <Table.Td ta="end">{tokens}</Table.Td>
      <Table.Td ta="end">{run.cost_nanos === null ? '–' : format.nanos(run.cost_nanos)}</Table.Td>
      <Table.Td>
        <FromWord from={run.from} />
        <Text size="xs" className="soft" style={{ overflowWrap: 'anywhere' }}>
          {run.from === 'console' ? '' : run.user}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
};

const FROM = ['console', 'service-api', 'model'] as const;

/** Where a run was asked for. */
export const FromWord = ({ from }: { from: string }) => {
  const { t } = useTranslation();
  const known = FROM.find((one) => one === from);
  return <span>{known ? t(`runs.by.${known}`) : from}</span>;
};
