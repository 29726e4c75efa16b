import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres, startPostgres, type TestPostgres } from '#store/postgres/test-kit.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

/** An answer, with five tokens in and two out, costs nine dollars. */
const pricing = {
  provider: 'nobody',
  model: 'm',
  own: { input: { nanos: 1e15 }, output: { nanos: 2e15 } },
};
const DOLLARS = 9;
const CALLS = 40;

describe.skipIf(!hasPostgres)(
  'two gateways of one database (skipped where no server is installed)',
  () => {
    let server: TestPostgres;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server.close());

    it('start at once on an empty one, and what both spend is counted once, to the cent', async () => {
      const upstream = await startUpstream(answer);
      const base = configOf([deployment('PJ1', upstream.url, { pricing })]);
      const keeping = { ...base.keeping, databaseUrl: server.url };
      const start = () => startGateway({ ...base, keeping }, undefined, { keeps: true });
      const gateways = await Promise.all([start(), start()]);
      const [first, second] = gateways;
      try {
        const made = await first.post('/key/generate', { max_budget: 9_000 });
        const { key, token } = (await made.json()) as { key: string; token: string };
        const authorization = `Bearer ${key}`;
        await expect
          .poll(async () => (await second.chat({}, { authorization })).status, {
            timeout: 20_000,
            interval: 100,
          })
          .toBe(200);
        const both = gateways.flatMap(({ chat }) =>
          Array.from({ length: CALLS }, async () => (await chat({}, { authorization })).status),
        );
        expect(new Set(await Promise.all(both))).toEqual(new Set([200]));
        const { store } = first.keeping!;
        await Promise.all(gateways.map(({ keeping: its }) => its!.writer.flush()));
        const [sums] = await store.spend.usage({ filter: { token }, by: [], per: 'all' });
        expect(sums).toMatchObject({
          requests: 2 * CALLS + 1,
          nanos: (2 * CALLS + 1) * DOLLARS * 1e9,
        });
        const spent = async ({ post }: (typeof gateways)[number]) => {
          const reply = await post('/v2/key/info', { keys: [token] });
          const { info } = (await reply.json()) as { info: { spend: number }[] };
          return info[0]!.spend;
        };
        for (const gateway of gateways)
          await expect
            .poll(() => spent(gateway), { timeout: 20_000, interval: 200 })
            .toBe((2 * CALLS + 1) * DOLLARS);
      } finally {
        for (const gateway of gateways) await gateway.close();
        await upstream.close();
      }
    }, 60_000);
  },
);
