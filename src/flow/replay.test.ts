import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { differences, replayTypes, shapeOf } from '#flow/replay.ts';
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
    pieces: [nodeId === 'sort' ? '{"category_id": "2"}' : 'said'],
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
