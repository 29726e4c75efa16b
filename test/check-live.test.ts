import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { spillway } from './kit/program.ts';
import { type Script, sendJson, startUpstream, WHOLE } from './kit/upstream.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-live-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const closing = closedAfterEach();

const row = (name: string, model: string, info = ''): string => `
  - model_name: ${name}
    litellm_params: {model: ${model}, api_key: os.environ/KEY_${name.toUpperCase()}}
    model_info: {id: ${name}${info}}`;
const PRICE = ', input_cost_per_token: 0.00001, output_cost_per_token: 0.0001';

/** A config of rows of one scripted vendor, and what `check --live` makes of it. */
const world = async (rows: readonly string[], script: Script) => {
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const file = join(folder, 'config.yaml');
  writeFileSync(file, `model_list:${rows.join('')}\n`);
  const env = {
    OPENAI_BASE_URL: upstream.url,
    KEY_A: 'sk-canary-a',
    KEY_B: 'sk-canary-b',
    KEY_E: 'sk-canary-e',
  };
  const check = (...args: string[]) => spillway(['check', file, ...args], env).ended;
  return { upstream, check };
};

const LIMITS = {
  'openai-organization': 'acme',
  'openai-project': 'proj_1',
  'x-ratelimit-limit-requests': '500',
  'x-ratelimit-remaining-requests': '499',
  'x-ratelimit-reset-requests': '120ms',
  'x-ratelimit-limit-tokens': '30000',
  'x-ratelimit-remaining-tokens': '29990',
  'x-ratelimit-reset-tokens': '20ms',
};

const answer: Script = ({ path, headers }, res) => {
  if (headers.authorization === 'Bearer sk-canary-b')
    return sendJson(res, 401, {
      error: { message: 'Incorrect API key provided: sk-canary-b.', code: 'invalid_api_key' },
    });
  for (const [name, value] of Object.entries(LIMITS)) res.setHeader(name, value);
  if (path.endsWith('/embeddings'))
    return sendJson(res, 200, { data: [], usage: { prompt_tokens: 1, total_tokens: 1 } });
  return sendJson(res, 200, { ...WHOLE, usage: { prompt_tokens: 8, completion_tokens: 1 } });
};

it('asks each deployment once, for one token, and shows what its key is good for', async () => {
  const { upstream, check } = await world(
    [
      row('a', 'openai/gpt-4.1', PRICE),
      row('b', 'openai/gpt-4.1'),
      row('e', 'openai/text-embedding-3-small', ', mode: embedding'),
      `
  - model_name: openai/*
    litellm_params: {model: openai/*, api_key: os.environ/KEY_A}
    model_info: {id: any}`,
    ],
    answer,
  );
  const { code, out, err } = await check('--live', '--yes');
  expect(code).toBe(1);
  expect(err).toBe(
    '\nAsking 3 deployments once each takes at most 150 tokens in and 3 out. ' +
      'That is at most $0.00071.\n',
  );
  expect(out).toMatch(
    /^a +openai\/gpt-4\.1 +KEY_A +acme +proj_1 +answers +\d+ ms +500 requests\/minute, 30,000 tokens\/minute$/m,
  );
  expect(out).toMatch(/^b +openai\/gpt-4\.1 +KEY_B +- +- +fails \(401\) +\d+ ms +none told$/m);
  expect(out).toMatch(/^e +openai\/text-embedding-3-small +KEY_E +acme +proj_1 +answers /m);
  expect(out).toMatch(/^b: The upstream refused the key of deployment b; .*\[key\]\.$/m);
  expect(out).toContain('a, e belong to acme. If its limits are one for all of them');
  expect(out).toContain('Not asked, because they stand for many models: any.');
  expect(out).toContain('2 of 3 answer. They took 9 tokens in and 1 out.');
  expect(out + err).not.toContain('canary');
  expect(upstream.calls).toHaveLength(3);
  expect(upstream.calls.map(({ body }) => body)).toContainEqual({
    model: 'gpt-4.1',
    messages: [{ role: 'user', content: 'Hi' }],
    max_tokens: 1,
  });
});

it('gives programs an object, and nothing else on standard output', async () => {
  const { check } = await world([row('a', 'openai/gpt-4.1')], answer);
  const { code, out } = await check('--live', '--yes', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    deployments: [
      {
        deployment: 'a',
        group: 'a',
        model: 'openai/gpt-4.1',
        key_source: 'KEY_A',
        organisation: 'acme',
        project: 'proj_1',
        answers: true,
        status: 200,
        error: null,
        took_ms: expect.any(Number) as number,
        input_tokens: 8,
        output_tokens: 1,
        limits: [
          { dimension: 'requests', limit: 500, remaining: 499, window_s: 60 },
          { dimension: 'tokens', limit: 30_000, remaining: 29_990, window_s: 60 },
        ],
      },
    ],
  });
});

it.each([
  [429, { message: 'Rate limit reached', code: 'rate_limit_exceeded' }],
  [500, { message: 'broken' }],
  [503, { message: 'busy' }],
])('asks no second time after a %i', async (status, error) => {
  const { upstream, check } = await world([row('a', 'openai/gpt-4.1')], (_, res) =>
    sendJson(res, status, { error }),
  );
  const { code, out } = await check('--live', '--yes');
  expect(code).toBe(1);
  expect(out).toMatch(new RegExp(`^a .* fails \\(${status}\\) `, 'm'));
  expect(upstream.calls).toHaveLength(1);
});

it('asks nobody where nobody says yes, or where --live is not said', async () => {
  const { upstream, check } = await world([row('a', 'openai/of-my-own')], answer);
  const refused = await check('--live');
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('No price of theirs is known, and so is not what this comes to.');
  expect(refused.err).toContain('nobody is at a terminal to say yes. Say it with --yes.');
  const unasked = await check('--yes');
  expect(unasked).toMatchObject({ code: 1, out: '' });
  expect(unasked.err).toContain('--yes and --json belong to --live.');
  expect((await check()).code).toBe(0);
  expect(upstream.calls).toEqual([]);
});
