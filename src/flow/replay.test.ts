import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { RunEvent } from '#flow/events.ts';
import { beginningOf, differences, replayTypes, shapeOf, withoutRetries } from '#flow/replay.ts';
import { parseApp } from '#flow/dsl/parse.ts';
import { prepareFlow } from '#flow/prepare.ts';
import { runFlow } from '#flow/run.ts';
import { dsl, flowOf, llmData, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

const text = (template: string): string =>
  dsl(
    {
      start: { type: 'start' },
      sort: {
        type: 'question-classifier',
        query_variable_selector: ['sys', 'query'],
        model: { provider: 'p', name: 'gpt-4.1' },
        classes: [
          { id: '1', name: 'One' },
          { id: '2', name: 'Two' },
        ],
      },
      llm: llmData(),
      tpl: {
        type: 'template-transform',
        template,
        variables: [{ variable: 't', value_selector: ['llm', 'text'] }],
      },
      answer: { type: 'answer', answer: '{{#tpl.output#}}' },
    },
    ['start>sort', 'sort:2>llm', 'llm>tpl', 'tpl>answer'],
  );

test('a recorded run is played again without its models, and what differs is told', async () => {
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, ({ nodeId }) => ({
    pieces: [nodeId === 'sort' ? '{"category_id": "2", "category_name": "x"}' : 'said'],
  }));
  const recorded = await runToEnd(flowOf(text('<{{ t }}>')), clock, { services });
  const silent = new ScriptedChat(clock, () => ({ pieces: [] }));
  const again = async (template: string) => {
    const types = replayTypes(recorded);
    const events = await runToEnd(flowOf(text(template), { types }), clock, { services: silent });
    return differences(shapeOf(recorded), shapeOf(events));
  };
  expect(await again('<{{ t }}>')).toEqual([]);
  expect(silent.calls).toEqual([]);
  expect(await again('({{ t }})')).toEqual([
    '- answer: "<said>"',
    '+ answer: "(said)"',
    '- outputs: {"answer":"<said>"}',
    '+ outputs: {"answer":"(said)"}',
    '- node tpl: [{"output":"<said>"}]',
    '+ node tpl: [{"output":"(said)"}]',
    '- node answer: [{"answer":"<said>"}]',
    '+ node answer: [{"answer":"(said)"}]',
  ]);
});

test('what the record does not have fails, and says so', async () => {
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, () => ({ pieces: [] }));
  const events = await runToEnd(flowOf(text('x'), { types: replayTypes([]) }), clock, { services });
  expect(events.at(-1)).toMatchObject({
    error: { message: expect.stringContaining('The record has no (further) result') },
  });
});

/** The same app and the record of its run, on a clock that does not move; its events. */
const playedAgain = async (app: string, recorded: readonly RunEvent[]): Promise<RunEvent[]> => {
  const clock = new VirtualClock();
  const flow = prepareFlow(withoutRetries(parseApp(app, 'app.yml')), {
    types: replayTypes(recorded),
    resolveModel: ({ name }) => name,
  });
  const services = new ScriptedChat(clock, () => ({ pieces: [] }));
  const begun = { query: '', inputs: {}, services, clock, ids: { run: 'again' } };
  const events: RunEvent[] = [];
  for await (const event of runFlow(flow, { ...begun, ...beginningOf(recorded) }))
    events.push(event);
  expect(services.calls).toEqual([]);
  return events;
};

const sameAgain = async (app: string, recorded: readonly RunEvent[]): Promise<void> =>
  expect(differences(shapeOf(recorded), shapeOf(await playedAgain(app, recorded)))).toEqual([]);

const RETRY = { retry_enabled: true, max_retries: 2, retry_interval: 500 };
const DEFAULTS = [{ key: 'text', type: 'string', value: 'instead' }];

test.each([
  ['fail-branch', 'partial-succeeded'],
  ['default-value', 'partial-succeeded'],
  [null, 'failed'],
])('a node that failed fails again, and is not waited for: %s', async (strategy, status) => {
  const app = dsl(
    {
      start: { type: 'start' },
      llm: llmData('{{#sys.query#}}', {
        retry_config: RETRY,
        error_strategy: strategy,
        default_value: DEFAULTS,
      }),
      good: { type: 'answer', answer: 'good {{#llm.text#}}' },
      bad: { type: 'answer', answer: 'bad {{#llm.error_type#}} {{#llm.error_message#}}' },
    },
    ['start>llm', 'llm>good', 'llm:fail-branch>bad'],
  );
  const clock = new VirtualClock();
  const error = { kind: 'rate-limit', status: 429, message: 'slow down' } as const;
  const services = new ScriptedChat(clock, () => ({ pieces: [], error }));
  const recorded = await runToEnd(flowOf(app), clock, { services });
  expect(recorded.at(-1)).toMatchObject({ type: 'run-finish', status });
  expect(services.calls).toHaveLength(3);
  await sameAgain(app, recorded);
});

test('rounds that ran side by side have each what they had, however they ended', async () => {
  const app = dsl(
    {
      start: { type: 'start' },
      made: {
        type: 'code',
        code_language: 'javascript',
        code: 'function main() { return { list: ["c", "b", "a"] }; }',
        variables: [],
        outputs: { list: { type: 'array[string]' } },
      },
      each: {
        type: 'iteration',
        iterator_selector: ['made', 'list'],
        output_selector: ['llm', 'text'],
        start_node_id: 'begin',
        is_parallel: true,
      },
      'each/begin': { type: 'iteration-start' },
      'each/llm': llmData('{{#each.item#}}'),
      answer: { type: 'answer', answer: '{{#each.output#}}' },
    },
    ['start>made', 'made>each', 'begin>llm', 'each>answer'],
  );
  const clock = new VirtualClock();
  let called = 0;
  const services = new ScriptedChat(clock, () => {
    const number = called++;
    return { pieces: [`said ${number}`], firstMs: 100 - 30 * number };
  });
  const recorded = await runToEnd(flowOf(app), clock, { services });
  expect(recorded.at(-1)).toMatchObject({ outputs: { answer: '- said 0\n- said 1\n- said 2' } });
  await sameAgain(app, recorded);
});

test('a later turn begins with what its conversation had brought along', async () => {
  const count = ['conversation', 'count'];
  const later = { variable_selector: count, comparison_operator: '>', value: '0' };
  const app = dsl(
    {
      start: { type: 'start' },
      asked: { type: 'if-else', cases: [{ case_id: 'true', conditions: [later] }] },
      first: { type: 'answer', answer: 'first' },
      again: {
        type: 'answer',
        answer: '{{#sys.dialogue_count#}} {{#sys.user_id#}} {{#sys.query#}}',
      },
    },
    ['start>asked', 'asked:true>again', 'asked:false>first'],
    { conversation_variables: [{ id: 'c', name: 'count', value_type: 'number', value: 0 }] },
  );
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, () => ({ pieces: [] }));
  const past = { history: [{ query: 'Hi', answer: 'first' }], variables: { count: 1 } };
  const ids = { run: 'run-1', user: 'ann' };
  const recorded = await runToEnd(flowOf(app), clock, { services, past, ids });
  expect(recorded.at(-1)).toMatchObject({ outputs: { answer: '2 ann Hi' } });
  await sameAgain(app, recorded);
});
