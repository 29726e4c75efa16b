import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ParallelCall } from '../data/parallel.ts';
import { useLive } from '../data/live.ts';
import { useFormat } from './format.ts';
import { useServerWords } from './server-words.ts';
import { seriesColor } from './theme.ts';

/** Many calls as squares: where each went, and who still waits. Under them, the sums. */
export const Spread = ({ calls }: { calls: readonly ParallelCall[] }) => {
  const { t } = useTranslation();
  const { quota } = useLive();
  const names = (quota?.deployments ?? []).map(({ deployment }) => deployment);
  const of = (state: ParallelCall['state']): number =>
    calls.filter((one) => one.state === state).length;
  const states = ['done', 'sent', 'queued', 'failed'] as const;
  return (
    <Stack gap="md" data-testid="spread">
      <Group gap={5} role="img" aria-label={t('spread.picture')}>
        {calls.map((call, i) => (
          <Square key={i} call={call} color={seriesColor(names.indexOf(call.deployment ?? ''))} />
        ))}
      </Group>
      <Group gap="lg" aria-live="polite">
        {states.map((state) => (
          <Text key={state} size="sm" className="numbers" data-testid={`spread-${state}`}>
            <b>{of(state)}</b> <span className="soft">{t(`spread.${state}`)}</span>
          </Text>
        ))}
      </Group>
      <Shares calls={calls} names={names} />
    </Stack>
  );
};

const Square = ({ call, color }: { call: ParallelCall; color: string }) => {
  const { said } = useServerWords();
  const isDone = call.state === 'done';
  const fill = {
    done: color,
    sent: 'transparent',
    queued: 'var(--queue)',
    failed: 'var(--refused)',
  };
  return (
    <span
      title={call.error === undefined ? call.deployment : said(call.error)}
      style={{
        width: 20,
        height: 20,
        borderRadius: 5,
        border: isDone ? '1px solid transparent' : '1px solid var(--text-soft)',
        background: fill[call.state],
      }}
    />
  );
};

const Shares = ({ calls, names }: { calls: readonly ParallelCall[]; names: readonly string[] }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const done = calls.filter(({ state }) => state === 'done');
  const served = names
    .map((name) => ({ name, its: done.filter(({ deployment }) => deployment === name) }))
    .filter(({ its }) => its.length > 0);
  const most = Math.max(1, ...served.map(({ its }) => its.length));
  return (
    <Stack gap={8}>
      {served.map(({ name, its }) => {
        const longest = Math.max(...its.map(({ queue_s = 0 }) => queue_s));
        return (
          <Group key={name} gap="sm" wrap="nowrap">
            <Text size="sm" w={{ base: 48, sm: 90 }} truncate title={name} style={{ flex: 'none' }}>
              {name}
            </Text>
            <div style={{ flex: 1, background: 'var(--faint)', borderRadius: 4 }}>
              <div
                style={{
                  width: `${(its.length / most) * 100}%`,
                  height: 18,
                  borderRadius: 4,
                  background: seriesColor(names.indexOf(name)),
                  transition: 'width 0.2s',
                }}
              />
            </div>
            <Text
              fw={650}
              w={{ base: 28, sm: 40 }}
              ta="right"
              className="numbers"
              style={{ flex: 'none' }}
            >
              {its.length}
            </Text>
            <Text
              size="xs"
              className="soft numbers"
              w={{ base: 92, sm: 150 }}
              style={{ flex: 'none' }}
            >
              {longest > 0
                ? t('spread.longest', { span: format.span(longest) })
                : t('spread.noWait')}
            </Text>
          </Group>
        );
      })}
    </Stack>
  );
};
