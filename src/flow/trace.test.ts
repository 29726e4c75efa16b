import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { dsl, flowOf, llmData, runToEnd, ScriptedChat } from '#flow/test-kit.ts';
import { traceOf } from '#flow/trace.ts';

test('a row per node: when, how long, how many tokens, by whom', async () => {
  const clock = new VirtualClock();
  const error = { kind: 'overloaded', status: 503, message: 'try later' } as const;
  const services = new ScriptedChat(clock, ({ nodeId }) =>
    nodeId === 'one'
      ? { pieces: ['a', 'b'], firstMs: 20, everyMs: 5 }
      : { pieces: ['c'], firstMs: 30, error },
  );
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start', title: '開始' },
        one: llmData(),
        two: llmData('{{#one.text#}}'),
        answer: { type: 'answer', answer: '{{#two.text#}}' },
      },
      ['start>one', 'one>two', 'two>answer'],
    ),
  );
  const events = await runToEnd(flow, clock, { services });
  const served = { attempts: 1, queueMs: 0 };
  expect(traceOf(events)).toEqual([
    {
      nodeId: 'start',
      title: '開始',
      nodeType: 'start',
      startMs: 0,
      durationMs: 0,
      status: 'succeeded',
    },
    {
      nodeId: 'one',
      title: 'one',
      nodeType: 'llm',
      startMs: 0,
      durationMs: 25,
      firstTextMs: 20,
      inputTokens: 10,
      outputTokens: 2,
      deployment: 'PJ1',
      ...served,
      status: 'succeeded',
    },
    {
      nodeId: 'two',
      title: 'two',
      nodeType: 'llm',
      startMs: 25,
      durationMs: 30,
      firstTextMs: 30,
      deployment: 'PJ2',
      ...served,
      status: 'failed',
      error: { code: 'unavailable', message: "The model's answer broke off: try later" },
    },
  ]);
  const halfway = events.slice(
    0,
    events.findIndex(({ type }) => type === 'node-delta'),
  );
  expect(traceOf(halfway).at(-1)).toEqual({
    nodeId: 'one',
    title: 'one',
    nodeType: 'llm',
    startMs: 0,
    deployment: 'PJ1',
    ...served,
    status: 'running',
  });
});

test('each model call of a node: who served it, how long it waited, what it came to', () => {
  const of = { nodeId: 'a', step: 1 };
  const call = { ...of, attempts: 1, queueMs: 5, model: 'm', type: 'node-served' } as const;
  const rows = traceOf([
    { ...of, type: 'node-start', at: 0, title: 'A', nodeType: 'agent' },
    { ...call, at: 1, callId: 'c1', upstreamId: 'req_1', deployment: 'PJ1' },
    {
      ...of,
      type: 'node-spent',
      at: 2,
      callId: 'c1',
      usage: { inputTokens: 3, outputTokens: 4 },
      costNanos: 70,
    },
    { ...call, at: 3, callId: 'c2', deployment: 'PJ2' },
  ]);
  const shared = { attempts: 1, queueMs: 5, model: 'm' };
  expect(rows[0]?.calls).toEqual([
    {
      ...shared,
      callId: 'c1',
      upstreamId: 'req_1',
      deployment: 'PJ1',
      at: 1,
      inputTokens: 3,
      outputTokens: 4,
      costNanos: 70,
    },
    { ...shared, callId: 'c2', deployment: 'PJ2', at: 3 },
  ]);
  expect(rows[0]).toMatchObject({ attempts: 2, queueMs: 10, deployment: 'PJ2', callId: 'c2' });
});
