import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
import {
  type Played,
  type SpokenWorld,
  callers,
  framed,
  framesOf,
  startSpoken,
  streamHead,
  vendors,
} from './kit/spoken.ts';

/* Callers of each dialect who leave at each point, before a vendor of each: nothing goes on without them. */

let world: SpokenWorld;
beforeAll(async () => (world = await startSpoken()));
afterAll(() => world.close());

const request = (stream: boolean): ChatRequest => ({
  model: 'group',
  messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Snow in 札幌?' }] }],
  stream,
  includeUsage: true,
  maxOutputTokens: 64,
  dialect: 'nobody',
  extra: {},
});

const ANSWER: readonly ChatEvent[] = [
  { type: 'start', id: 'reply-1', model: 'vendor-model', created: 1 },
  { type: 'block-start', index: 0, block: { kind: 'text' } },
  ...Array.from({ length: 8 }, () => ({ type: 'block-delta', index: 0, delta: 'snow ' }) as const),
  { type: 'block-end', index: 0 },
  { type: 'usage', usage: { inputTokens: 21, outputTokens: 9 } },
  { type: 'finish', reason: 'stop', raw: '' },
];

const silent: Played = () => {};

/** A stream that stays open behind so many of its events. */
const holds =
  (events: number): Played =>
  (vendor, _, res) => {
    streamHead(vendor, res);
    res.flushHeaders();
    const writer = vendor.streamWriter({ includeUsage: true });
    for (const event of ANSWER.slice(0, events))
      for (const frame of writer.push(event)) res.write(framed(vendor, frame));
  };

interface Point {
  readonly played: Played;
  readonly stream: boolean;
  /** Once its caller has heard something. */
  readonly hears?: boolean;
}

const POINTS: Readonly<Record<string, Point>> = {
  'waiting for a whole answer': { played: silent, stream: false },
  'waiting for a stream to begin': { played: silent, stream: true },
  'waiting for its first content': { played: holds(1), stream: true },
  'behind its first content': { played: holds(3), stream: true, hears: true },
  'in the middle of it': { played: holds(6), stream: true, hears: true },
  'before its end': { played: holds(ANSWER.length - 2), stream: true, hears: true },
};

const pairs = vendors.flatMap((vendor) =>
  callers.map((caller) => [vendor.name, caller.name, vendor, caller] as const),
);

const inFlight = (): number =>
  world.gateway.gateway.quota().accounts.reduce((sum, account) => sum + account.inFlight, 0);

describe.each(pairs)('a vendor of %s, a caller of %s who leaves', (_, _name, vendor, caller) => {
  test.each(Object.entries(POINTS))('%s', async (_point, { played, stream, hears }) => {
    const upstream = world.upstream(vendor);
    upstream.calls.length = 0;
    world.play(played);
    const leaving = new AbortController();
    const reply = world.open(caller, vendor, {
      request: request(stream),
      signal: leaving.signal,
    });
    reply.catch(() => {});
    await vi.waitFor(() => expect(upstream.calls).toHaveLength(1), { interval: 1 });
    if (hears) {
      const reader = (await reply).body!.getReader();
      expect((await reader.read()).value!.length).toBeGreaterThan(0);
    }
    expect(inFlight()).toBe(1);
    leaving.abort();
    await upstream.calls[0]!.cutOff;
    await vi.waitFor(() => expect(inFlight()).toBe(0), { interval: 1 });
    expect(upstream.calls).toHaveLength(1);
  });
});

test('whoever stays is answered', async () => {
  for (const vendor of vendors) {
    world.play((of, _, res) => {
      streamHead(of, res);
      for (const frame of framesOf(of, ANSWER)) res.write(framed(of, frame));
      res.end();
    });
    const { events } = await world.ask(callers[0]!, vendor, request(true));
    expect(events.at(-1)?.type).toBe('finish');
  }
});
