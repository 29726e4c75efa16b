import { expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { answer, sendJson, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

interface Health {
  readonly healthy_endpoints: Record<string, unknown>[];
  readonly unhealthy_endpoints: Record<string, unknown>[];
  readonly healthy_count: number;
  readonly unhealthy_count: number;
}

const world = async () => {
  const well = await startUpstream(answer);
  const ill = await startUpstream((_, res) =>
    sendJson(res, 401, { error: { message: 'Incorrect API key provided: sk-secret', code: 401 } }),
  );
  const rows = [
    deployment('good', well.url, { rpm: 7 }),
    deployment('bad', ill.url, { group: 'broken' }),
  ];
  const gateway = await startGateway(configOf(rows), undefined, { keeps: true });
  closing.push(
    () => gateway.close(),
    () => well.close(),
    () => ill.close(),
  );
  const health = async (query = '', key = MASTER_KEY) => {
    const headers = { authorization: `Bearer ${key}` };
    const reply = await fetch(`${gateway.url}/health${query}`, { headers });
    const text = await reply.text();
    return { status: reply.status, text, body: JSON.parse(text) as Health };
  };
  const keyFor = async (fields: object) => {
    const reply = await fetch(`${gateway.url}/key/generate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    });
    return ((await reply.json()) as { key: string }).key;
  };
  const calls = () => well.calls.length + ill.calls.length;
  return { gateway, health, keyFor, calls };
};

it('tells how deployments have answered, without asking them', async () => {
  const { gateway, health, calls } = await world();
  expect((await health()).body).toMatchObject({ healthy_count: 2, unhealthy_count: 0 });
  expect(calls()).toBe(0);
  await gateway.chat({ model: 'broken' });
  const before = calls();
  const { status, text, body } = await health();
  expect(status).toBe(200);
  expect(body).toEqual({
    healthy_endpoints: [
      {
        model: 'openai/gpt-4.1-upstream',
        model_id: 'id-good',
        model_name: 'gpt-4.1',
        custom_llm_provider: 'openai',
        rpm: 7,
      },
    ],
    unhealthy_endpoints: [
      {
        model: 'openai/gpt-4.1-upstream',
        model_id: 'id-bad',
        model_name: 'broken',
        custom_llm_provider: 'openai',
        error: expect.stringMatching(/^key refused; tried again in \d+ min$/),
      },
    ],
    healthy_count: 1,
    unhealthy_count: 1,
  });
  expect(text).not.toMatch(/sk-|127\.0\.0\.1|http/);
  expect(calls()).toBe(before);
});

it('says by its status whether what is asked for is well', async () => {
  const { gateway, health } = await world();
  await gateway.chat({ model: 'broken' });
  expect(await health('?model=gpt-4.1')).toMatchObject({ status: 200, body: { healthy_count: 1 } });
  const one = await health('?model_id=id-bad');
  expect(one).toMatchObject({ status: 503, body: { healthy_count: 0, unhealthy_count: 1 } });
  expect((await health('?model=broken')).status).toBe(503);
  expect((await health('?model=openai/gpt-4.1-upstream')).body.healthy_count).toBe(1);
  const none = await health('?model=none');
  expect([none.status, none.text]).toEqual([400, expect.stringContaining('fits `model`')]);
});

it('needs a key, and tells each of what it opens', async () => {
  const { health, keyFor } = await world();
  expect((await health('', 'sk-nobodys')).status).toBe(401);
  const some = await keyFor({ models: ['broken'] });
  const { body } = await health('', some);
  expect(body.healthy_endpoints.map((one) => one['model_name'])).toEqual(['broken']);
  expect((await health('?model=gpt-4.1', some)).status).toBe(400);
  expect((await health('', await keyFor({ key_type: 'read_only' }))).status).toBe(200);
  expect((await health('', await keyFor({ key_type: 'llm_api' }))).status).toBe(403);
});
