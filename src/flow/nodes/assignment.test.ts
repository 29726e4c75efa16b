import { expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { changed } from '#flow/nodes/assignment.ts';
import { answerOf, dsl, flowOf, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

test.each<[Json, string, Json, Json]>([
  ['a', 'over-write', 'b', 'b'],
  [1, '+=', 2, 3],
  [5, '-=', 2, 3],
  [5, '+=', true, 6],
  [5, '*=', 2, 10],
  [5, '/=', 2, 2.5],
  [null, '+=', 1, 1],
  ['a', 'clear', null, ''],
  [1, 'clear', null, 0],
  [['a'], 'clear', null, []],
  [{ a: 1 }, 'clear', null, {}],
  [true, 'clear', null, false],
  [['a'], 'append', 'b', ['a', 'b']],
  [null, 'append', 'b', ['b']],
  [['a'], 'extend', ['b', 'c'], ['a', 'b', 'c']],
  [['a', 'b'], 'remove-first', null, ['b']],
  [['a', 'b'], 'remove-last', null, ['a']],
  [[], 'remove-first', null, []],
  [{}, 'set', '{"a": 1}', { a: 1 }],
  [0, 'set', 7, 7],
  ['x', 'set', '7', '7'],
])('%j %s %j = %j', (before, operation, given, after) => {
  expect(changed(before, operation, given)).toEqual(after);
});

test.each<[Json, string, Json, string]>([
  [1, '/=', 0, 'divides by zero'],
  ['a', '+=', 1, 'for numbers only'],
  [5, '-=', '2', 'for numbers only'],
  ['a', 'append', 'b', 'for lists only'],
  [['a'], 'extend', 'b', 'for lists only'],
  [{}, 'set', 'no json', 'not of the type'],
  [1, '%=', 2, 'not supported'],
])('%j %s %j fails', (before, operation, given, message) => {
  expect(() => changed(before, operation, given)).toThrow(message);
});

/** What the person asked, put into a variable. */
const item = (target: readonly string[]): readonly object[] => {
  const value = ['sys', 'query'];
  return [{ variable_selector: target, input_type: 'variable', operation: 'over-write', value }];
};

test.each<[string, object, string, string | undefined]>([
  ['2', { items: item(['conversation', 'list']) }, 'failed', 'has the type array'],
  ['2', { items: item(['conversation', 'count']) }, 'failed', 'a value of the type string'],
  ['2', { items: item(['conversation', 'text']) }, 'succeeded', undefined],
  // The first version looks at nothing.
  [
    '1',
    {
      assigned_variable_selector: ['conversation', 'list'],
      input_variable_selector: ['sys', 'query'],
      write_mode: 'over-write',
    },
    'succeeded',
    undefined,
  ],
])('version %s with %j has %s', async (version, data, status, message) => {
  const clock = new VirtualClock();
  const variables = { text: 'a', count: 1, list: ['a'] };
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start' },
        set: { type: 'assigner', version, ...data },
        answer: { type: 'answer', answer: '{{#conversation.text#}}' },
      },
      ['start>set', 'set>answer'],
    ),
  );
  const services = new ScriptedChat(clock, () => ({ pieces: [] }));
  const past = { history: [], variables };
  const events = await runToEnd(flow, clock, { services, past });
  const finish = events.at(-1);
  expect(finish).toMatchObject({ status });
  if (finish?.type === 'run-finish' && message !== undefined)
    expect(finish.error?.message).toContain(message);
});

test('what empties a variable asks for no other, whatever the form still names', async () => {
  const clock = new VirtualClock();
  const variable_selector = ['conversation', 'list'];
  const stale = { variable_selector, input_type: 'variable', value: ['gone', 'text'] };
  const items = [
    { ...stale, operation: 'remove-first' },
    { ...stale, operation: 'remove-last' },
    { ...stale, operation: 'append', value: ['sys', 'query'] },
    { ...stale, variable_selector: ['conversation', 'text'], operation: 'clear' },
  ];
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start' },
        set: { type: 'assigner', version: '2', items },
        answer: { type: 'answer', answer: '{{#conversation.list#}}{{#conversation.text#}}' },
      },
      ['start>set', 'set>answer'],
    ),
  );
  const services = new ScriptedChat(clock, () => ({ pieces: [] }));
  const past = { history: [], variables: { text: 'a', list: ['x', 'y', 'z'] } };
  const events = await runToEnd(flow, clock, { services, past });
  expect(answerOf(events)).toBe('- y\n- Hi');
});
