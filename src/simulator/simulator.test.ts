import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { seededRandom } from '#core/random.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { defaultSimulatorConfig } from '#simulator/config.ts';
import { type Simulator, createSimulator } from '#simulator/simulator.ts';

const AT_ONCE = { ttftMs: { median: 0, sigma: 0 }, tokensPerS: { min: Infinity, max: Infinity } };
const question = [{ role: 'user' as const, content: 'Why is the sky blue?' }];

let clock: VirtualClock;
let simulator: Simulator;
let url: string;

const start = async (changes: Partial<typeof defaultSimulatorConfig> = {}): Promise<void> => {
  const config = { ...defaultSimulatorConfig, latency: AT_ONCE, ...changes };
  clock = new VirtualClock();
  simulator = createSimulator({ config, clock, random: seededRandom(1) });
  ({ url } = await simulator.listen({ port: 0, host: '127.0.0.1' }));
};

const client = (n: number): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: `sk-sim-project-${n}`, maxRetries: 0 });

/** Waits for sockets and handlers, without time passing on the simulator's clock. */
const until = (done: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(done()).toBe(true), { interval: 1, timeout: 10_000 });

beforeEach(() => start());
afterEach(() => simulator.close());

describe('chat through the openai SDK', () => {
  test('whole: the answer, its usage, its headers and its line in the log agree', async () => {
    const { data, response } = await client(2)
      .chat.completions.create({ model: 'gpt-4.1', messages: question, max_tokens: 1000 })
      .withResponse();
    expect(data.choices[0]?.message.content).toContain('“Why is the sky blue?”');
    expect(data.choices[0]?.finish_reason).toBe('stop');
    expect(data.usage?.completion_tokens).toBeGreaterThan(20);
    // 20 characters are 5 tokens of the up-front charge, before `max_tokens`.
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '499',
      'x-ratelimit-reset-requests': '120ms',
      'x-ratelimit-limit-tokens': '30000',
      'x-ratelimit-remaining-tokens': '28995',
      'x-ratelimit-reset-tokens': '2.01s',
      'openai-organization': 'org-project-2',
      'openai-processing-ms': '0',
      'openai-version': '2020-10-01',
      'x-request-id': expect.stringMatching(/^req_\w{32}$/) as string,
    });
    expect(simulator.projects()[1]).toEqual({
      id: 'project-2',
      requests: 1,
      admitted: 1,
      refused: { requests: 0, tokens: 0 },
      tokens: { input: data.usage?.prompt_tokens, output: data.usage?.completion_tokens },
      over_admission_attempts: 0,
      overflow_s: { requests: 0, tokens: 0 },
      calls: [
        {
          at: '2023-11-14T22:13:20.000Z',
          model: 'gpt-4.1',
          input_tokens: data.usage?.prompt_tokens,
          output_tokens: data.usage?.completion_tokens,
          status: 200,
        },
      ],
    });
  });

  test('streamed: a role, tokens, an end, and usage when it was asked for', async () => {
    const stream = await client(1).chat.completions.create({
      model: 'gpt-4.1',
      messages: question,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: 'assistant', content: '' });
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toContain('This is gpt-4.1 in project-1.');
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    const tokens = chunks.filter((chunk) => chunk.choices[0]?.delta.content);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { completion_tokens: tokens.length },
    });
    expect(simulator.projects()[0]?.tokens.output).toBe(tokens.length);
  });

  test('tools, whole and streamed', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    const request = {
      model: 'gpt-4.1',
      messages: question,
      tools: [{ type: 'function' as const, function: { name: 'get_weather', parameters } }],
      tool_choice: 'required' as const,
    };
    const whole = await client(1).chat.completions.create(request);
    const streamed = await client(1).chat.completions.stream(request).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(choices[0]).toMatchObject({
        finish_reason: 'tool_calls',
        message: {
          tool_calls: [{ function: { name: 'get_weather', arguments: '{"city":"sample city"}' } }],
        },
      });
    }
  });

  test('several choices, whole and streamed, are charged and counted each', async () => {
    const request = { model: 'gpt-4.1', messages: question, n: 3, max_tokens: 40 };
    const { data: whole, response } = await client(1)
      .chat.completions.create(request)
      .withResponse();
    expect(response.headers.get('x-ratelimit-remaining-tokens')).toBe(String(30_000 - 5 - 120));
    const streamed = await client(1)
      .chat.completions.stream({ ...request, stream_options: { include_usage: true } })
      .finalChatCompletion();
    for (const { choices, usage } of [whole, streamed]) {
      expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
      for (const { message } of choices) expect(message.content).toContain('This is gpt-4.1');
      expect(usage?.completion_tokens).toBeGreaterThan(3 * 20);
    }
  });
});

describe('other routes', () => {
  test('embeddings are the same for the same text, as numbers and as bytes', async () => {
    const input = ['sky', 'sea', 'sky'];
    const model = 'text-embedding-3-small';
    const { data, usage } = await client(1).embeddings.create({ model, input });
    expect(data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, 1536],
      [1, 1536],
      [2, 1536],
    ]);
    expect(usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
    expect(data[0]?.embedding).toEqual(data[2]?.embedding);
    expect(data[0]?.embedding).not.toEqual(data[1]?.embedding);
    const floats = await client(3).embeddings.create({ model, input, encoding_format: 'float' });
    const [asBytes, asNumbers] = [data[0]?.embedding ?? [], floats.data[0]?.embedding ?? []];
    expect(asNumbers.every((x, i) => Math.abs(x - (asBytes[i] ?? 0)) < 1e-7)).toBe(true);
    expect(asNumbers.reduce((total, x) => total + x * x, 0)).toBeCloseTo(1, 4);
    const short = await client(1).embeddings.create({ model, input: [[1, 2], [3]], dimensions: 8 });
    expect(short.data[1]?.embedding).toHaveLength(8);
    expect(short.usage.prompt_tokens).toBe(3);
  });

  test('models are those of the project', async () => {
    await simulator.close();
    const projects = [
      { id: 'a', key: 'sk-sim-project-1', models: ['one'] },
      { id: 'b', key: 'sk-sim-project-2', models: ['one', 'two'] },
    ];
    await start({ projects });
    expect((await client(1).models.list()).data.map(({ id }) => id)).toEqual(['one']);
    expect((await client(2).models.list()).data.map(({ id }) => id)).toEqual(['one', 'two']);
  });

  test('what the console shows, as text and as JSON, and a new beginning', async () => {
    await client(1).chat.completions.create({ model: 'gpt-4.1', messages: question });
    for (const path of ['/', '/simulator', '/simulator?x=1']) {
      const response = await fetch(url + path);
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(await response.text()).toMatch(/^project .*\nproject-1 +1 +1 +100.0 %/);
    }
    const projects = async (): Promise<unknown> =>
      (await fetch(`${url}/simulator/projects`)).json();
    expect(await projects()).toEqual(simulator.projects());
    expect((await fetch(`${url}/simulator/reset`)).status).toBe(405);
    expect(simulator.projects()[0]?.admitted).toBe(1);
    expect((await fetch(`${url}/simulator/reset`, { method: 'POST' })).status).toBe(200);
    expect(await projects()).toMatchObject([
      { id: 'project-1', requests: 0, calls: [] },
      { id: 'project-2' },
      { id: 'project-3' },
    ]);
  });
});

describe('time', () => {
  test('tokens come at the pace that was drawn', async () => {
    await simulator.close();
    await start({
      latency: { ttftMs: { median: 500, sigma: 0 }, tokensPerS: { min: 10, max: 10 } },
    });
    const stream = client(1).chat.completions.stream({
      model: 'gpt-4.1',
      messages: question,
      max_tokens: 5,
    });
    const seen: string[] = [];
    stream.on('content', (delta) => seen.push(delta));
    const entered = (): boolean => simulator.projects()[0]?.admitted === 1;
    await until(entered);
    await clock.advance(499);
    expect(seen).toEqual([]);
    await clock.advance(1);
    await until(() => seen.length > 0);
    await clock.advance(300);
    await until(() => seen.length === 4);
    expect(simulator.projects()[0]?.calls).toEqual([]);
    await clock.advance(100);
    const reply = await stream.finalChatCompletion();
    expect(reply.choices[0]?.finish_reason).toBe('length');
    expect(simulator.projects()[0]?.calls).toMatchObject([{ output_tokens: 5, status: 200 }]);
  });

  test('a client that leaves stops its answer, streamed and whole', async () => {
    await simulator.close();
    await start({ latency: { ttftMs: { median: 0, sigma: 0 }, tokensPerS: { min: 10, max: 10 } } });
    const calls = () => simulator.projects()[0]?.calls ?? [];
    const request = { model: 'gpt-4.1', messages: question };
    const stream = await client(1).chat.completions.create({ ...request, stream: true });
    stream.controller.abort();
    await until(() => calls().length === 1);
    expect(calls()[0]).toMatchObject({ status: 499, output_tokens: 1 });

    const leaver = new AbortController();
    const whole = client(1).chat.completions.create(request, { signal: leaver.signal });
    await until(() => simulator.projects()[0]?.admitted === 2);
    await clock.advance(250);
    leaver.abort();
    await expect(whole).rejects.toThrow('aborted');
    await until(() => calls().length === 2);
    expect(calls()[1]).toMatchObject({ status: 499, output_tokens: 3 });
  });
});
