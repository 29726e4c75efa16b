import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { NodeFinish } from '#flow/events.ts';
import { dsl, flowOf, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

const looped = async (nodeChars: number, data: object = {}) => {
  const more = { variable_selector: ['loop', 'text'], operation: 'over-write' };
  const text = dsl(
    {
      start: { type: 'start' },
      loop: {
        type: 'loop',
        loop_count: 3,
        start_node_id: 'begin',
        loop_variables: [
          { id: '1', label: 'text', var_type: 'string', value_type: 'constant', value: '' },
        ],
        ...data,
      },
      'loop/begin': { type: 'loop-start' },
      'loop/more': {
        type: 'assigner',
        version: '2',
        items: [{ ...more, input_type: 'constant', value: 'x'.repeat(400) }],
      },
      answer: { type: 'answer', answer: '' },
    },
    ['start>loop', 'begin>more', 'loop>answer'],
  );
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, () => ({ pieces: [] }));
  const events = await runToEnd(flowOf(text), clock, { services, limits: { nodeChars } });
  const finish = events.find((event) => event.type === 'node-finish' && event.nodeId === 'loop');
  return (finish as NodeFinish).rounds;
};

test('a loop tells its variables after each round, and no more than a node may leave', async () => {
  const all = await looped(10_000);
  expect(all?.variables).toEqual(Array.from({ length: 3 }, () => ({ text: 'x'.repeat(400) })));
  expect(all).toMatchObject({ isBroken: false, durationsMs: [0, 0, 0] });
  expect((await looped(1_000))?.variables).toHaveLength(2);
});

test('conditions are looked at after the last round, too', async () => {
  const over = { variable_selector: ['loop', 'text'], comparison_operator: 'not empty' };
  const rounds = await looped(10_000, { loop_count: 1, break_conditions: [over] });
  expect(rounds).toMatchObject({ isBroken: true, durationsMs: [0] });
});
