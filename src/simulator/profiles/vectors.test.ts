import { afterEach, describe, expect, test } from 'vitest';
import { type Answered, type Played, playSimulator } from '#simulator/test-kit.ts';

let played: Played;
afterEach(() => played.simulator.close());

const play = async (yaml: string): Promise<void> => {
  played = await playSimulator(yaml);
};
const statuses = async (count: number, key = 'a'): Promise<number[]> => {
  const answers: Answered[] = [];
  for (let i = 0; i < count; i++) answers.push(await played.ask(key));
  return answers.map(({ status }) => status);
};
const errorOf = ({ json }: Answered): unknown => (json as { error: unknown }).error;

describe('Azure', () => {
  test('600 requests a minute by the second: ten pass, the eleventh is refused', async () => {
    await play(`
profile: azure
projects:
  - {id: a, key: sk-a, buckets: [{dim: requests, limit: 10, per_s: 1, model: fixed}]}
`);
    await played.clock.advance(500);
    expect(await statuses(11)).toEqual([...Array<number>(10).fill(200), 429]);
    await played.clock.advance(500);
    expect(await statuses(1)).toEqual([200]);
  });

  test('six requests a minute for each thousand tokens, counted over ten seconds too', async () => {
    await play('profile: azure\nprojects: [{id: a, key: sk-a, tpm: 10000}]');
    const first = await played.ask('a');
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('59');
    expect(await statuses(9)).toEqual(Array<number>(9).fill(200));
    const refused = await played.ask('a');
    // Plenty is left of the minute: what refuses is not told.
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('49');
    expect(refused.headers.get('retry-after')).toBe('10');
    expect(errorOf(refused)).toEqual({
      code: '429',
      message: expect.stringMatching(
        /exceeded call rate limit .* Please retry after 10 seconds\./,
      ) as string,
    });
  });

  test('tokens come back whole at the full minute', async () => {
    await play('profile: azure\nprojects: [{id: a, key: sk-a, tpm: 1000, rpm: 100}]');
    expect((await played.ask('a', { max_tokens: 900 })).status).toBe(200);
    const refused = await played.ask('a', { max_tokens: 900 });
    // The clock begins 20 s after a full minute.
    expect(refused.headers.get('retry-after-ms')).toBe('40000');
    expect(refused.headers.get('x-ratelimit-reset-tokens')).toBe('40');
    await played.clock.advance(40_000);
    expect((await played.ask('a', { max_tokens: 900 })).status).toBe(200);
  });
});

test('Anthropic: of a prompt that is nine tenths in the cache one tenth is charged', async () => {
  await play(`
profile: anthropic
projects: [{id: a, key: sk-a, rpm: 60, itpm: 20000, otpm: 5000, cache: {}}]
`);
  const say = (content: string) => ({ role: 'user', content });
  const long = say('word '.repeat(8997));
  const first = await played.ask('a', { messages: [long], max_tokens: 10 });
  const remaining = ({ headers }: Answered): number =>
    Number(headers.get('anthropic-ratelimit-input-tokens-remaining'));
  const charged = 20_000 - remaining(first);
  const second = await played.ask('a', {
    messages: [long, say('more '.repeat(997))],
    max_tokens: 10,
  });
  expect((remaining(first) - remaining(second)) / charged).toBeCloseTo(0.11, 2);
  const usage = (second.json as { usage: Record<string, unknown> }).usage;
  expect(usage['prompt_tokens']).toBeGreaterThan(9900);
  expect(usage['prompt_tokens_details']).toEqual({ cached_tokens: charged - 3 });
  expect(second.headers.get('anthropic-ratelimit-requests-limit')).toBe('60');
  expect(second.headers.get('anthropic-ratelimit-output-tokens-reset')).toBe(
    '2023-11-14T22:13:21Z',
  );
  const refused = await played.ask('a', { max_tokens: 4999 });
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(refused.json).toMatchObject({
    type: 'error',
    error: {
      type: 'rate_limit_error',
      message: expect.stringContaining('rate limit of 5,000 output tokens per minute') as string,
    },
  });
});

test('Gemini: a day that is used up still speaks of 22 seconds', async () => {
  await play('profile: gemini\nprojects: [{id: a, key: sk-a, rpm: 10, rpd: 2, tpm: 1000}]');
  expect(await statuses(2)).toEqual([200, 200]);
  const refused = await played.ask('a');
  expect(refused.status).toBe(429);
  expect(refused.headers.has('retry-after')).toBe(false);
  expect(refused.json).toMatchObject([
    {
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        message: expect.stringMatching(/Please retry in 22\.000000000s\.$/) as string,
        details: [
          {
            violations: [
              {
                quotaId: 'GenerateRequestsPerDayPerProjectPerModel',
                quotaDimensions: { model: 'gemini-2.5-flash' },
                quotaValue: '2',
              },
            ],
          },
          {},
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '22s' },
        ],
      },
    },
  ]);
  await played.clock.advance(60_000);
  expect(await statuses(1)).toEqual([429]);
  // 14 November, 22:13 in Greenwich: midnight in Los Angeles is at 08:00.
  await played.clock.advance(35_140_000);
  expect(await statuses(1)).toEqual([200]);
});

test('Gemini: a minute is told by its wait, and only input counts', async () => {
  await play('profile: gemini\nprojects: [{id: a, key: sk-a, tpm: 14}]');
  expect((await played.ask('a', { max_tokens: 5000 })).status).toBe(200);
  expect((await played.ask('a', { max_tokens: 5000 })).status).toBe(200);
  const { json } = await played.ask('a');
  expect(JSON.stringify(json)).toContain('"retryDelay":"30s"');
  expect(JSON.stringify(json)).toContain('PerMinutePerProjectPerModel');
});

test('Bedrock: 10,000 tokens of answer burn half of 100,000', async () => {
  await play(`
profile: bedrock
projects: [{id: a, key: sk-a, tpm: 100000}]
answer_tokens: {median: 20000, sigma: 0}
`);
  expect((await played.ask('a', { max_tokens: 10_000 })).status).toBe(200);
  // The prompt took seven tokens, then and now.
  const refused = await played.ask('a', { max_tokens: 49_987 });
  expect(refused.status).toBe(429);
  expect(refused.headers.get('x-amzn-errortype')).toBe('ThrottlingException');
  expect(refused.json).toEqual({
    message: 'Too many tokens, please wait before trying again.',
  });
  expect((await played.ask('a', { max_tokens: 49_986 })).status).toBe(200);
});

test('Bedrock: who names no bound reserves that of the model', async () => {
  await play('profile: bedrock\nprojects: [{id: a, key: sk-a, tpm: 60000}]');
  expect(await statuses(1)).toEqual([429]);
});

test('Groq: headers of requests speak of the day', async () => {
  await play('profile: groq\nprojects: [{id: a, key: sk-a, rpm: 30, rpd: 14400, tpm: 6000}]');
  const { headers } = await played.ask('a', { max_tokens: 999 });
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-ratelimit-limit-requests': '14400',
    'x-ratelimit-remaining-requests': '14399',
    'x-ratelimit-reset-requests': '6s',
    'x-ratelimit-limit-tokens': '6000',
    'x-ratelimit-remaining-tokens': '5000',
    'x-ratelimit-reset-tokens': '10s',
  });
  expect(headers.has('retry-after')).toBe(false);
  const refused = await played.ask('a', { max_tokens: 5999 });
  expect(refused.headers.get('retry-after')).toBe('10');
  expect(errorOf(refused)).toMatchObject({
    type: 'tokens',
    message: expect.stringContaining(
      'on tokens per minute (TPM): Limit 6000, Used 1000, Requested 6000. Please try again in 10s.',
    ) as string,
  });
  expect((await played.ask('a', { max_tokens: 6000 })).status).toBe(413);
});

test('Mistral: an answer tells what it cost, and requests go by the second', async () => {
  await play(`
profile: mistral
projects: [{id: a, key: sk-a, rpm: 60, tpm: 5000}]
answer_tokens: {median: 45, sigma: 0}
`);
  const answer = await played.ask('a');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'x-ratelimit-tokens-query-cost': '52',
    'x-ratelimit-limit-tokens-minute': '5000',
    'x-ratelimit-limit-req-minute': '60',
    'x-ratelimit-remaining-req-minute': '0',
  });
  const refused = await played.ask('a');
  expect(refused.status).toBe(429);
  expect(refused.json).toEqual({ message: 'Requests rate limit exceeded' });
  await played.clock.advance(1000);
  expect(await statuses(1)).toEqual([200]);
});

test("vendors' own paths and headers for keys lead to the same place", async () => {
  await play(`
projects:
  - {id: a, key: sk-a, profile: azure}
  - {id: g, key: sk-g, profile: groq}
`);
  const ask = async (path: string, headers: Record<string, string>): Promise<unknown> => {
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], model: MODEL });
    const response = await fetch(played.url + path, { method: 'POST', headers, body });
    return ((await response.json()) as { model?: string }).model ?? response.status;
  };
  const MODEL = 'llama-3.3-70b-versatile';
  const deployment = '/openai/deployments/gpt-4.1/chat/completions?api-version=2024-10-21';
  expect(await ask(deployment, { 'api-key': 'sk-a' })).toBe('gpt-4.1');
  expect(await ask('/openai/v1/chat/completions', { authorization: 'Bearer sk-g' })).toBe(MODEL);
  expect(await ask('/v1beta/openai/chat/completions', { 'x-api-key': 'sk-g' })).toBe(MODEL);
  expect(await ask('/v1/chat/completions', { 'api-key': 'sk-nobody' })).toBe(401);
  expect(await ask('/openai/deployments/%zz/chat/completions', { 'api-key': 'sk-a' })).toBe(404);
});
