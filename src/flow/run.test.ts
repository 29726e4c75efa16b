import { expect, test, vi } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { RunEvent, RunFinish } from '#flow/events.ts';
import type { FlowServices } from '#flow/ports.ts';
import { type RunOptions, runFlow } from '#flow/run.ts';
import {
  answerOf,
  dsl,
  flowOf,
  llmData,
  runToEnd,
  type Script,
  ScriptedChat,
} from '#flow/test-kit.ts';

/** A start, `width` models side by side, one answer that joins them. */
const wide = (width: number) => {
  const ids = Array.from({ length: width }, (_, i) => `llm_${i}`);
  return flowOf(
    dsl(
      {
        start: { type: 'start', variables: [] },
        ...Object.fromEntries(ids.map((id) => [id, llmData()])),
        answer: { type: 'answer', answer: ids.map((id) => `{{#${id}.text#}}`).join('|') },
      },
      ids.flatMap((id) => [`start>${id}`, `${id}>answer`]),
    ),
  );
};

const setUp = (script: Script) => {
  const clock = new VirtualClock();
  return { clock, services: new ScriptedChat(clock, () => script) };
};

const finishOf = (events: readonly RunEvent[]): RunFinish => events.at(-1) as RunFinish;

const statuses = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'node-finish' ? `${event.nodeId} ${event.status}` : [],
  );

const IDS = { run: 'run-1' };

const options = (
  more: Pick<RunOptions, 'clock' | 'services'> & Partial<RunOptions>,
): RunOptions => ({
  query: 'Hi',
  inputs: {},
  ids: IDS,
  ...more,
});

test('sixty calls take as long as one', async () => {
  const { clock, services } = setUp({ pieces: ['a', 'b'], firstMs: 50, everyMs: 50 });
  const warned = vi.fn();
  process.on('warning', warned);
  const events = await runToEnd(wide(60), clock, { services });
  expect(finishOf(events)).toMatchObject({ status: 'succeeded', at: 100, steps: 62 });
  expect(services.calls.every(({ startedAt }) => startedAt === 0)).toBe(true);
  expect(answerOf(events)).toBe(Array.from({ length: 60 }, () => 'ab').join('|'));
  await new Promise(setImmediate);
  process.off('warning', warned);
  expect(warned).not.toHaveBeenCalled();
});

test('nothing happens before the first event is asked for', async () => {
  const { clock, services } = setUp({ pieces: ['a'] });
  const run = runFlow(wide(2), options({ clock, services }));
  await clock.advance(10);
  expect(services.calls).toEqual([]);
  await run.return();
  expect(services.calls).toEqual([]);
});

test('inputs that do not fit are refused at once', () => {
  const { clock, services } = setUp({ pieces: [] });
  const variables = [{ variable: 'name', type: 'text-input', required: true }];
  const flow = flowOf(
    dsl({ start: { type: 'start', variables }, a: { type: 'answer', answer: '' } }, ['start>a']),
  );
  expect(() => runFlow(flow, options({ clock, services }))).toThrow(
    'name is required in input form',
  );
  const query = 'x'.repeat(101);
  const limits = { nodeChars: 100 };
  const inputs = { name: 'n' };
  expect(() => runFlow(flow, options({ clock, services, query, inputs, limits }))).toThrow(
    expect.objectContaining({ code: 'too_large' }),
  );
});

test('a reader that stops reading stops the run and leaves nothing open', async () => {
  const { clock, services } = setUp({ pieces: ['a', 'b', 'c'], firstMs: 5, everyMs: 5 });
  let seen = 0;
  const reading = (async () => {
    for await (const event of runFlow(wide(6), options({ clock, services })))
      if (event.type === 'node-delta' && ++seen === 3) break;
  })();
  await clock.advance(5);
  await reading;
  expect(services.calls).toHaveLength(6);
  expect(services.open).toBe(0);
});

test('a signal stops the run: every call is let go of, and the end is told', async () => {
  const { clock, services } = setUp({ pieces: ['a', 'b'], firstMs: 10, everyMs: 100 });
  const stop = new AbortController();
  clock.after(50, () => stop.abort());
  const events = await runToEnd(wide(2), clock, { services, signal: stop.signal });
  expect(statuses(events)).toEqual(['start succeeded', 'llm_0 stopped', 'llm_1 stopped']);
  expect(finishOf(events)).toMatchObject({ status: 'stopped', at: 50, outputs: {} });
  expect(finishOf(events).error).toBeUndefined();
  expect(answerOf(events)).toBe('a');
  expect(services.open).toBe(0);
});

test('a run whose signal is aborted already starts no node', async () => {
  const { clock, services } = setUp({ pieces: ['a'] });
  const events = await runToEnd(wide(2), clock, { services, signal: AbortSignal.abort() });
  expect(events.map(({ type }) => type)).toEqual(['run-start', 'run-finish']);
  expect(services.calls).toEqual([]);
});

test('a run that takes too long fails, and what it did so far is known', async () => {
  const { clock, services } = setUp({ pieces: ['a', 'b'], firstMs: 10, everyMs: 10_000 });
  const events = await runToEnd(wide(1), clock, { services, limits: { durationMs: 1500 } });
  expect(finishOf(events)).toMatchObject({
    status: 'failed',
    at: 1500,
    error: { code: 'timeout', message: 'The run took longer than 1.5 s.' },
  });
  expect(statuses(events)).toEqual(['start succeeded', 'llm_0 stopped']);
  expect(services.open).toBe(0);
});

test.each([
  ['sooner', { deadline: 500 }, 500],
  ['later', { deadline: 90_000 }, 1500],
  ['gone before it began', { deadline: -1 }, 0],
])('a run ends when nobody waits for it any more: %s', async (_, more, at) => {
  const { clock, services } = setUp({ pieces: ['a', 'b'], firstMs: 10, everyMs: 10_000 });
  const limits = { durationMs: 1500 };
  const events = await runToEnd(wide(1), clock, { services, limits, ...more });
  expect(finishOf(events)).toMatchObject({ status: 'failed', at, error: { code: 'timeout' } });
  expect(services.calls.every(({ deadline }) => deadline === at)).toBe(true);
  expect(services.open).toBe(0);
});

test('a service that ignores the abort holds the end up for a second at most', async () => {
  const clock = new VirtualClock();
  const services: FlowServices = {
    async *chat() {
      await new Promise(() => {});
    },
  };
  const events = await runToEnd(wide(1), clock, { services, limits: { durationMs: 100 } });
  expect(finishOf(events)).toMatchObject({ status: 'failed', at: 100 });
  expect(clock.now()).toBeLessThanOrEqual(1102);
});

test('a run of too many steps fails', async () => {
  const { clock, services } = setUp({ pieces: ['a'], firstMs: 10 });
  const events = await runToEnd(wide(5), clock, { services, limits: { steps: 4 } });
  expect(finishOf(events)).toMatchObject({
    status: 'failed',
    steps: 4,
    error: { code: 'too_large', message: 'The run takes more than 4 steps.' },
  });
  expect(services.open).toBe(0);
});

test('a model that never stops is stopped, and so are values that multiply', async () => {
  const { clock, services } = setUp({ pieces: Array.from({ length: 50 }, () => 'x'.repeat(10)) });
  const endless = await runToEnd(wide(1), clock, { services, limits: { nodeChars: 100 } });
  expect(finishOf(endless).error).toEqual({
    code: 'too_large',
    message: 'Node "llm_0" failed: It streamed more than 100 characters.',
  });
  expect(services.open).toBe(0);

  const twice = setUp({ pieces: ['x'.repeat(800)] });
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start' },
        llm: llmData(),
        answer: { type: 'answer', answer: '{{#llm.text#}}'.repeat(3) },
      },
      ['start>llm', 'llm>answer'],
    ),
  );
  const limits = { nodeChars: 2_000 };
  const events = await runToEnd(flow, twice.clock, { services: twice.services, limits });
  expect(finishOf(events).error?.message).toBe(
    'Node "answer" failed: A filled template passes 2000 characters.',
  );
});

test('nodes wait for the reader: each call is one event ahead at most', async () => {
  const clock = new VirtualClock();
  let produced = 0;
  const services: FlowServices = {
    async *chat(request) {
      yield { type: 'start', id: 'x', model: request.model, created: 0 };
      yield { type: 'block-start', index: 0, block: { kind: 'text' } };
      for (;;) {
        produced++;
        yield { type: 'block-delta', index: 0, delta: 'x' };
      }
    },
  };
  const run = runFlow(wide(1), options({ clock, services }));
  let read = 0;
  while (read < 5) {
    const { value } = await run.next();
    if (value?.type === 'node-delta') read++;
  }
  await clock.advance(10);
  expect(produced).toBeLessThanOrEqual(read + 1);
  await run.return();
});

test('a flow may be run many times at once', async () => {
  const flow = wide(3);
  const runs = await Promise.all(
    Array.from({ length: 5 }, async (_, i) => {
      const { clock, services } = setUp({ pieces: [`${i}`], firstMs: i });
      return answerOf(await runToEnd(flow, clock, { services }));
    }),
  );
  expect(runs).toEqual(['0|0|0', '1|1|1', '2|2|2', '3|3|3', '4|4|4']);
});

test('what a run tells of itself can be used in it', async () => {
  const { clock, services } = setUp({ pieces: [] });
  const names = [
    'query',
    'workflow_run_id',
    'conversation_id',
    'user_id',
    'dialogue_count',
    'timestamp',
    'files',
  ];
  const answer = names.map((name) => `{{#sys.${name}#}}`).join(' ');
  const flow = flowOf(
    dsl({ start: { type: 'start' }, a: { type: 'answer', answer } }, ['start>a']),
  );
  const ids = { run: 'r', conversation: 'c', user: 'u' };
  const events = await runToEnd(flow, clock, { services, ids });
  expect(finishOf(events).outputs).toEqual({ answer: 'Hi r c u 1 1700000000 ' });
});
