import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

/** An answer, with five tokens in and two out, costs nine dollars. */
const pricing = {
  provider: 'nobody',
  model: 'm',
  own: { input: { nanos: 1e15 }, output: { nanos: 2e15 } },
};
const DOLLARS = 9;
/** What it is believed to come to at most. */
const MOST = 20;

const world = async (
  rows: readonly Partial<Deployment>[],
  providerBudgets: LoadedConfig['routing']['providerBudgets'] = {},
  folder?: string,
) => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const base = configOf(
    rows.map((row, i) => deployment(`PJ${i + 1}`, upstream.url, { pricing, ...row })),
  );
  const config = { ...base, routing: { ...base.routing, providerBudgets } };
  const gateway = await startGateway(config, undefined, { keeps: true, ...(folder && { folder }) });
  closing.push(() => gateway.close());
  const ask = async (more: object = {}) => {
    const reply = await gateway.chat({ messages: [], max_tokens: 2, ...more });
    const body = (await reply.json()) as { error?: { message: string } };
    return { status: reply.status, by: reply.headers.get('x-litellm-model-id'), ...body };
  };
  const askAll = async (times: number) => {
    const replies = [];
    for (let n = 0; n < times; n++) replies.push(await ask());
    return replies;
  };
  return { upstream, gateway, ask, askAll };
};

test('a deployment is paid up to its budget; then others are asked, and at last nobody', async () => {
  const { askAll } = await world([
    { budget: { maxDollars: 40 }, order: 1 },
    { budget: { maxDollars: 60, duration: '1d' }, order: 2 },
  ]);
  const replies = await askAll(11);
  const served = replies.flatMap(({ by }) => by ?? []);
  const ofFirst = served.filter((by) => by === 'id-PJ1').length;
  // One that may come to more than is left is not asked any more: what it may come to is estimated.
  expect(ofFirst * DOLLARS).toBeLessThanOrEqual(40);
  expect(ofFirst * DOLLARS).toBeGreaterThan(40 - 2 * MOST);
  expect(served.slice(ofFirst)).toEqual(served.slice(ofFirst).fill('id-PJ2'));
  expect((served.length - ofFirst) * DOLLARS).toBeLessThanOrEqual(60);
  expect(served.length - ofFirst).toBeGreaterThan(0);
  expect(replies.at(-1)).toMatchObject({ status: 429 });
  expect(replies.at(-1)!.error!.message).toMatch(
    /crossed budget \(PJ1: budget of PJ1: \d+ of 40 dollars spent, PJ2: .* anew at 20/,
  );
});

test('a vendor, too, whoever is asked of it, and that is told', async () => {
  const budgets = { openai: { maxDollars: 40, duration: '1mo' } };
  const { gateway, askAll } = await world(
    [{ order: 1 }, { order: 1 }, { provider: 'groq', order: 7 }],
    budgets,
  );
  const replies = await askAll(6);
  const others = replies.map(({ by }) => by).filter((by) => by !== 'id-PJ3');
  expect(others.length).toBeGreaterThan(1);
  expect(others.length * DOLLARS).toBeLessThanOrEqual(40);
  expect(replies.at(-1)!.by).toBe('id-PJ3');
  const headers = { authorization: `Bearer ${MASTER_KEY}` };
  const told = await fetch(`${gateway.url}/provider/budgets`, { headers });
  expect(await told.json()).toEqual({
    providers: {
      openai: {
        budget_limit: 40,
        time_period: '1mo',
        spend: others.length * DOLLARS,
        budget_reset_at: expect.stringMatching(/^20.*T00:00:00\.000Z$/),
      },
    },
  });
});

test('no crowd overspends it, failures cost nothing, and a restart forgets nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-upstream-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const rows = [{ budget: { maxDollars: 100 } }];
  const { upstream, ask, gateway } = await world(rows, {}, folder);
  upstream.script = (call, res) =>
    upstream.calls.length % 3 === 0 ? void res.writeHead(500).end() : answer(call, res);
  const crowd = Array.from({ length: 60 }, (_, n) => ask({ stream: n % 2 === 0 }));
  await Promise.allSettled(crowd);
  while ((await ask()).status !== 429);
  const purse = gateway.keeping!.purses.purse({ kind: 'deployment', id: 'PJ1', sinceMs: 0 });
  expect(purse.reservedNanos).toBe(0);
  expect(purse.spentNanos / 1e9).toBeLessThanOrEqual(100);
  expect(purse.spentNanos / 1e9).toBeGreaterThan(100 - 2 * MOST);
  await closing.pop()!();
  const again = await world(rows, {}, folder);
  expect((await again.ask()).status).toBe(429);
});
