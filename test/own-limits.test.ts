import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { STREAM, type Script, sendEvents, sendJson, startUpstream, WHOLE } from './kit/upstream.ts';

const closing = closedAfterEach();

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
};

/** An upstream that answers when it is told to, behind a gateway that lets so many in at once. */
const world = async (parallel: LoadedConfig['parallel'], { isOpen = false } = {}) => {
  const waiting: (() => void)[] = [];
  const seen = { now: 0, most: 0 };
  const script: Script = async (call, res) => {
    seen.most = Math.max(seen.most, ++seen.now);
    if (call.body['stream'] === true) sendEvents(res, STREAM.slice(0, 2));
    await new Promise<void>((resolve) => waiting.push(resolve));
    seen.now--;
    if (call.body['stream'] !== true) return sendJson(res, 200, WHOLE);
    sendEvents(res, STREAM.slice(2));
    res.end();
  };
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const { masterKey, ...rest } = configOf([deployment('PJ1', upstream.url)], { parallel });
  const gateway = await startGateway(isOpen ? rest : { ...rest, masterKey: masterKey! });
  closing.push(() => gateway.close());
  return {
    gateway,
    most: () => seen.most,
    callsAre: (n: number) => until(() => upstream.calls.length === n),
    answerOne: () => waiting.shift()!(),
  };
};

const linesAre = (w: Awaited<ReturnType<typeof world>>, requests: number): Promise<void> =>
  until(() => w.gateway.gateway.quota().lines[0]!.requests === requests);

describe('limits of our own', () => {
  it('let so many requests under way at once, and the others wait in line', async () => {
    const w = await world({ all: 2 });
    const replies = [1, 2, 3, 4].map(() => w.gateway.chat());
    for (const n of [2, 3, 4]) {
      await w.callsAre(n);
      await linesAre(w, 4 - n);
      w.answerOne();
    }
    w.answerOne();
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(w.most()).toBe(2);
  });

  it('count a stream until its end, and free its place when its reader leaves', async () => {
    const w = await world({ all: 1 });
    const first = await w.gateway.chat({ stream: true });
    const refused = await w.gateway.chat({}, { 'x-queue-timeout': '0' });
    expect(refused.status).toBe(429);
    await first.body!.cancel();
    const second = w.gateway.chat();
    await w.callsAre(2);
    w.answerOne();
    w.answerOne();
    expect((await second).status).toBe(200);
  });

  it('refuse in words that name the setting, with a wait', async () => {
    const w = await world({ perKey: 1 });
    const first = w.gateway.chat();
    await w.callsAre(1);
    const refused = await w.gateway.chat({}, { 'x-queue-timeout': '0' });
    expect(Number(refused.headers.get('retry-after-ms'))).toBeGreaterThan(0);
    const { error } = (await refused.json()) as { error: Record<string, string> };
    expect(error).toMatchObject({ type: 'rate_limit_error', code: '429' });
    expect(error['message']).toContain('general_settings.max_parallel_requests');
    w.answerOne();
    expect((await first).status).toBe(200);
  });

  it('are each key’s own where they are per key', async () => {
    const w = await world({ perKey: 1 }, { isOpen: true });
    const as = (key: string) =>
      w.gateway.chat({}, { authorization: `Bearer ${key}`, 'x-queue-timeout': '0' });
    const one = as('sk-one');
    await w.callsAre(1);
    expect((await as('sk-one')).status).toBe(429);
    const two = as('sk-two');
    await w.callsAre(2);
    w.answerOne();
    w.answerOne();
    expect([(await one).status, (await two).status]).toEqual([200, 200]);
  });
});
