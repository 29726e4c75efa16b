import { expect, it } from 'vitest';
import type { Deployment } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './kit/gateway.ts';
import {
  answer,
  type Script,
  STREAM,
  sendEvents,
  sendJson,
  startUpstream,
  WHOLE,
} from './kit/upstream.ts';

const closing = closedAfterEach();

/** $2 a million tokens in, $0.50 from the cache, $8 out: as the table has it. */
const GPT = { provider: 'openai', model: 'gpt-4.1', own: {} };

const world = async (script: Script, ...rows: Partial<Deployment>[]) => {
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const config = configOf(rows.map((row, i) => deployment(`D${i}`, upstream.url, row)));
  const gateway = await startGateway(config);
  closing.push(() => gateway.close());
  const get = async (path: string) => {
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    return fetch(`${gateway.url}${path}`, { headers });
  };
  const costOf = async (reply: Response) => {
    await reply.text();
    const decision = await get(`/spillway/decisions/${reply.headers.get('x-litellm-call-id')!}`);
    return ((await decision.json()) as { cost_usd: number | null }).cost_usd;
  };
  return { gateway, get, costOf };
};

const usage = {
  prompt_tokens: 1_000,
  completion_tokens: 100,
  prompt_tokens_details: { cached_tokens: 400 },
};

it('tells what an answer cost: in a header, the decision, the log and the metrics', async () => {
  const { gateway, get, costOf } = await world(
    (_, res) => sendJson(res, 200, { ...WHOLE, usage }),
    { pricing: GPT },
  );
  const reply = await gateway.chat();
  // 600 × $2 + 400 × $0.50 + 100 × $8 a million.
  expect(reply.headers.get('x-litellm-response-cost')).toBe('0.0022');
  expect(reply.headers.get('x-spillway-cost')).toBeNull();
  expect(await costOf(reply)).toBe(0.0022);
  const line = gateway.log.lines.find(({ text }) => text === 'answered');
  expect(line?.fields['costNanos']).toBe(2_200_000);
  expect(await (await get('/metrics')).text()).toContain(
    'spillway_spend_nanodollars_total{group="gpt-4.1",deployment="D0"} 2200000\n',
  );
});

it('says that a price is not known, and never that it is 0', async () => {
  const { gateway, get, costOf } = await world(answer, {});
  const reply = await gateway.chat();
  expect(reply.headers.get('x-spillway-cost')).toBe('unpriced');
  expect(reply.headers.get('x-litellm-response-cost')).toBeNull();
  expect(await costOf(reply)).toBeNull();
  const metrics = await (await get('/metrics')).text();
  expect(metrics).toContain(
    'spillway_unpriced_requests_total{group="gpt-4.1",deployment="D0"} 1\n',
  );
  expect(metrics).not.toContain('spillway_spend_nanodollars_total{');
});

it('knows what a stream cost at its end', async () => {
  const { gateway, costOf } = await world(
    (_, res) => {
      const counted = STREAM.with(4, JSON.stringify({ choices: [], usage }));
      sendEvents(res, counted);
      res.end();
    },
    { pricing: GPT },
  );
  const reply = await gateway.chat({ stream: true });
  for (const header of ['x-litellm-response-cost', 'x-spillway-cost'])
    expect(reply.headers.get(header)).toBeNull();
  expect(await costOf(reply)).toBe(0.0022);
});

it('has the price of the model that a pattern’s row is asked for', async () => {
  const { gateway } = await world((_, res) => sendJson(res, 200, { ...WHOLE, usage }), {
    group: 'openai/*',
    model: '*',
    pricing: { ...GPT, model: '*' },
  });
  const cost = async (model: string) =>
    (await gateway.chat({ model })).headers.get('x-litellm-response-cost');
  expect(await cost('openai/gpt-4.1')).toBe('0.0022');
  expect(await cost('openai/gpt-4.1-mini')).toBe('0.00044');
  expect(await cost('openai/of-mine')).toBeNull();
});

it('lists deployments and groups as LiteLLM does, without keys and places', async () => {
  const { get } = await world(
    answer,
    { pricing: GPT, contextTokens: 1000, abilities: { vision: true }, modelInfo: { note: 'x' } },
    { id: 'other', model: 'text-embedding-3-small', rpm: 5, group: 'embed' },
    { pricing: { ...GPT, own: { input: { nanos: 3e9 } } }, rpm: 7, tpm: 9 },
  );
  const text = await (await get('/v1/model/info')).text();
  expect(text).not.toMatch(/sk-|127\.0\.0\.1/);
  const { data } = JSON.parse(text) as { data: object[] };
  expect(data).toHaveLength(3);
  expect(data[0]).toMatchObject({
    model_name: 'gpt-4.1',
    litellm_params: { model: 'openai/gpt-4.1-upstream' },
    model_info: {
      id: 'id-D0',
      db_model: false,
      note: 'x',
      litellm_provider: 'openai',
      mode: 'chat',
      max_input_tokens: 1000,
      input_cost_per_token: 0.000002,
      output_cost_per_token: 0.000008,
      cache_read_input_token_cost: 0.0000005,
      supports_vision: true,
    },
  });
  expect(data[1]).toMatchObject({
    litellm_params: { rpm: 5 },
    model_info: { mode: 'embedding', input_cost_per_token: null, max_input_tokens: null },
  });
  const one = await (await get('/model/info?litellm_model_id=other')).json();
  expect(one).toMatchObject({ data: [{ model_info: { id: 'other' } }] });
  expect((await get('/model/info?litellm_model_id=nobody')).status).toBe(400);
  const groups = await (await get('/model_group/info?model_group=gpt-4.1')).json();
  expect(groups).toEqual({
    data: [
      {
        model_group: 'gpt-4.1',
        providers: ['openai'],
        mode: 'chat',
        max_input_tokens: 1000,
        max_output_tokens: null,
        input_cost_per_token: 0.000003,
        output_cost_per_token: 0.000008,
        rpm: 7,
        tpm: 9,
        supports_vision: true,
      },
    ],
  });
});
