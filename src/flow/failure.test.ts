import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { RunEvent, RunFinish } from '#flow/events.ts';
import { answerOf, dsl, flowOf, llmData, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

const BROKEN = { kind: 'overloaded', status: 503, message: 'try later' } as const;

/** Models that fail so often before they answer. */
const failing = (clock: VirtualClock, failures: Readonly<Record<string, number>>) => {
  const left = new Map(Object.entries(failures));
  return new ScriptedChat(clock, ({ nodeId }) => {
    const times = left.get(nodeId) ?? 0;
    left.set(nodeId, times - 1);
    return times > 0
      ? { pieces: ['half'], firstMs: 10, error: BROKEN }
      : { pieces: ['who', 'le'], firstMs: 10, everyMs: 10 };
  });
};

const RETRY = { retry_config: { retry_enabled: true, max_retries: 2, retry_interval: 100 } };

const finishOf = (events: readonly RunEvent[]): RunFinish => events.at(-1) as RunFinish;

const kinds = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'node-start' || event.type === 'node-retry' || event.type === 'node-finish'
      ? `${event.at} ${event.type} ${event.nodeId}`
      : [],
  );

test('a node is tried again after its wait, while others go on; what failed is not said', async () => {
  const clock = new VirtualClock();
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start' },
        one: llmData('Hi', RETRY),
        two: llmData('Hi'),
        answer: { type: 'answer', answer: '{{#two.text#}} {{#one.text#}}' },
      },
      ['start>one', 'start>two', 'one>answer', 'two>answer'],
    ),
  );
  const events = await runToEnd(flow, clock, { services: failing(clock, { one: 2 }) });
  expect(kinds(events)).toEqual([
    '0 node-start start',
    '0 node-finish start',
    '0 node-start one',
    '0 node-start two',
    '10 node-retry one',
    '20 node-finish two',
    '120 node-retry one',
    '240 node-finish one',
    '240 node-start answer',
    '240 node-finish answer',
  ]);
  // The first half was held back behind the other model, the second one had been heard.
  expect(answerOf(events)).toBe('whole halfwhole');
  expect(finishOf(events)).toMatchObject({ status: 'succeeded', exceptions: 0, steps: 4 });
});

test('after the last try the failure goes its own way, and the run has partly succeeded', async () => {
  const clock = new VirtualClock();
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start' },
        llm: llmData('Hi', { ...RETRY, error_strategy: 'fail-branch' }),
        good: { type: 'answer', answer: 'good {{#llm.text#}}' },
        bad: { type: 'answer', answer: 'bad: {{#llm.error_message#}}, {{#llm.error_type#}}' },
      },
      ['start>llm', 'llm:success-branch>good', 'llm:fail-branch>bad'],
    ),
  );
  const events = await runToEnd(flow, clock, { services: failing(clock, { llm: 9 }) });
  expect(answerOf(events)).toBe(
    "bad: The model's answer broke off: try later, InvokeServerUnavailableError",
  );
  expect(finishOf(events)).toMatchObject({ status: 'partial-succeeded', exceptions: 1 });
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'node-finish', nodeId: 'llm', status: 'exception' }),
  );

  const again = await runToEnd(flow, clock, { services: failing(clock, { llm: 1 }) });
  expect(answerOf(again)).toBe('good whole');
  expect(finishOf(again)).toMatchObject({ status: 'succeeded' });
});

test('values that take the place of a failure are said', async () => {
  const clock = new VirtualClock();
  const data = {
    error_strategy: 'default-value',
    default_value: [{ key: 'text', type: 'string', value: 'sorry' }],
  };
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start' },
        slow: llmData('Hi'),
        llm: llmData('Hi', data),
        answer: { type: 'answer', answer: '{{#slow.text#}} {{#llm.text#}}' },
      },
      ['start>llm', 'start>slow', 'llm>answer', 'slow>answer'],
    ),
  );
  const events = await runToEnd(flow, clock, { services: failing(clock, { llm: 1 }) });
  expect(answerOf(events)).toBe('whole sorry');
});

const LIST = (length: number): object => ({
  type: 'code',
  code_language: 'javascript',
  code: `const main = () => ({ items: Array.from({ length: ${length} }, (_, i) => i) });`,
  outputs: { items: { type: 'array[number]' } },
});

const inRounds = (more: object, inner: object = {}) =>
  flowOf(
    dsl(
      {
        start: { type: 'start' },
        list: LIST(6),
        it: {
          type: 'iteration',
          iterator_selector: ['list', 'items'],
          output_selector: ['llm', 'text'],
          start_node_id: 'first',
          ...more,
        },
        'it/first': { type: 'iteration-start' },
        'it/llm': llmData('{{#it.item#}}', inner),
        answer: { type: 'answer', answer: '{{#it.output#}}' },
      },
      ['start>list', 'list>it', 'first>llm', 'it>answer'],
    ),
  );

test('rounds side by side take as long as their number by the width says', async () => {
  const clock = new VirtualClock();
  const services = failing(clock, {});
  const flow = inRounds({ is_parallel: true, parallel_nums: 3 });
  const events = await runToEnd(flow, clock, { services });
  expect(finishOf(events).at).toBe(40);
  expect(services.calls.map(({ startedAt }) => startedAt)).toEqual([0, 0, 0, 20, 20, 20]);
  const indexes = events.flatMap((event) => (event.type === 'round-start' ? event.index : []));
  expect(indexes).toEqual([0, 1, 2, 3, 4, 5]);
});

test('the first round that fails ends those beside it', async () => {
  const clock = new VirtualClock();
  const services = failing(clock, { llm: 1 });
  const events = await runToEnd(inRounds({ is_parallel: true }), clock, { services });
  expect(finishOf(events)).toMatchObject({ status: 'failed', at: 10 });
  expect(finishOf(events).error?.message).toContain('Round 1: Node "llm" failed');
  expect(services.open).toBe(0);
});

test('a stop reaches what runs inside', async () => {
  const clock = new VirtualClock();
  const services = failing(clock, {});
  const stop = new AbortController();
  clock.after(15, () => stop.abort());
  const { signal } = stop;
  const events = await runToEnd(inRounds({ is_parallel: true }), clock, { services, signal });
  expect(finishOf(events)).toMatchObject({ status: 'stopped', at: 15 });
  expect(services.open).toBe(0);
});

test('so many steps in a round, so many in all, so many items, so deep', async () => {
  const clock = new VirtualClock();
  const ended = async (limits: object) =>
    finishOf(await runToEnd(inRounds({}), clock, { services: failing(clock, {}), limits })).error
      ?.message;
  expect(await ended({ steps: 4 })).toBeUndefined();
  expect(await ended({ steps: 1 })).toContain('more than 1 steps');
  expect(await ended({ allSteps: 8 })).toContain('more than 8 steps');
  expect(await ended({ rounds: 5 })).toContain('more than 5 items');
  expect(await ended({ depth: 0 })).toContain('nest deeper than 0');
});

test('secrets of the environment are told to nobody', async () => {
  const clock = new VirtualClock();
  const services = failing(clock, {});
  const secret = 'sk-very-secret';
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start' },
        llm: llmData('Key: {{#env.key#}}'),
        tpl: {
          type: 'template-transform',
          template: 'x{{ k }}',
          variables: [{ variable: 'k', value_selector: ['env', 'key'] }],
        },
        answer: { type: 'answer', answer: '{{#llm.text#}}' },
      },
      ['start>llm', 'start>tpl', 'llm>answer'],
      { environment_variables: [{ name: 'key', value: secret, value_type: 'secret' }] },
    ),
  );
  const events = await runToEnd(flow, clock, { services });
  expect(JSON.stringify(services.calls[0]?.request)).toContain(secret);
  expect(JSON.stringify(events)).not.toContain(secret);
  expect(JSON.stringify(events)).toContain('x[secret]');
});
