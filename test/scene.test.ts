import OpenAI from 'openai';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '#core/clock.ts';
import type { RunEvent } from '#flow/events.ts';
import { traceOf } from '#flow/trace.ts';
import { openFlow } from '#server/open-flow.ts';
import { closedAfterEach } from './kit/closing.ts';
import { pairs, read } from './kit/files.ts';
import { MASTER_KEY } from './kit/gateway.ts';
import { startScene } from './kit/scene.ts';

const closing = closedAfterEach();

const scene = async (config: string) => {
  const started = await startScene(config);
  closing.push(() => started.close());
  const openai = new OpenAI({ baseURL: `${started.url}/v1`, apiKey: MASTER_KEY, maxRetries: 0 });
  return { ...started, openai };
};

const question = { model: 'gpt-4.1', messages: [{ role: 'user' as const, content: 'Why?' }] };
const sixTimes = <T>(ask: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 6 }, ask));
const until = (done: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(done()).toBe(true), { interval: 2, timeout: 10_000 });

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

describe.each(pairs)('$name', ({ config: file, chatflow, isThere }) => {
  it.skipIf(!isThere)('six calls at once reach three projects two by two, whole', async () => {
    const { openai, arrived, finish } = await scene(read(file));
    const replies = sixTimes(() => openai.chat.completions.create(question));
    // The vendor's clock stands still: all six are there before any of them can end.
    await until(() => arrived().reduce((sum, n) => sum + n) === 6);
    expect(arrived()).toEqual([2, 2, 2]);
    for (const { choices } of await finish(replies))
      expect(choices[0]?.message.content).toContain('“Why?”');
  });

  it.skipIf(!isThere)('and so they do streamed', async () => {
    const { openai, arrived, finish } = await scene(read(file));
    const replies = sixTimes(async () =>
      collect(await openai.chat.completions.create({ ...question, stream: true })),
    );
    await until(() => arrived().reduce((sum, n) => sum + n) === 6);
    expect(arrived()).toEqual([2, 2, 2]);
    for (const chunks of await finish(replies)) {
      expect(chunks.length).toBeGreaterThan(5);
      expect(chunks.map(({ choices }) => choices[0]?.delta.content).join('')).toContain('“Why?”');
      expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    }
  });

  it.skipIf(!isThere)('one after another they go by chance, and none waits', async () => {
    const { openai, arrived, finish } = await scene(read(file));
    for (let i = 0; i < 12; i++) await finish(openai.chat.completions.create(question));
    expect(arrived().reduce((sum, n) => sum + n)).toBe(12);
    expect(arrived()).not.toContain(0);
  });

  it.skipIf(!isThere)('the six model calls of a run overlap, and are spread alike', async () => {
    const { config, gateway, arrived, finish, simulator } = await scene(read(file));
    const flow = openFlow({ text: read(chatflow), file: chatflow, config });
    const run: Promise<RunEvent[]> = collect(
      flow.run({ gateway, query: 'Why?', clock: systemClock }),
    );
    await until(() => arrived().reduce((sum, n) => sum + n) === 6);
    expect(arrived()).toEqual([2, 2, 2]);
    const rows = traceOf(await finish(run)).filter(({ nodeType }) => nodeType === 'llm');
    const lastStart = Math.max(...rows.map(({ startMs }) => startMs));
    const firstEnd = Math.min(...rows.map(({ startMs, durationMs = 0 }) => startMs + durationMs));
    expect(lastStart).toBeLessThan(firstEnd);
    const served = rows
      .map(({ deployment }) => deployment ?? '')
      .toSorted((a, b) => (a < b ? -1 : 1));
    expect(served).toEqual(['PJ1', 'PJ1', 'PJ2', 'PJ2', 'PJ3', 'PJ3']);
    expect(simulator.projects().flatMap(({ calls }) => calls.map(({ status }) => status))).toEqual(
      Array<number>(6).fill(200),
    );
  });
});

describe('the openai SDK against gateway and simulator', () => {
  const file = 'examples/litellm_config.yaml';
  const tools = [
    {
      type: 'function' as const,
      function: {
        name: 'weather',
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
        },
      },
    },
  ];

  it('calls tools, whole', async () => {
    const { openai, finish } = await scene(read(file));
    const asked = openai.chat.completions.create({ ...question, tools, tool_choice: 'required' });
    const [choice] = (await finish(asked)).choices;
    expect(choice?.finish_reason).toBe('tool_calls');
    const [call] = choice?.message.tool_calls ?? [];
    if (call?.type !== 'function') throw new Error('no function was called');
    expect(call.function.name).toBe('weather');
    expect(JSON.parse(call.function.arguments)).toHaveProperty('city');
  });

  it('calls tools, streamed, with usage', async () => {
    const { openai, finish } = await scene(read(file));
    const stream = openai.chat.completions.stream({
      ...question,
      tools,
      tool_choice: 'required',
      stream_options: { include_usage: true },
    });
    const { choices, usage } = await finish(stream.finalChatCompletion());
    const [call] = choices[0]?.message.tool_calls ?? [];
    if (call?.type !== 'function') throw new Error('no function was called');
    expect(call.function.name).toBe('weather');
    expect(JSON.parse(call.function.arguments)).toHaveProperty('city');
    expect(usage?.completion_tokens).toBeGreaterThan(0);
  });

  it('embeds, in base64 as it asks by itself, and in numbers', async () => {
    const model = 'text-embedding-3-small';
    const { openai, finish, arrived } = await scene(read(file).replaceAll('gpt-4.1', model));
    const asked = { model, input: ['one', 'two'] };
    const create = openai.embeddings.create.bind(openai.embeddings);
    const packed = await finish(create(asked));
    const plain = await finish(create({ ...asked, encoding_format: 'float' }));
    expect(plain.data.map(({ embedding }) => embedding.length)).toEqual([1536, 1536]);
    packed.data.forEach(({ embedding }, i) => {
      const numbers = plain.data[i]?.embedding ?? [];
      expect(embedding).toHaveLength(numbers.length);
      expect(embedding[0]).toBeCloseTo(numbers[0] ?? Number.NaN, 6);
    });
    expect(packed.usage.prompt_tokens).toBeGreaterThan(0);
    expect(arrived().reduce((sum, n) => sum + n)).toBe(2);
  });

  it('hears of an upstream limit in its own kind of error, with the wait', async () => {
    const { openai, finish } = await scene(read(file));
    const asked = openai.chat.completions.create({ ...question, max_tokens: 40_000 });
    const error: unknown = await finish(asked.catch((thrown: unknown) => thrown));
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(String(error)).toContain('Limit 30000');
  });
});
