import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { RunEvent } from '#flow/events.ts';
import {
  answerOf,
  dsl,
  findingsOf,
  flowOf,
  llmData,
  runToEnd,
  ScriptedChat,
} from '#flow/test-kit.ts';

const START = { type: 'start', variables: [] };
const SAYS = (text: string): object => ({ type: 'answer', answer: text });
const LOOK = { type: 'knowledge-retrieval', title: 'Look' };
const WHY =
  'Nodes of the type "knowledge-retrieval" cannot be run: knowledge bases are not supported; fetch the text with an HTTP request instead.';

/** Asked "Hi", it looks something up; it greets otherwise. */
const FORK = {
  type: 'if-else',
  cases: [
    {
      case_id: 'true',
      logical_operator: 'and',
      conditions: [
        { variable_selector: ['sys', 'query'], comparison_operator: 'is', value: 'Hi', id: '1' },
      ],
    },
  ],
};

const forked = (look: object): string =>
  dsl({ start: START, fork: FORK, look, found: SAYS('found'), hello: SAYS('hello') }, [
    'start>fork',
    'fork:true>look',
    'look>found',
    'fork:false>hello',
  ]);

const run = (text: string, query: string): Promise<RunEvent[]> => {
  const clock = new VirtualClock();
  return runToEnd(flowOf(text), clock, {
    query,
    services: new ScriptedChat(clock, () => ({ pieces: ['so'] })),
  });
};

const ended = (events: readonly RunEvent[]) => events.at(-1);
const finishOf = (events: readonly RunEvent[], id: string) =>
  events.find((event) => event.type === 'node-finish' && event.nodeId === id);

test('what cannot be run is told beforehand and keeps no other branch from running', async () => {
  const text = forked(LOOK);
  expect(findingsOf(() => flowOf(text))).toEqual([
    expect.stringContaining('node "Look" is of type "knowledge-retrieval", which cannot be run'),
  ]);
  const events = await run(text, 'Bye');
  expect(ended(events)).toMatchObject({ type: 'run-finish', status: 'succeeded' });
  expect(answerOf(events)).toBe('hello');
});

test('when its turn comes it fails, once and with the reason, and the run with it', async () => {
  const again = { retry_enabled: true, max_retries: 3, retry_interval: 1000 };
  const events = await run(forked({ ...LOOK, retry_config: again }), 'Hi');
  expect(finishOf(events, 'look')).toMatchObject({ status: 'failed', error: { message: WHY } });
  expect(events.some(({ type }) => type === 'node-retry')).toBe(false);
  expect(ended(events)).toMatchObject({
    status: 'failed',
    error: { code: 'node_failed', message: `Node "Look" failed: ${WHY}` },
  });
  expect(answerOf(events)).toBe('');
});

test('a flow may foresee it like any failure', async () => {
  const instead = {
    error_strategy: 'default-value',
    default_value: [{ key: 'result', type: 'string', value: 'nothing' }],
  };
  const nodes = { start: START, look: { ...LOOK, ...instead }, answer: SAYS('{{#look.result#}}') };
  const first = await run(dsl(nodes, ['start>look', 'look>answer']), 'Hi');
  expect(ended(first)).toMatchObject({ status: 'partial-succeeded', exceptions: 1 });
  expect(answerOf(first)).toBe('nothing');

  const fork = {
    start: START,
    look: { type: 'sixth-sense', error_strategy: 'fail-branch' },
    found: SAYS('found'),
    sorry: SAYS('{{#look.error_message#}}'),
  };
  const second = await run(dsl(fork, ['start>look', 'look>found', 'look:fail-branch>sorry']), 'Hi');
  expect(ended(second)).toMatchObject({ status: 'partial-succeeded' });
  expect(answerOf(second)).toBe(
    'Nodes of the type "sixth-sense" cannot be run: this type is not known here.',
  );
});

test('nothing is said of what would come after it', async () => {
  const ask = { type: 'human-input', user_actions: [{ id: 'yes' }, { id: 'no' }] };
  const nodes = { start: START, ask, yes: SAYS('well done'), no: SAYS('a pity') };
  const events = await run(dsl(nodes, ['start>ask', 'ask:yes>yes', 'ask:no>no']), 'Hi');
  expect(answerOf(events)).toBe('');
  expect(ended(events)).toMatchObject({
    error: { message: expect.stringContaining('a run cannot be paused here') },
  });
});

test('inside a container it fails its rounds, and only where its turn comes', async () => {
  const each = {
    type: 'iteration',
    iterator_selector: ['list', 'out'],
    output_selector: ['greet', 'text'],
    error_handle_mode: 'continue-on-error',
    start_node_id: 'begin',
  };
  const fork = {
    ...FORK,
    cases: [
      {
        case_id: 'true',
        logical_operator: 'and',
        conditions: [
          { variable_selector: ['each', 'item'], comparison_operator: 'is', value: 'b', id: '1' },
        ],
      },
    ],
  };
  const list = {
    type: 'code',
    code_language: 'javascript',
    code: 'function main() { return { out: ["a", "b"] }; }',
    outputs: { out: { type: 'array[string]' } },
    variables: [],
  };
  const text = dsl(
    {
      start: START,
      list,
      each,
      'each/begin': { type: 'iteration-start' },
      'each/fork': fork,
      'each/look': LOOK,
      'each/greet': llmData('{{#each.item#}}'),
      answer: SAYS('{{#each.output#}}'),
    },
    [
      'start>list',
      'list>each',
      'begin>fork',
      'fork:true>look',
      'fork:false>greet',
      'look>greet',
      'each>answer',
    ],
  );
  expect(findingsOf(() => flowOf(text))).toEqual([expect.stringContaining('node "Look"')]);
  const events = await run(text, 'Hi');
  expect(finishOf(events, 'each')).toMatchObject({
    status: 'succeeded',
    outputs: { output: ['so', null] },
  });
});

test('a node that asks for what is not there does the same', async () => {
  const ruby = { type: 'code', title: 'Ruby', code_language: 'ruby', code: '', outputs: {} };
  const text = forked(ruby);
  expect(findingsOf(() => flowOf(text))).toEqual([
    expect.stringContaining('node "Ruby": code_language is not supported yet'),
  ]);
  expect(answerOf(await run(text, 'Bye'))).toBe('hello');
  expect(ended(await run(text, 'Hi'))).toMatchObject({
    status: 'failed',
    error: {
      message:
        'Node "Ruby" failed: code_language is not supported yet; switch it off to run this node.',
    },
  });
});
