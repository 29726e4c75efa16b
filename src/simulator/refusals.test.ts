import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import OpenAI, { APIError } from 'openai';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seededRandom } from '#core/random.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { type SimulatorConfig, defaultSimulatorConfig } from '#simulator/config.ts';
import { type Simulator, createSimulator } from '#simulator/simulator.ts';

const config: SimulatorConfig = {
  organisation: {},
  projects: [{ id: 'small', key: 'sk-small', models: ['gpt-4.1'], rpm: 60, tpm: 1000 }],
  latency: { ttftMs: { median: 0, sigma: 0 }, tokensPerS: { min: Infinity, max: Infinity } },
};
const messages = [{ role: 'user' as const, content: 'Hi' }];

let clock: VirtualClock;
let simulator: Simulator;
let url: string;

beforeEach(async () => {
  clock = new VirtualClock();
  simulator = createSimulator({ config, clock, random: seededRandom(1) });
  ({ url } = await simulator.listen({ port: 0, host: '127.0.0.1' }));
});
afterEach(() => simulator.close());

const client = (apiKey = 'sk-small'): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
const refusal = async (call: Promise<unknown>): Promise<APIError> => {
  const thrown = await call.catch((error: unknown) => error);
  if (thrown instanceof APIError) return thrown;
  throw new Error('was not refused');
};
const post = async (body: string | Buffer, path = '/v1/chat/completions'): Promise<Response> =>
  fetch(url + path, { method: 'POST', headers: { authorization: 'Bearer sk-small' }, body });

describe('limits over HTTP', () => {
  const spend = (max_tokens: number) =>
    client().chat.completions.create({ model: 'gpt-4.1', messages, max_tokens });

  test('a full bucket answers 429 with a wait that works', async () => {
    await spend(899);
    const error = await refusal(spend(249));
    expect(error).toMatchObject({ status: 429, type: 'tokens', code: 'rate_limit_exceeded' });
    expect(error.message).toContain(
      'Rate limit reached for gpt-4.1 in organization org-small on tokens per min (TPM): ' +
        'Limit 1000, Used 900, Requested 250. Please try again in 9s.',
    );
    expect(Object.fromEntries(error.headers ?? [])).toMatchObject({
      'retry-after': '9',
      'retry-after-ms': '9000',
      'x-ratelimit-remaining-requests': '58',
      'x-ratelimit-remaining-tokens': '100',
    });
    await clock.advance(8999);
    expect((await refusal(spend(249))).message).toContain('try again in 1ms.');
    await clock.advance(1);
    await spend(249);
    expect(simulator.projects()[0]).toMatchObject({
      requests: 4,
      admitted: 2,
      refused: { requests: 0, tokens: 2 },
    });
    expect(simulator.projects()[0]?.calls.map(({ status }) => status)).toEqual([
      200, 429, 429, 200,
    ]);
  });

  test('a call larger than the limit is told so and gets no wait', async () => {
    const error = await refusal(spend(5000));
    expect(error.message).toContain(
      'Request too large for gpt-4.1 in organization org-small on tokens per min (TPM): Limit 1000, Requested 5001.',
    );
    expect(error.headers?.has('retry-after')).toBe(false);
  });

  test('requests are a limit of their own', async () => {
    for (let i = 0; i < 58; i++) await spend(1);
    await refusal(spend(5000));
    await spend(1);
    expect(await refusal(spend(1))).toMatchObject({
      status: 429,
      type: 'requests',
      message: expect.stringContaining(
        'requests per min (RPM): Limit 60, Used 60, Requested 1. Please try again in 1s.',
      ) as string,
    });
  });
});

describe('a wrong call', () => {
  test('has a key that is not known, or none', async () => {
    const error = await refusal(client('sk-wrong-key-1234567890').models.list());
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' });
    expect(error.message).toContain('sk-****7890');
    const none = await fetch(`${url}/v1/models`);
    expect(none.status).toBe(401);
    expect(none.headers.get('x-request-id')).toMatch(/^req_/);
  });

  test('names a model that the project lacks, or none', async () => {
    const error = await refusal(
      client().chat.completions.create({ model: 'gpt-9', messages, max_tokens: 1 }),
    );
    expect(error).toMatchObject({ status: 404, code: 'model_not_found' });
    const none = await post('{"messages":[]}');
    expect(none.status).toBe(400);
    expect(await none.json()).toMatchObject({ error: { param: 'model' } });
  });

  test.each([
    ['not JSON', '{"model":', null],
    ['not an object', '[1]', null],
    ['nothing', '', null],
    ['without messages', '{"model":"gpt-4.1"}', 'messages'],
    ['with no message', '{"model":"gpt-4.1","messages":[]}', 'messages'],
    ['with a number for a message', '{"model":"gpt-4.1","messages":[1]}', 'messages.0'],
    ['with too many choices', '{"model":"gpt-4.1","messages":[{"role":"user"}],"n":129}', 'n'],
    ['with half a choice', '{"model":"gpt-4.1","messages":[{"role":"user"}],"n":0.5}', 'n'],
    [
      'with room for nothing',
      '{"model":"gpt-4.1","messages":[{"role":"user"}],"max_tokens":0}',
      'max_tokens',
    ],
    ['with its model in a prototype', '{"__proto__":{"model":"gpt-4.1"}}', 'model'],
    ['nested deeply', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, null],
  ])('is %s', async (_what, body, param) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', param },
    });
    expect(simulator.projects()[0]).toMatchObject({
      requests: 1,
      admitted: 0,
      refused: { requests: 0, tokens: 0, wrong: 1 },
      calls: [{ status: 400 }],
    });
  });

  test.each([
    ['{}', 'model'],
    ['{"model":"gpt-4.1"}', 'input'],
    ['{"model":"gpt-4.1","input":[]}', 'input'],
    ['{"model":"gpt-4.1","input":""}', 'input'],
    ['{"model":"gpt-4.1","input":["a",1]}', 'input'],
    ['{"model":"gpt-4.1","input":"a","dimensions":0}', 'dimensions'],
    ['{"model":"gpt-4.1","input":"a","encoding_format":"hex"}', 'encoding_format'],
  ])('asks for embeddings with %s', async (body, param) => {
    const response = await post(body, '/v1/embeddings');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
  });

  test('is too large, and the next one is served', async () => {
    const response = await post(Buffer.alloc(9 * 1024 * 1024, 'x'));
    expect(response.status).toBe(413);
    expect((await post('{"model":"gpt-4.1","messages":[{"role":"user"}]}')).status).toBe(200);
  });

  test('goes to a path or with a method that is not there', async () => {
    expect((await fetch(`${url}/chat/completions`)).status).toBe(404);
    expect((await fetch(`${url}/v1/chat/completions`)).status).toBe(405);
    expect((await fetch(`${url}/constructor`)).status).toBe(404);
  });
});

test('a port in use is told with what to do', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => taken.once('listening', listening));
  const { port } = taken.address() as AddressInfo;
  const other = createSimulator({
    config: defaultSimulatorConfig,
    clock,
    random: seededRandom(1),
  });
  await expect(other.listen({ port, host: '127.0.0.1' })).rejects.toThrow(
    `Port ${port} is in use, perhaps by another simulator; choose another with --port.`,
  );
  taken.close();
});
