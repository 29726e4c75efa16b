import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { Json } from '#core/json.ts';
import type { NodeFinish } from '#flow/events.ts';
import { dsl, flowOf, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

const made = async (list: readonly Json[], type: string, data: object) => {
  const text = dsl(
    {
      start: { type: 'start' },
      made: {
        type: 'code',
        code_language: 'javascript',
        code: 'function main() { return { out: LIST }; }'.replace('LIST', JSON.stringify(list)),
        variables: [],
        outputs: { out: { type } },
      },
      list: {
        type: 'list-operator',
        variable: ['made', 'out'],
        ...data,
      },
      answer: { type: 'answer', answer: '' },
    },
    ['start>made', 'made>list', 'list>answer'],
  );
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, () => ({ pieces: [] }));
  const events = await runToEnd(flowOf(text), clock, { services });
  const finish = events.find((event) => event.type === 'node-finish' && event.nodeId === 'list');
  return (finish as NodeFinish).outputs;
};

const filterBy = (operator: string, value: unknown) => ({
  filter_by: { enabled: true, conditions: [{ comparison_operator: operator, value }] },
});

const filtered = async (operator: string, value: unknown) =>
  (await made(['a', 'bc', 'x'], 'array[string]', filterBy(operator, value)))['result'];

test('items that stand in a list, or in a text as parts of it', async () => {
  expect(await filtered('in', ['a', 'b'])).toEqual(['a']);
  expect(await filtered('not in', ['a', 'b'])).toEqual(['bc', 'x']);
  expect(await filtered('in', 'abcd')).toEqual(['a', 'bc']);
  expect(await filtered('not in', 'abcd')).toEqual(['x']);
  expect(await filtered('contains', 'c')).toEqual(['bc']);
});

test('whole numbers are compared with fractions, and nothing is asked of an empty list', async () => {
  const numbers = [1, 2.5, 3];
  expect(await made(numbers, 'array[number]', filterBy('=', '2.5'))).toMatchObject({
    result: [2.5],
  });
  expect(await made(numbers, 'array[number]', filterBy('≠', '2.5'))).toMatchObject({
    result: [1, 3],
  });
  const extract_by = { enabled: true, serial: '1' };
  expect(await made([], 'array[string]', { extract_by })).toEqual({
    result: [],
    first_record: null,
    last_record: null,
  });
});
