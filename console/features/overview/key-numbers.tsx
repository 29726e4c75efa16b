import { SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Live } from '../../data/live.ts';
import { sumsOf, total, type TrafficSum } from '../../data/traffic-sums.ts';
import { useFormat } from '../../ui/format.ts';
import { Stat } from '../../ui/stat.tsx';

interface KeyNumbersProps {
  readonly live: Live;
  readonly sums: ReadonlyMap<string, TrafficSum>;
  readonly windowS: number;
}

/** A rate jumps from second to second; over so many it can be read, s. */
const RATE_S = 5;
const MINUTE_S = 60;
const BAD_SHARE = 0.05;

export const KeyNumbers = ({ live, sums, windowS }: KeyNumbersProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const recent = total(sumsOf(live.seconds, live.now - RATE_S - 1).values());
  const minute = total(sumsOf(live.seconds, live.now - MINUTE_S).values());
  const all = total(sums.values());
  const queues = live.quota?.queues ?? [];
  const waiting = queues.reduce((sum, { requests }) => sum + requests, 0);
  const oldest = Math.max(
    0,
    ...queues.flatMap(({ tenants }) => tenants.map((one) => one.oldest_s)),
  );
  const inFlight = (live.quota?.deployments ?? []).reduce((sum, one) => sum + one.in_flight, 0);
  const errorShare = all.requests === 0 ? 0 : all.errors / all.requests;
  const isPriced = all.requests > all.unpriced;
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, xl: 6 }} spacing="sm">
      <Stat
        label={t('overview.perSecond')}
        value={format.rate(recent.requests / RATE_S)}
        more={t('overview.inFlight', { count: inFlight })}
      />
      <Stat
        label={t('overview.requests')}
        value={format.count(all.requests)}
        more={t('overview.inWindow', { count: windowS / 60 })}
      />
      <Stat
        label={t('overview.errorShare')}
        value={all.requests === 0 ? '–' : format.percent(errorShare)}
        more={t('overview.errorCount', { count: all.errors })}
        tone={errorShare > BAD_SHARE ? 'bad' : undefined}
      />
      <Stat
        label={t('overview.tokensMinute')}
        value={format.short(minute.input_tokens + minute.output_tokens)}
        more={t('overview.inOut', {
          input: format.short(minute.input_tokens),
          output: format.short(minute.output_tokens),
        })}
      />
      <Stat
        label={t('overview.inLine')}
        value={format.count(waiting)}
        more={
          waiting > 0
            ? t('overview.longest', { span: format.span(oldest) })
            : t('overview.meanWait', {
                span: format.span(all.requests === 0 ? 0 : all.queue_s / all.requests),
              })
        }
        tone={waiting > 0 ? 'warn' : undefined}
      />
      <Stat
        label={t('overview.cost')}
        value={isPriced ? format.money(all.cost_usd) : '–'}
        more={
          all.unpriced > 0
            ? t('overview.unpriced', { count: all.unpriced })
            : t('overview.inWindow', { count: windowS / 60 })
        }
      />
    </SimpleGrid>
  );
};
