import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { type ShutDownTimes, shutDown } from '#server/shut-down.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from '../kit/gateway.ts';
import {
  STREAM,
  type Script,
  WHOLE,
  sendEvents,
  sendJson,
  startUpstream,
} from '../kit/upstream.ts';

const closing = closedAfterEach();

/** A gateway whose end has a clock of its own, and an upstream that finishes when it is told to. */
const world = async (parallel?: number) => {
  const { promise: told, resolve: finish } = Promise.withResolvers<void>();
  const script: Script = async ({ body }, res) => {
    const isStream = body['stream'] === true;
    if (isStream) sendEvents(res, STREAM.slice(0, 2));
    await told;
    if (!isStream) return sendJson(res, 200, WHOLE);
    sendEvents(res, STREAM.slice(2));
    res.end();
  };
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const row = deployment('PJ1', upstream.url, parallel ? { maxParallelRequests: parallel } : {});
  const gateway = await startGateway(configOf([row]));
  closing.push(() => gateway.close());
  const clock = new VirtualClock();
  const { lifecycle } = gateway.gateway;
  const stop = (times: ShutDownTimes) =>
    shutDown({ ...gateway.gateway, clock }, gateway.listener, times);
  return { upstream, gateway, lifecycle, clock, stop, finish };
};

const bodyOf = (reply: Response): Promise<string> => reply.text();
const readiness = async (url: string) => {
  const reply = await fetch(`${url}/health/readiness`);
  const { status } = (await reply.json()) as { status: string };
  return { code: reply.status, status, connection: reply.headers.get('connection') };
};

describe('a process that is told to stop', () => {
  test('says so to probes, takes requests for a while, and keeps no connection', async () => {
    const { gateway, clock, stop, finish } = await world();
    finish();
    expect(await readiness(gateway.url)).toMatchObject({ code: 200, status: 'healthy' });
    const stopped = stop({ lagMs: 5_000, drainMs: 1_000 });
    expect(await readiness(gateway.url)).toEqual({
      code: 503,
      status: 'stopping',
      connection: 'close',
    });
    const late = await gateway.chat();
    expect([late.status, late.headers.get('connection')]).toEqual([200, 'close']);
    expect(await bodyOf(late)).toBe(JSON.stringify(WHOLE));
    await clock.advance(5_000);
    await stopped;
    await expect(fetch(`${gateway.url}/health/liveness`)).rejects.toThrow('fetch failed');
  });

  test('71 lets 200 streams under way come to their end', async () => {
    const { gateway, lifecycle, clock, stop, finish } = await world();
    const streams = await Promise.all(
      Array.from({ length: 200 }, () => gateway.chat({ stream: true })),
    );
    const stopped = stop({ lagMs: 0, drainMs: 300_000 });
    await clock.advance(299_999);
    expect(lifecycle.underWay).toBe(200);
    finish();
    for (const stream of await Promise.all(streams.map(bodyOf)))
      expect(stream).toMatch(/Hello.* world.*\n\ndata: \[DONE\]\n\n$/s);
    // Their connections were to be kept: they are closed all the same.
    await stopped;
    expect(lifecycle.underWay).toBe(0);
  });

  test('71 ends what takes longer with an honest error: begun, asked, and in line', async () => {
    const { gateway, upstream, lifecycle, clock, stop } = await world(2);
    const begun = await gateway.chat({ stream: true });
    const asked = gateway.chat();
    await vi.waitFor(() => expect(upstream.calls).toHaveLength(2));
    const inLine = gateway.chat();
    await vi.waitFor(() => expect(lifecycle.underWay).toBe(3));
    const stopped = stop({ lagMs: 0, drainMs: 300_000 });
    await clock.advance(300_000);
    const events = await bodyOf(begun);
    expect(events).toContain('Hello');
    expect(events).toContain('Spillway is stopping');
    expect(events).not.toContain('[DONE]');
    for (const reply of [await asked, await inLine]) {
      expect(reply.status).toBe(503);
      expect(reply.headers.get('connection')).toBe('close');
      expect(await bodyOf(reply)).toContain('"Spillway is stopping and could wait no longer');
    }
    await Promise.all(upstream.calls.map(({ cutOff }) => cutOff));
    await stopped;
    const inFlight = gateway.gateway.quota().accounts.map((account) => account.inFlight);
    expect(Math.max(...inFlight)).toBe(0);
  });

  test.each([
    ['once it drains', 0],
    ['while it still takes requests', 60_000],
  ])('71 has ten seconds more when it is told again: %s', async (_, lagMs) => {
    const { gateway, lifecycle, clock, stop } = await world();
    const begun = await gateway.chat({ stream: true });
    const again = new AbortController();
    const stopped = stop({ lagMs, drainMs: 300_000, hurry: again.signal });
    await clock.advance(20_000);
    again.abort();
    await clock.advance(9_999);
    expect(lifecycle.underWay).toBe(1);
    await clock.advance(1);
    expect(await bodyOf(begun)).toContain('Spillway is stopping');
    await stopped;
    expect(lifecycle.underWay).toBe(0);
  });

  test('does not wait for connections that nobody uses', async () => {
    const { gateway, stop } = await world();
    const agent = new Agent({ keepAlive: true });
    closing.push(async () => agent.destroy());
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    const reply = await new Promise<string>((resolve, reject) => {
      request(`${gateway.url}/v1/models`, { agent, headers }, (res) => resolve(text(res)))
        .once('error', reject)
        .end();
    });
    expect(reply).toContain('gpt-4.1');
    await stop({ lagMs: 0, drainMs: 300_000 });
  });
});

test('readiness counts the groups that have nobody left', async () => {
  const upstream = await startUpstream(({ body }, res) =>
    body['refused'] === true
      ? sendJson(res, 401, { error: { message: 'Who?', code: 'invalid_api_key' } })
      : sendJson(res, 429, { error: { message: 'No money.', code: 'insufficient_quota' } }),
  );
  closing.push(() => upstream.close());
  const clock = new VirtualClock();
  const rows = [
    deployment('PJ1', upstream.url),
    deployment('PJ2', upstream.url, { group: 'other' }),
  ];
  const reason = { file: 'a', line: 1, column: 1, path: '', message: 'no key' };
  const unusable = [
    { name: 'PJ3', group: 'gpt-4.1', reason },
    { name: 'PJ4', group: 'third', reason },
  ];
  const gateway = await startGateway(configOf(rows, { unusable }), clock);
  closing.push(() => gateway.close());
  const counted = async () => {
    const reply = await fetch(`${gateway.url}/health/readiness`);
    const { groups, groups_without_deployment: without } = (await reply.json()) as Record<
      string,
      number
    >;
    return [reply.status, groups, without];
  };
  expect(await counted()).toEqual([200, 3, 1]);
  expect((await gateway.chat({}, { 'x-queue-timeout': '0' })).status).toBe(429);
  await clock.advance(1_000);
  expect(await counted()).toEqual([200, 3, 2]);
  expect((await gateway.chat({ model: 'other', refused: true })).status).toBe(401);
  await clock.advance(1_000);
  expect(await counted()).toEqual([200, 3, 3]);
});
