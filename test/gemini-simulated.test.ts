import { type ApiError, FunctionCallingConfigMode, GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '#core/clock.ts';
import type { JsonObject } from '#core/json.ts';
import { seededRandom } from '#core/random.ts';
import { defaultSimulatorConfig } from '#simulator/config.ts';
import { profileNamed } from '#simulator/profiles/index.ts';
import { createSimulator } from '#simulator/simulator.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './kit/gateway.ts';
import { FUNCTION } from './kit/google.ts';

const MODELS = ['gemini-2.5-flash', 'gemini-embedding-001'];

/** Two projects with three requests a minute each. */
const startVendor = async () => {
  const latency = { ttftMs: { median: 0, sigma: 0 }, tokensPerS: { min: Infinity, max: Infinity } };
  const projects = ['one', 'two'].map((id) => ({
    id,
    key: `AIza-sim-${id}`,
    models: MODELS,
    profile: profileNamed('gemini'),
    rpm: 3,
  }));
  const profile = profileNamed('gemini');
  const config = { ...defaultSimulatorConfig, profile, latency, projects };
  const simulator = createSimulator({ config, clock: systemClock, random: seededRandom(1) });
  const { url } = await simulator.listen({ port: 0, host: '127.0.0.1' });
  return { simulator, url };
};

let vendor: Awaited<ReturnType<typeof startVendor>>;
let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeEach(async () => {
  vendor = await startVendor();
  const row = (id: string, group: string, model: string) =>
    deployment(`${group}-${id}`, `${vendor.url}/v1beta`, {
      group,
      provider: 'gemini',
      model,
      apiKey: `AIza-sim-${id}`,
    });
  const rows = ['one', 'two'].map((id) => row(id, 'gem', MODELS[0]!));
  gateway = await startGateway(configOf([...rows, row('one', 'embed', MODELS[1]!)]));
});
afterEach(async () => {
  await gateway.close();
  await vendor.simulator.close();
});

const sdk = (baseUrl: string, apiKey: string): GoogleGenAI =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
const ASKED = { model: 'gem', contents: 'Hi' };

describe('the Gemini SDK at the vendor that is played', () => {
  const asked = { ...ASKED, model: MODELS[0]! };

  it('is answered, whole and streamed, with calls, thoughts and counts', async () => {
    const { models } = sdk(vendor.url, 'AIza-sim-one');
    const config = { thinkingConfig: { includeThoughts: true } };
    const whole = await models.generateContent({ ...asked, config });
    expect(whole.text).toContain('This is gemini-2.5-flash in one.');
    expect(whole.candidates?.[0]?.content?.parts?.[0]).toMatchObject({ thought: true });
    const stream = await Array.fromAsync(await models.generateContentStream(asked));
    expect(stream.map(({ text }) => text ?? '').join('')).toContain('You asked: “Hi”.');
    expect(stream.at(-1)?.usageMetadata?.candidatesTokenCount).toBeGreaterThan(0);
    const tools = [{ functionDeclarations: [FUNCTION] }];
    const functionCallingConfig = { mode: FunctionCallingConfigMode.ANY };
    const called = await models.generateContent({
      ...asked,
      config: { tools, toolConfig: { functionCallingConfig } },
    });
    expect(called.functionCalls?.[0]).toMatchObject({ name: FUNCTION.name });
    expect((await models.countTokens(asked)).totalTokens).toBeGreaterThan(0);
  });

  it('is refused in Google’s words: a key, a model, a full minute', async () => {
    const failure = async (key: string, model: string): Promise<ApiError> =>
      sdk(vendor.url, key)
        .models.generateContent({ ...asked, model })
        .then(
          () => expect.fail('was answered'),
          (error: unknown) => error as ApiError,
        );
    expect(await failure('AIza-wrong', asked.model)).toMatchObject({
      status: 400,
      message: expect.stringContaining('API_KEY_INVALID') as string,
    });
    expect(await failure('AIza-sim-one', 'gemini-9')).toMatchObject({ status: 404 });
    const { models } = sdk(vendor.url, 'AIza-sim-two');
    for (let i = 0; i < 3; i++) await models.generateContent(asked);
    const full = await failure('AIza-sim-two', asked.model);
    expect(full.status).toBe(429);
    const { error } = JSON.parse(full.message) as { error: { status: string; details: unknown[] } };
    expect(error.status).toBe('RESOURCE_EXHAUSTED');
    expect(JSON.stringify(error.details)).toContain('GenerateRequestsPerMinutePerProjectPerModel');
  });
});

describe('through the gateway', () => {
  it('two keys serve the sum of their quotas, and no more', async () => {
    const { models } = sdk(gateway.url, MASTER_KEY);
    const openai = new OpenAI({ apiKey: MASTER_KEY, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const say = async (i: number): Promise<string | null | undefined> => {
      if (i % 2 === 0) return (await models.generateContent(ASKED)).text;
      const messages = [{ role: 'user' as const, content: 'Hi' }];
      const { choices } = await openai.chat.completions.create({ model: 'gem', messages });
      return choices[0]!.message.content;
    };
    const texts = await Promise.all(Array.from({ length: 6 }, (_, i) => say(i)));
    const served = texts.map((text) => /in (one|two)\./.exec(text ?? '')?.[1]);
    for (const id of ['one', 'two']) expect(served.filter((each) => each === id)).toHaveLength(3);
    const more = (): Promise<Response> =>
      gateway.post(
        '/v1beta/models/gem:generateContent',
        { contents: [{ parts: [{ text: 'Hi' }] }] },
        { 'x-queue-timeout': '0' },
      );
    const arrived = (): number[] => vendor.simulator.projects().map(({ requests }) => requests);
    const full = await more();
    expect(full.status).toBe(429);
    const { error } = (await full.json()) as { error: { status: string; details: JsonObject[] } };
    expect(error.status).toBe('RESOURCE_EXHAUSTED');
    const waits = error.details.map(({ retryDelay }) => retryDelay).filter(Boolean);
    expect(waits).toEqual([`${full.headers.get('retry-after')}s`]);
    // Each has said so once, and is believed from then on.
    expect(arrived()).toEqual([4, 4]);
    expect((await more()).status).toBe(429);
    expect(arrived()).toEqual([4, 4]);
  });

  it('has tokens counted by the vendor', async () => {
    const { models } = sdk(gateway.url, MASTER_KEY);
    const direct = await sdk(vendor.url, 'AIza-sim-one').models.countTokens({
      ...ASKED,
      model: MODELS[0]!,
    });
    expect((await models.countTokens(ASKED)).totalTokens).toBe(direct.totalTokens);
  });

  it('makes the same vectors for either SDK', async () => {
    const { models } = sdk(gateway.url, MASTER_KEY);
    const openai = new OpenAI({ apiKey: MASTER_KEY, baseURL: `${gateway.url}/v1` });
    const config = { outputDimensionality: 4 };
    const { embeddings } = await models.embedContent({ model: 'embed', contents: ['a'], config });
    const { data, usage } = await openai.embeddings.create({
      model: 'embed',
      input: 'a',
      dimensions: 4,
    });
    const [values = []] = embeddings?.map((each) => each.values) ?? [];
    expect(values).toHaveLength(4);
    for (const [i, each] of data[0]!.embedding.entries()) expect(each).toBeCloseTo(values[i]!, 6);
    expect(usage.prompt_tokens).toBeGreaterThan(0);
  });
});
