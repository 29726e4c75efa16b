import { describe, expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { Deployment } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { type Script, answer, sendJson, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

/** Two deployments at one upstream, in order, on a clock that stands. */
const world = async (script: Script, row: Partial<Deployment> = {}) => {
  const clock = new VirtualClock();
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const rows = [1, 2].map((order) => deployment(`PJ${order}`, upstream.url, { order, ...row }));
  const gateway = await startGateway(configOf(rows), clock);
  closing.push(() => gateway.close());
  const told = () =>
    upstream.calls.map(({ headers }) => [
      headers['x-request-timeout'],
      headers['x-litellm-timeout'],
    ]);
  return { clock, upstream, gateway, told };
};

const proxy: Partial<Deployment> = { provider: 'litellm_proxy' };
const NOBODY = [undefined, undefined];

describe('how long its caller still waits', () => {
  test('is told to a gateway behind, less at each try', async () => {
    const { clock, gateway, told, upstream } = await world(async (call, res) => {
      if (upstream.calls.length > 1) return answer(call, res);
      await clock.advance(4_000);
      return sendJson(res, 500, { error: { message: 'No.' } });
    }, proxy);
    expect((await gateway.chat({}, { 'x-request-timeout': '10' })).status).toBe(200);
    expect(told()).toEqual([
      ['10', '10'],
      ['6', '6'],
    ]);
  });

  test.each([
    ['its body', { timeout: 2.5 }, {}],
    ['its body, as some say it', { request_timeout: 2.5 }, {}],
    ['a header of LiteLLM’s', {}, { 'x-litellm-timeout': '2.5' }],
    ['the shorter of both', { timeout: 9 }, { 'x-request-timeout': '2.5' }],
    ['the other, where that is shorter', { timeout: 2.5 }, { 'x-request-timeout': '9' }],
  ])('may stand in %s', async (_, body, headers) => {
    const { gateway, told } = await world(answer, proxy);
    expect((await gateway.chat(body, headers)).status).toBe(200);
    expect(told()).toEqual([['2.5', '2.5']]);
  });

  test.each([
    ['a vendor', {}, { 'x-request-timeout': '10' }],
    ['anybody, where nobody has said it', proxy, {}],
    ['anybody, where it is nothing', proxy, { 'x-request-timeout': '0' }],
  ])('is not told to %s', async (_, row, headers) => {
    const { gateway, told } = await world(answer, row);
    expect((await gateway.chat({}, headers)).status).toBe(200);
    expect(told()).toEqual([NOBODY]);
  });

  test('is told where the config bounds the call, too, and left as an operator wrote it', async () => {
    const { gateway, told } = await world(answer, {
      ...proxy,
      timeoutMs: 30_000,
      extraHeaders: { 'X-LiteLLM-Timeout': '7' },
    });
    expect((await gateway.chat()).status).toBe(200);
    expect(told()).toEqual([['30', '7']]);
  });

  test.each(['-1', 'soon', 'NaN', 'Infinity', '1e999', ' '])(
    'is a number: %j is 400',
    async (value) => {
      const { gateway, upstream } = await world(answer);
      const reply = await gateway.chat({}, { 'x-request-timeout': value });
      expect([reply.status, await reply.text()]).toEqual([
        400,
        expect.stringContaining('`x-request-timeout` must be a number of at least 0'),
      ]);
      expect(upstream.calls).toEqual([]);
    },
  );
});

describe('a caller who has said how long it waits', () => {
  test('is told in time, and its tries keep their own', async () => {
    const { clock, gateway, upstream } = await world(
      async (call, res) => {
        if (upstream.calls.length > 1) return answer(call, res);
        await clock.advance(5_000);
        return undefined;
      },
      { timeoutMs: 5_000 },
    );
    const reply = await gateway.chat({}, { 'x-request-timeout': '60' });
    expect([reply.status, reply.headers.get('x-spillway-deployment')]).toEqual([200, 'PJ2']);
    expect(clock.now()).toBe(5_000);
  });

  test.each([true, false])('hears it no later (stream: %s)', async (stream) => {
    const { clock, gateway, upstream } = await world(async () => {
      await clock.advance(3_000);
    });
    const reply = await gateway.chat({ stream }, { 'x-request-timeout': '3' });
    expect([reply.status, reply.headers.get('x-should-retry')]).toEqual([408, 'false']);
    expect(clock.now()).toBe(3_000);
    expect(upstream.calls).toHaveLength(1);
  });
});
