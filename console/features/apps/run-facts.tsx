import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RunSeen } from '../../data/run-progress.ts';
import { Dotted } from '../../ui/dotted.tsx';
import { useFormat } from '../../ui/format.ts';

const TONES = {
  idle: ['gray', 'var(--text-soft)'],
  running: ['blue', 'var(--ink)'],
  succeeded: ['green', 'var(--good)'],
  'partial-succeeded': ['orange', 'var(--warn)'],
  failed: ['red', 'var(--bad)'],
  stopped: ['gray', 'var(--text-soft)'],
} as const;

/** How a run stands, in a word. */
export const RunState = ({ state }: { state: RunSeen['state'] }) => {
  const { t } = useTranslation();
  const [color, text] = TONES[state];
  return (
    <Badge variant="light" radius="sm" tt="none" color={color} c={text} data-testid="run-state">
      {t(`run.state.${state}`)}
    </Badge>
  );
};

/** What a run came to: time, tokens, money, and who served how many of its calls. */
export const RunFacts = ({ seen }: { seen: RunSeen }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { state, elapsedMs, inputTokens, outputTokens, costNanos } = seen;
  const counts = new Map<string, number>();
  for (const { deployment } of seen.steps.flatMap(({ calls }) => calls))
    counts.set(deployment, (counts.get(deployment) ?? 0) + 1);
  const parts = [
    ...(elapsedMs === undefined ? [] : [format.span(elapsedMs / 1000)]),
    ...(inputTokens === undefined || outputTokens === undefined
      ? []
      : [
          t('playground.tokens', {
            input: format.count(inputTokens),
            output: format.count(outputTokens),
          }),
        ]),
    ...(costNanos === undefined ? [] : [format.nanos(costNanos)]),
    ...[...counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${name} × ${count}`),
  ];
  return (
    <Group gap="xs">
      <RunState state={state} />
      <Text size="xs" className="soft numbers" component="div" data-testid="run-facts">
        <Dotted>{parts}</Dotted>
      </Text>
    </Group>
  );
};
