import { Grid, SimpleGrid, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { UsageReply } from '#gateway/console/kept-shapes.ts';
import { readable } from '../../data/address.ts';
import { type UsageFilter, type UsageRow, useUsage } from '../../data/usage.ts';
import { Asked } from '../../ui/asked.tsx';
import { Empty } from '../../ui/empty.tsx';
import { useFormat } from '../../ui/format.ts';
import { Page, Panel } from '../../ui/page.tsx';
import { Stat } from '../../ui/stat.tsx';
import { Choices, Narrowed } from './choices.tsx';
import { Export } from './export.tsx';
import { hasHours, NARROWS, perOf, type UsageSearch } from './search.ts';
import { UsageChart } from './usage-chart.tsx';
import { UsageTable } from './usage-table.tsx';

const DAY_MS = 86_400_000;
/** As the title of a panel. */
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const MINUTE_MS = 60_000;

/** Who uses what, and what it costs, over time. */
export const Usage = () => {
  const { t } = useTranslation();
  const search = useSearch({ from: '/usage' });
  const navigate = useNavigate({ from: '/usage' });
  const change = (fields: Partial<UsageSearch>): void => {
    void navigate({ search: (before) => readable({ ...before, ...fields }), replace: true });
  };
  const filter = filterOf(search);
  const usage = useUsage(filter);
  const narrow = ({ id }: UsageRow): void => {
    const name = narrowing(search);
    if (name && id !== '') change({ [name]: id, by: search.by === 'token' ? 'group' : 'token' });
  };
  return (
    <Page
      title={t('usage.title')}
      about={t('usage.about')}
      actions={<Export filter={filter} rows={usage.data?.rows ?? []} />}
    >
      <Choices search={search} change={change} />
      <Narrowed search={search} change={change} />
      <Asked of={usage} height={320}>
        {(data) =>
          data.total.requests === 0 ? (
            <Empty title={t('usage.none')} text={t('usage.noneText')} />
          ) : (
            <Shown usage={data} search={search} narrow={narrowing(search) ? narrow : undefined} />
          )
        }
      </Asked>
    </Page>
  );
};

const narrowing = ({ by = 'group' }: UsageSearch) =>
  by in NARROWS ? NARROWS[by as keyof typeof NARROWS] : undefined;

/** Where each day (UTC) has a bar of its own, none is a part of one, but today's. */
const fromOf = (now: number, days: number, per: ReturnType<typeof perOf>): number =>
  per === 'day' ? (Math.floor(now / DAY_MS) - days + 1) * DAY_MS : now - days * DAY_MS;

const filterOf = (search: UsageSearch): UsageFilter => {
  const { days = 7, by = 'group', of = 'spend' } = search;
  // By whole minutes: the same question is not asked anew with every picture.
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const per = perOf(search);
  return {
    start_date: new Date(fromOf(now, days, per)).toISOString(),
    per,
    by,
    of,
    // Tags are told of everybody together.
    ...(by !== 'tag' && {
      model_group: search.model,
      team_id: search.team,
      api_key: search.key,
      user_id: search.user,
      deployment: search.deployment,
    }),
  };
};

interface ShownProps {
  readonly usage: UsageReply;
  readonly search: UsageSearch;
  readonly narrow: ((row: UsageRow) => void) | undefined;
}

const Shown = ({ usage, search, narrow }: ShownProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { of = 'spend', by = 'group' } = search;
  const { total } = usage;
  const per = perOf(search);
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <Stat
          label={t('usage.spend')}
          value={format.money(total.spend)}
          more={t('usage.perRequest', { amount: format.cost(total.spend / total.requests) })}
        />
        <Stat
          label={t('usage.requests')}
          value={format.count(total.requests)}
          more={t('usage.succeeded', { shown: format.count(total.requests - total.failures) })}
        />
        <Stat
          label={t('usage.failed')}
          value={format.count(total.failures)}
          more={format.percent(total.failures / total.requests)}
          tone={total.failures > 0 ? 'bad' : undefined}
        />
        <Stat
          label={t('usage.tokens')}
          value={format.short(total.input_tokens + total.output_tokens)}
          more={t('overview.inOut', {
            input: format.short(total.input_tokens),
            output: format.short(total.output_tokens),
          })}
        />
      </SimpleGrid>
      <Grid>
        <Grid.Col span={{ base: 12, xl: 7 }}>
          <Panel
            title={t(`usage.over.${per}`, { what: t(`usage.${of}`) })}
            aside={
              per === 'day' && (
                <Text size="xs" className="soft">
                  {hasHours(search) ? t('usage.utc') : t('usage.utcNoHours')}
                </Text>
              )
            }
          >
            <UsageChart usage={usage} of={of} by={by} per={per} />
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, xl: 5 }}>
          <Panel title={capital(t(`usage.by.${by}`))}>
            <UsageTable usage={usage} of={of} by={by} narrow={narrow} />
            {by === 'tag' && (
              <Text size="xs" className="soft" mt="xs">
                {t('usage.tagsHint')}
              </Text>
            )}
          </Panel>
        </Grid.Col>
      </Grid>
    </>
  );
};
