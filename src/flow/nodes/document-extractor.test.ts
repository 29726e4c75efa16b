import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { NodeFinish } from '#flow/events.ts';
import { dsl, flowOf, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

test.each([
  [false, ''],
  [true, []],
])('a file that nobody gave has no text (of a list: %j)', async (isList, text) => {
  const variable = { variable: 'paper', type: 'file', required: false };
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start', variables: [variable] },
        read: {
          type: 'document-extractor',
          variable_selector: ['start', 'paper'],
          is_array_file: isList,
        },
        answer: { type: 'answer', answer: '<{{#read.text#}}>' },
      },
      ['start>read', 'read>answer'],
    ),
  );
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, () => ({ pieces: [] }));
  const events = await runToEnd(flow, clock, { services });
  const finish = events.find((event) => event.type === 'node-finish' && event.nodeId === 'read');
  expect((finish as NodeFinish).outputs).toEqual({ text });
  expect(events.at(-1)).toMatchObject({ status: 'succeeded', outputs: { answer: '<>' } });
});
