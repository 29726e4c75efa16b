import { describe, expect, test } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

/** One deployment of 600 tokens a minute. */
const world = async () => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const limit = { dimension: 'tokens', amount: 600, windowMs: 60_000, refill: 'linear' } as const;
  const gateway = await startGateway(
    configOf([deployment('PJ1', upstream.url, { limits: [limit] })]),
  );
  closing.push(() => gateway.close());
  return { upstream, gateway };
};

const CHAT = { model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 300 };

describe('how long a request waits for quota', () => {
  test.each<[string, number, object, Record<string, string>]>([
    ['as long as the config says', 30, {}, {}],
    ['as long as it says itself', 50, {}, { 'x-queue-timeout': '50' }],
    ['parts of seconds, too', 2.5, {}, { 'x-queue-timeout': '2.5' }],
    ['not at all', 0, {}, { 'x-queue-timeout': '0' }],
    ['no longer than its SDK does', 10, {}, { 'x-stainless-timeout': '10' }],
    ['no longer because its SDK would', 30, {}, { 'x-stainless-timeout': '600' }],
    [
      'as if its SDK had said nothing where that is nonsense',
      30,
      {},
      { 'x-stainless-timeout': 'x' },
    ],
    ['no longer than its call may take', 10, {}, { 'x-litellm-timeout': '10' }],
    ['no longer than its call may take by its body', 10, { timeout: 10 }, {}],
    [
      'the shortest of all',
      5,
      { timeout: 7 },
      { 'x-queue-timeout': '50', 'x-stainless-timeout': '5' },
    ],
  ])('%s: %d s', async (_, seconds, body, headers) => {
    const { gateway } = await world();
    const reply = await gateway.post('/spillway/route/explain', { ...CHAT, ...body }, headers);
    expect(await reply.json()).toMatchObject({
      verdict: 'now',
      may_wait_s: expect.closeTo(seconds, 0) as number,
    });
  });

  test.each(['-1', 'soon', 'NaN', 'Infinity', ''])(
    'is a number of seconds: %j is 400',
    async (said) => {
      const { gateway, upstream } = await world();
      const reply = await gateway.chat({}, { 'x-queue-timeout': said });
      expect([reply.status, await reply.text()]).toEqual([
        400,
        expect.stringContaining('`x-queue-timeout` must be a number of at least 0'),
      ]);
      expect(upstream.calls).toEqual([]);
    },
  );

  test('is told at once to whoever does not wait', async () => {
    const { gateway, upstream } = await world();
    expect((await gateway.chat({ max_tokens: 500 })).status).toBe(200);
    // Some 90 tokens are left, and ten come each second.
    const reply = await gateway.chat({ max_tokens: 300 }, { 'x-queue-timeout': '0' });
    const waitMs = Number(reply.headers.get('retry-after-ms'));
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([
      429,
      String(Math.ceil(waitMs / 1000)),
    ]);
    expect(waitMs).toBeGreaterThan(15_000);
    expect(waitMs).toBeLessThan(30_000);
    expect(upstream.calls).toHaveLength(1);
  });
});
