import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from '#core/schema.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { RunEvent, RunFinish } from '#flow/events.ts';
import { NODE_TYPES } from '#flow/nodes/index.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import type { RunOptions } from '#flow/run.ts';
import {
  answerOf,
  dsl,
  flowOf,
  llmData,
  runToEnd,
  type Script,
  ScriptedChat,
} from '#flow/test-kit.ts';
import type { ChatRequest } from '#wire/chat-request.ts';

/** A branch that goes where its data says, after asking the model when `ask` is set. */
const forkConfig = z.object({ to: z.string(), ask: z.boolean().optional() });
const fork: NodeType<z.infer<typeof forkConfig>> = {
  type: 'fork',
  config: forkConfig,
  outputs: () => ({ chosen: 'string' }),
  reads: () => [],
  handles: () => ['left', 'right'],
  async *run({ config, services, id: nodeId, runId, signal, deadline }) {
    const request: ChatRequest = {
      model: 'm',
      messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Where to?' }] }],
      stream: true,
      includeUsage: false,
      dialect: 'openai-chat',
      extra: {},
    };
    if (config.ask)
      for await (const event of services.chat(request, { runId, nodeId, signal, deadline }))
        if (event.type === 'served') yield event;
    return { outputs: { chosen: config.to }, handle: config.to };
  },
};

const types = [...NODE_TYPES, fork];

interface Played {
  readonly nodes: Readonly<Record<string, object>>;
  readonly edges: readonly string[];
  readonly models?: Readonly<Record<string, Script>>;
  readonly options?: Partial<RunOptions>;
}

const play = async ({ nodes, edges, models = {}, options = {} }: Played): Promise<RunEvent[]> => {
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, ({ nodeId }) => models[nodeId] ?? { pieces: [nodeId] });
  const flow = flowOf(dsl({ start: { type: 'start' }, ...nodes }, edges), { types });
  return runToEnd(flow, clock, { services, ...options });
};

const answer = (text: string): object => ({ type: 'answer', answer: text });

/** Pieces of the answer with the time at which they went out. */
const timed = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'answer-delta' ? `${event.at} ${event.text}` : []));

test('what stands behind a branch is said only when the branch is taken', async () => {
  const events = await play({
    nodes: {
      fork: { type: 'fork', to: 'left', ask: true },
      llm: llmData(),
      yes: answer('yes {{#llm.text#}}'),
      no: answer('no {{#llm.text#}}'),
    },
    edges: ['start>fork', 'fork:left>llm', 'llm>yes', 'fork:right>no'],
    models: {
      fork: { pieces: ['…'], firstMs: 20 },
      llm: { pieces: ['a', 'b'], firstMs: 5, everyMs: 5 },
    },
  });
  expect(timed(events)).toEqual(['20 yes ', '25 a', '30 b']);
  expect(events.filter(({ type }) => type === 'node-skip')).toMatchObject([{ nodeId: 'no' }]);
  expect((events.at(-1) as RunFinish).outputs).toEqual({ answer: 'yes ab' });
});

test('a variable whose node was skipped is passed over', async () => {
  const events = await play({
    nodes: {
      fork: { type: 'fork', to: 'right' },
      a: llmData(),
      b: llmData(),
      both: answer('[{{#a.text#}}|{{#b.text#}}]'),
    },
    edges: ['start>fork', 'fork:left>a', 'fork:right>b', 'a>both', 'b>both'],
    models: { b: { pieces: ['B'], firstMs: 10 } },
  });
  expect(answerOf(events)).toBe('[|B]');
  // The answer node itself fills its template by another rule, as Dify does.
  expect((events.at(-1) as RunFinish).outputs).toEqual({ answer: '[a.text|B]' });
});

test.each(['llm.nope', 'ghost.text', 'conversation.nope', 'sys.nope'])(
  '%s, which nobody makes, holds back what stands behind it, and later answers',
  async (name) => {
    const events = await play({
      nodes: { llm: llmData(), a: answer(`a {{#${name}#}} z`), b: answer('b') },
      edges: ['start>llm', 'llm>a', 'a>b'],
    });
    expect(answerOf(events)).toBe('a ');
    expect((events.at(-1) as RunFinish).outputs).toEqual({ answer: `a ${name} zb` });
  },
);

test('one way without a choice is enough to be sure of an answer', async () => {
  const events = await play({
    nodes: {
      fork: { type: 'fork', to: 'left', ask: true },
      llm: llmData(),
      end: answer('sure {{#llm.text#}}'),
    },
    edges: ['start>fork', 'start>llm', 'fork:left>end', 'llm>end'],
    models: { fork: { pieces: ['…'], firstMs: 50 }, llm: { pieces: ['x'], firstMs: 5 } },
  });
  expect(timed(events)).toEqual(['0 sure ', '5 x']);
});

test('answers do not interleave: the second waits though its words are there', async () => {
  const events = await play({
    nodes: {
      slow: llmData(),
      fast: llmData(),
      b: answer('B {{#slow.text#}}.'),
      c: answer('C {{#fast.text#}}.'),
    },
    edges: ['start>slow', 'start>fast', 'slow>b', 'fast>c'],
    models: {
      slow: { pieces: ['s', 's'], firstMs: 30, everyMs: 10 },
      fast: { pieces: ['f'], firstMs: 1 },
    },
  });
  expect(timed(events)).toEqual(['0 B ', '30 s', '40 s', '40 .', '40 C ', '40 f', '40 .']);
});

test('a text that two places ask for is said in both', async () => {
  const events = await play({
    nodes: {
      llm: llmData(),
      end: answer('{{#llm.text#}} and {{#llm.text#}} of {{#llm.usage.total_tokens#}}'),
    },
    edges: ['start>llm', 'llm>end'],
    models: { llm: { pieces: ['x', 'y'], firstMs: 1, everyMs: 1 } },
  });
  expect(answerOf(events)).toBe('xy and xy of 12');
});

test('an answer in a failed run stops where it was', async () => {
  const events = await play({
    nodes: { a: llmData(), b: llmData(), end: answer('{{#a.text#}}-{{#b.text#}}') },
    edges: ['start>a', 'start>b', 'a>end', 'b>end'],
    models: {
      a: { pieces: ['1', '2', '3'], firstMs: 10, everyMs: 10 },
      b: { pieces: ['x'], firstMs: 15, error: { kind: 'broken', status: 502, message: 'lost' } },
    },
  });
  expect(answerOf(events)).toBe('1');
});

test('an answer has a limit', async () => {
  const events = await play({
    nodes: { llm: llmData(), end: answer('{{#llm.text#}}'.repeat(50)) },
    edges: ['start>llm', 'llm>end'],
    models: { llm: { pieces: ['x'.repeat(100)] } },
    options: { limits: { runChars: 2000, nodeChars: 1000 } },
  });
  expect(answerOf(events).length).toBeLessThanOrEqual(2000);
  expect((events.at(-1) as RunFinish).error?.code).toBe('too_large');
});

const script = fc.record({
  pieces: fc.array(fc.constantFrom('a', 'bc', ' ', '\n', '語'), { maxLength: 4 }),
  firstMs: fc.nat(9),
  everyMs: fc.nat(5),
});

/** Models n1… in any order of dependence, and one answer that asks for some of them, some twice. */
const chat = fc.integer({ min: 1, max: 6 }).chain((count) =>
  fc.record({
    scripts: fc.array(script, { minLength: count, maxLength: count }),
    links: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 8 }),
    said: fc.array(fc.oneof(fc.nat(count - 1), fc.constantFrom('text', '\n', '{{', 'sys')), {
      maxLength: 8,
    }),
  }),
);

test('however the models are timed and joined, what is read is what the answer says', async () => {
  await fc.assert(
    fc.asyncProperty(chat, async ({ scripts, links, said }) => {
      const ids = scripts.map((_, i) => `n${i}`);
      const inner = links.filter(([a, b]) => a < b).map(([a, b]) => `n${a}>n${b}`);
      const events = await play({
        nodes: {
          ...Object.fromEntries(ids.map((id) => [id, llmData()])),
          end: answer(
            said.map((part) => (typeof part === 'number' ? `{{#n${part}.text#}}` : part)).join(''),
          ),
        },
        edges: [...new Set([...ids.flatMap((id) => [`start>${id}`, `${id}>end`]), ...inner])],
        models: Object.fromEntries(scripts.map((one, i) => [`n${i}`, one])),
      });
      expect((events.at(-1) as RunFinish).outputs).toEqual({ answer: answerOf(events) });
      const started = events.flatMap((event) => (event.type === 'node-start' ? event.nodeId : []));
      expect(started.toSorted()).toEqual(['end', ...ids, 'start'].toSorted());
      const at = (type: 'node-start' | 'node-finish', id: string): number =>
        events.findIndex((event) => event.type === type && event.nodeId === id);
      for (const link of inner) {
        const [from = '', to = ''] = link.split('>');
        expect(at('node-finish', from)).toBeLessThan(at('node-start', to));
      }
    }),
    { numRuns: 60 },
  );
});

test('a flow of many branches is filtered in time linear in its edges', async () => {
  // Forty diamonds one behind the other: 2^40 ways lead to the answer.
  const rounds = Array.from({ length: 40 }, (_, i) => i);
  const nodes = Object.fromEntries(
    rounds.flatMap((i) => [
      [`f${i}`, { type: 'fork', to: i % 2 ? 'left' : 'right' }],
      [`j${i}`, llmData('x')],
    ]),
  );
  const edges = rounds.flatMap((i) => [
    i === 0 ? 'start>f0' : `j${i - 1}>f${i}`,
    `f${i}:left>j${i}`,
    `f${i}:right>j${i}`,
  ]);
  const events = await play({
    nodes: { ...nodes, end: answer('done') },
    edges: [...edges, 'j39>end'],
  });
  expect(answerOf(events)).toBe('done');
});
