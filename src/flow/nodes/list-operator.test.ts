import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { NodeFinish } from '#flow/events.ts';
import { dsl, flowOf, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

const filtered = async (operator: string, value: unknown) => {
  const text = dsl(
    {
      start: { type: 'start' },
      made: {
        type: 'code',
        code_language: 'javascript',
        code: 'function main() { return { out: ["a", "bc", "x"] }; }',
        variables: [],
        outputs: { out: { type: 'array[string]' } },
      },
      list: {
        type: 'list-operator',
        variable: ['made', 'out'],
        filter_by: { enabled: true, conditions: [{ comparison_operator: operator, value }] },
      },
      answer: { type: 'answer', answer: '' },
    },
    ['start>made', 'made>list', 'list>answer'],
  );
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, () => ({ pieces: [] }));
  const events = await runToEnd(flowOf(text), clock, { services });
  const finish = events.find((event) => event.type === 'node-finish' && event.nodeId === 'list');
  return (finish as NodeFinish).outputs['result'];
};

test('items that stand in a list, or in a text as parts of it', async () => {
  expect(await filtered('in', ['a', 'b'])).toEqual(['a']);
  expect(await filtered('not in', ['a', 'b'])).toEqual(['bc', 'x']);
  expect(await filtered('in', 'abcd')).toEqual(['a', 'bc']);
  expect(await filtered('not in', 'abcd')).toEqual(['x']);
  expect(await filtered('contains', 'c')).toEqual(['bc']);
});
