import {
  Anchor,
  Badge,
  Code,
  Collapse,
  Group,
  Stack,
  Table,
  Text,
  UnstyledButton,
} from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { isNamed, KindIcon } from '../../canvas/kinds.tsx';
import type { RunSeen, TraceStep } from '../../data/run-progress.ts';
import { Dotted } from '../../ui/dotted.tsx';
import { useFormat } from '../../ui/format.ts';
import styles from './apps.module.css';
import { Failure } from './failure.tsx';
import { JsonBlock } from './outputs.tsx';

interface TraceProps {
  readonly seen: RunSeen;
  readonly colorOf: (deployment: string) => string;
  /** The node whose steps are opened. */
  readonly chosen: string | undefined;
  readonly choose: (nodeId: string | undefined) => void;
}

/** More rows than a page can draw at once; a run of a long loop has more. */
const MOST_ROWS = 400;

/** So long a picture of a run under way is at least. */
const LEAST_MS = 1_000;

const STARTS: ReadonlySet<string> = new Set(['iteration-start', 'loop-start']);

/** What each node of a run has done: when, for how long, for how much, and by whom. */
export const Trace = ({ seen, colorOf, chosen, choose }: TraceProps) => {
  const { t } = useTranslation();
  // Where a round starts nothing is done.
  const steps = seen.steps.filter(({ nodeType }) => !STARTS.has(nodeType));
  if (steps.length === 0)
    return (
      <Text size="sm" className="soft">
        {t(chosen === undefined ? 'trace.none' : 'trace.noneYet')}
      </Text>
    );
  const wholeMs = Math.max(
    // While it has hardly begun, what took no time at all would fill the picture.
    seen.state === 'running' ? LEAST_MS : 1,
    seen.elapsedMs ?? 0,
    ...steps.map(({ startMs, elapsedMs = 0 }) => startMs + elapsedMs),
  );
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table fz="sm" verticalSpacing={6} className="numbers" data-testid="trace">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('trace.node')}</Table.Th>
            <Table.Th>{t('trace.when')}</Table.Th>
            <Table.Th ta="end">{t('trace.time')}</Table.Th>
            <Table.Th ta="end">{t('trace.tokens')}</Table.Th>
            <Table.Th ta="end">{t('trace.cost')}</Table.Th>
            <Table.Th>{t('trace.deployment')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {steps.slice(0, MOST_ROWS).map((step) => (
            <Fragment key={step.step}>
              <Row
                step={step}
                wholeMs={wholeMs}
                colorOf={colorOf}
                isOpen={chosen === step.nodeId}
                toggle={() => choose(chosen === step.nodeId ? undefined : step.nodeId)}
              />
              {chosen === step.nodeId && (
                <Table.Tr>
                  <Table.Td colSpan={6} bg="var(--faint)">
                    <Collapse expanded>
                      <StepDetail step={step} />
                    </Collapse>
                  </Table.Td>
                </Table.Tr>
              )}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
      {steps.length > MOST_ROWS && (
        <Text size="xs" className="soft" mt="xs">
          {t('trace.more', { count: steps.length - MOST_ROWS })}
        </Text>
      )}
    </Table.ScrollContainer>
  );
};

interface RowProps {
  readonly step: TraceStep;
  readonly wholeMs: number;
  readonly colorOf: (deployment: string) => string;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

const Row = ({ step, wholeMs, colorOf, isOpen, toggle }: RowProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { title, nodeType, within, state, elapsedMs, calls, finish } = step;
  const { usage, costNanos } = finish ?? {};
  const last = calls.at(-1);
  return (
    <Table.Tr data-testid={`step-${step.nodeId}`}>
      <Table.Td>
        <UnstyledButton
          onClick={toggle}
          aria-expanded={isOpen}
          pl={within ? 18 : 0}
          fz="sm"
          display="block"
        >
          <Group gap={8} wrap="nowrap">
            <KindIcon type={nodeType} size={18} />
            <span style={{ overflowWrap: 'anywhere' }}>{title}</span>
            {within && (
              <Badge size="xs" variant="default" radius="sm" style={{ flex: 'none' }}>
                {within.index + 1}
              </Badge>
            )}
            <StateWord step={step} />
          </Group>
        </UnstyledButton>
      </Table.Td>
      <Table.Td>
        <Bar step={step} wholeMs={wholeMs} />
      </Table.Td>
      <Table.Td ta="end">
        {elapsedMs === undefined ? t(`scene.state.${state}`) : format.span(elapsedMs / 1000)}
      </Table.Td>
      <Table.Td ta="end">
        {usage ? `${format.count(usage.inputTokens)} + ${format.count(usage.outputTokens)}` : '–'}
      </Table.Td>
      <Table.Td ta="end">{costNanos === undefined ? '–' : format.nanos(costNanos)}</Table.Td>
      <Table.Td>
        {last ? (
          <Group gap={6} wrap="nowrap">
            <span
              aria-hidden="true"
              style={{
                width: 8,
                height: 8,
                borderRadius: 4,
                flex: 'none',
                background: colorOf(last.deployment),
              }}
            />
            <span>{last.deployment}</span>
            {calls.length > 1 && <span className="soft">× {calls.length}</span>}
          </Group>
        ) : (
          '–'
        )}
      </Table.Td>
    </Table.Tr>
  );
};

/** How it went, where that is not simply well. */
const StateWord = ({ step: { state, retries } }: { step: TraceStep }) => {
  const { t } = useTranslation();
  const isBad = state === 'failed' || state === 'exception';
  return (
    <>
      {(isBad || state === 'stopped') && (
        <Text span size="xs" c={isBad ? 'var(--bad)' : 'var(--text-soft)'} style={{ flex: 'none' }}>
          {t(`scene.state.${state}`)}
        </Text>
      )}
      {retries > 0 && (
        <Text span size="xs" c="var(--warn)" style={{ flex: 'none' }}>
          {t('trace.retries', { count: retries })}
        </Text>
      )}
    </>
  );
};

/** When it ran in its run: waiting for quota, until its first text, after that. */
const Bar = ({ step, wholeMs }: { step: TraceStep; wholeMs: number }) => {
  const { startMs, elapsedMs = 0, firstMs, calls } = step;
  const queueMs = Math.min(
    elapsedMs,
    calls.reduce((sum, call) => sum + call.queueMs, 0),
  );
  const toFirstMs = Math.min(elapsedMs, Math.max(queueMs, firstMs ?? queueMs));
  const parts = [
    ['queue', 0, queueMs],
    ['first', queueMs, toFirstMs],
    ['rest', toFirstMs, elapsedMs],
  ] as const;
  const share = (ms: number): string => `${(100 * ms) / wholeMs}%`;
  return (
    <div className={styles.track} aria-hidden="true">
      {parts.map(
        ([part, from, to]) =>
          (to > from || (part === 'rest' && elapsedMs === 0)) && (
            <span
              key={part}
              data-part={part}
              style={{
                left: `min(${share(startMs + from)}, 100% - 3px)`,
                width: share(to - from),
              }}
            />
          ),
      )}
    </div>
  );
};

const StepDetail = ({ step }: { step: TraceStep }) => {
  const { t } = useTranslation();
  const { nodeType, calls, logs, finish } = step;
  const error = finish?.error ?? step.error;
  const blocks = [
    ['inputs', finish?.inputs],
    ['process', finish?.process],
    ['outputs', finish?.outputs],
  ] as const;
  return (
    <Stack gap="sm" p="xs" data-testid="step-detail">
      <Text size="xs" className="soft">
        {isNamed(nodeType) ? t(`kind.${nodeType}`) : nodeType} · <Code>{step.nodeId}</Code>
      </Text>
      {error && <Failure error={error} />}
      {calls.length > 0 && <Calls calls={calls} />}
      {logs.map((log) => (
        <div key={log.id}>
          <Text size="xs" className="soft">
            {log.label} · {t(`trace.log.${log.status}`)}
          </Text>
          <JsonBlock value={log.data} />
        </div>
      ))}
      {blocks.map(
        ([name, value]) =>
          value &&
          Object.keys(value).length > 0 && (
            <div key={name}>
              <Text size="xs" className="soft">
                {t(`trace.${name}`)}
              </Text>
              <JsonBlock value={value} />
            </div>
          ),
      )}
    </Stack>
  );
};

/** Each model call of a node, who served it, and the way to why it was them. */
const Calls = ({ calls }: { calls: TraceStep['calls'] }) => {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div>
      <Text size="xs" className="soft">
        {t('trace.calls')}
      </Text>
      {calls.map((call, i) => (
        <Text key={i} size="sm" className="numbers" component="div">
          <Dotted>
            <b>{call.deployment}</b>
            {call.model}
            {call.queueMs > 0 && t('playground.waited', { span: format.span(call.queueMs / 1000) })}
            {call.attempts > 1 && t('trace.attempts', { count: call.attempts })}
            {call.upstreamId !== undefined && <Code>{call.upstreamId}</Code>}
            {call.callId !== undefined && (
              <Anchor
                component={Link}
                to="/requests"
                search={{ id: call.callId } as never}
                underline="always"
                size="sm"
              >
                {t('playground.why')}
              </Anchor>
            )}
          </Dotted>
        </Text>
      ))}
    </div>
  );
};
