import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '#core/clock.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { type Agents, createAgents } from '#upstream/agents.ts';
import { type CallTimeouts, callUpstream } from '#upstream/call.ts';
import type { Credentials, Outgoing } from '#upstream/credentials.ts';

let vendor: ReturnType<typeof createServer>;
let agents: Agents;
let clock: VirtualClock;
let asked: PromiseWithResolvers<ServerResponse>;

beforeEach(async () => {
  clock = new VirtualClock();
  asked = Promise.withResolvers();
  vendor = createServer((_, res) => asked.resolve(res));
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  agents = createAgents({ clock, connectMs: 1e9, tls: { verify: true }, proxy: {} });
});
afterEach(async () => {
  await agents.close();
  vendor.closeAllConnections();
  await new Promise((resolve) => vendor.close(resolve));
});

const TIMEOUTS: CallTimeouts = { firstByteMs: 5_000, betweenChunksMs: 1_000, totalMs: 60_000 };

/** A call under way, and what its reader has heard. */
const call = (
  timeouts: CallTimeouts = TIMEOUTS,
  leave = new AbortController(),
  headersFor?: Credentials['headersFor'],
  its: Clock = clock,
) => {
  const heard: string[] = [];
  let wake = (): void => {};
  const note = (what: string): void => {
    heard.push(what);
    wake();
  };
  const origin = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
  const control = callUpstream(
    its,
    {
      agent: agents.of(origin),
      origin,
      path: '/',
      headers: { 'x-own': 'a' },
      ...(headersFor && { credentials: { headersFor, start() {}, close() {} } }),
      body: '{}',
      startedAt: its.now(),
      timeouts,
      signal: leave.signal,
    },
    {
      head: (status) => note(`head ${status}`),
      data: (chunk) => note(chunk.toString()),
      end: () => note('end'),
      failed: ({ kind, error }) => note(`${kind}: ${error.message}`),
    },
  );
  return {
    control,
    heard,
    leave,
    /** Until it has heard so much. */
    hears: async (count: number): Promise<void> => {
      while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
};

const SILENT = 'timeout: The upstream went silent for 1 s in the middle of its answer; try again.';

describe('our clock ends a call', () => {
  test('that does not begin, where it must begin soon', async () => {
    const { heard } = call();
    await asked.promise;
    await clock.advance(4_999);
    expect(heard).toEqual([]);
    await clock.advance(1);
    expect(heard).toEqual(['timeout: The upstream did not begin to answer within 5 s; try again.']);
  });

  test.each([
    ['a stream', TIMEOUTS],
    ['a whole reply', { betweenChunksMs: 1_000, totalMs: 60_000 }],
  ])('whose answer stops in the middle: %s', async (_, timeouts) => {
    const { heard, hears } = call(timeouts);
    const res = await asked.promise;
    await clock.advance(900);
    res.write('one');
    await hears(2);
    await clock.advance(999);
    res.write('two');
    await hears(3);
    await clock.advance(999);
    expect(heard).toEqual(['head 200', 'one', 'two']);
    await clock.advance(1);
    expect(heard.at(-1)).toBe(SILENT);
  });

  test('is not given up for a time in which nobody listened to it', async () => {
    let heldMs = 0;
    const busy: Clock = {
      now: () => clock.now(),
      wall: () => clock.wall(),
      after: (delayMs, task) => clock.after(delayMs + heldMs, task),
    };
    const { heard, hears } = call(TIMEOUTS, undefined, undefined, busy);
    const res = await asked.promise;
    await clock.advance(500);
    res.write('one');
    await hears(2);
    heldMs = 5_000;
    await clock.advance(600);
    heldMs = 0;
    await clock.advance(5_500);
    expect(heard).toEqual(['head 200', 'one']);
    res.write('two');
    await hears(3);
    await clock.advance(999);
    expect(heard.at(-1)).toBe('two');
    await clock.advance(1_000);
    expect(heard.at(-1)).toBe(SILENT);
  });

  test('that does not finish, however much it says', async () => {
    const { heard, hears } = call({ betweenChunksMs: 1_000, totalMs: 2_500 });
    const res = await asked.promise;
    for (const word of ['one', 'two', 'three', 'four']) {
      res.write(word);
      await hears(heard.length + (word === 'one' ? 2 : 1));
      await clock.advance(600);
    }
    await clock.advance(100);
    expect(heard.at(-1)).toBe(
      'timeout: The upstream did not finish within 2.5 s; ask for less, or for more time.',
    );
  });

  test('but not while it is us who do not listen', async () => {
    const { control, heard, hears } = call();
    const res = await asked.promise;
    res.write('one');
    await hears(2);
    control.pause();
    await clock.advance(10_000);
    expect(heard).toEqual(['head 200', 'one']);
    control.resume();
    await clock.advance(999);
    expect(heard).toHaveLength(2);
    await clock.advance(1);
    expect(heard.at(-1)).toBe(SILENT);
  });
});

describe('a caller', () => {
  test('who has left already costs no call', async () => {
    const leave = new AbortController();
    leave.abort();
    const { heard } = call(TIMEOUTS, leave);
    await clock.advance(TIMEOUTS.totalMs);
    expect(heard).toHaveLength(1);
    const open = await new Promise((resolve) =>
      vendor.getConnections((_, count) => resolve(count)),
    );
    expect(open).toBe(0);
  });

  test('who leaves in the same turn costs none either', async () => {
    let connections = 0;
    vendor.on('connection', () => connections++);
    const { heard, leave } = call();
    leave.abort();
    const next = call();
    (await asked.promise).end('{}');
    await next.hears(3);
    expect(heard).toHaveLength(1);
    expect(connections).toBe(1);
  });

  test('who leaves is told once, and the vendor hears of it', async () => {
    const { heard, leave } = call();
    const res = await asked.promise;
    const cutOff = new Promise((resolve) => res.once('close', resolve));
    leave.abort();
    await cutOff;
    await clock.advance(TIMEOUTS.totalMs);
    expect(heard).toHaveLength(1);
  });

  test('who gives a call up hears nothing more of it', async () => {
    const { control, heard, hears } = call();
    const res = await asked.promise;
    const cutOff = new Promise((resolve) => res.once('close', resolve));
    res.write('one');
    await hears(2);
    control.abandon();
    await cutOff;
    await clock.advance(TIMEOUTS.totalMs);
    expect(heard).toEqual(['head 200', 'one']);
  });
});

describe('what vouches for a call', () => {
  const noToken = new SpillwayError('upstream_unreachable', 'No token can be had.');

  test.each<[string, Credentials['headersFor']]>([
    ['at hand', () => ({ authorization: 'Bearer t' })],
    ['on its way', () => Promise.resolve({ authorization: 'Bearer t' })],
  ])('is added to its headers: %s', async (_, headersFor) => {
    let covered: Outgoing | undefined;
    call(TIMEOUTS, undefined, (outgoing) => {
      covered = outgoing;
      return headersFor(outgoing);
    });
    const { req } = await asked.promise;
    expect(req.headers).toMatchObject({ authorization: 'Bearer t', 'x-own': 'a' });
    const origin = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
    expect(covered).toEqual({
      method: 'POST',
      origin,
      path: '/',
      headers: { 'x-own': 'a' },
      body: '{}',
    });
  });

  test.each<[string, Credentials['headersFor']]>([
    [
      'at once',
      () => {
        throw noToken;
      },
    ],
    ['later', () => Promise.reject(noToken)],
  ])('and cannot be had, which is told %s, is no connection', async (_, headersFor) => {
    const { heard, hears } = call(TIMEOUTS, undefined, headersFor);
    await hears(1);
    expect(heard).toEqual(['connect: No token can be had.']);
  });

  test('and does not come is waited for no longer than for the call', async () => {
    const late = Promise.withResolvers<Record<string, string>>();
    const { heard } = call(TIMEOUTS, undefined, () => late.promise);
    await clock.advance(5_000);
    expect(heard).toEqual(['timeout: The upstream did not begin to answer within 5 s; try again.']);
    late.resolve({});
    await clock.advance(1);
    const open = await new Promise((resolve) =>
      vendor.getConnections((_, count) => resolve(count)),
    );
    expect(open).toBe(0);
  });
});
