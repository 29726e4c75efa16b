import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatMessage, ChatRequest, Part } from '#wire/chat-request.ts';
import { type SpokenWorld, callers, plays, startSpoken, vendors } from './kit/spoken.ts';

/* What callers of each dialect send that is not what they say it is, before a vendor of each. */

const ANSWER: readonly ChatEvent[] = [
  { type: 'start', id: 'reply-1', model: 'vendor-model', created: 1 },
  { type: 'block-start', index: 0, block: { kind: 'text' } },
  { type: 'block-delta', index: 0, delta: 'I see.' },
  { type: 'block-end', index: 0 },
  { type: 'usage', usage: { inputTokens: 21, outputTokens: 9 } },
  { type: 'finish', reason: 'stop', raw: '' },
];

let world: SpokenWorld;
beforeAll(async () => {
  world = await startSpoken();
  world.play(plays(ANSWER));
});
afterAll(() => world.close());

const request = (...messages: readonly ChatMessage[]): ChatRequest => ({
  model: 'group',
  messages,
  stream: false,
  includeUsage: false,
  maxOutputTokens: 64,
  tools: [{ name: 'weather', schema: { type: 'object' } }],
  dialect: 'nobody',
  extra: {},
});

const text = (said: string): Part => ({ kind: 'text', text: said });

const shows = (mediaType: string, data: string): ChatRequest =>
  request({
    role: 'user',
    parts: [text('What is this?'), { kind: 'image', source: { kind: 'data', mediaType, data } }],
  });

const JPEG = '/9j/4AAQSkZJRgABAQAAAQABAAD/2w==';

/** Pictures that are none, or no base64, or nothing at all. */
const NO_PICTURES: readonly (readonly [said: string, data: string])[] = [
  ['image/png', 'PGh0bWw+PC9odG1sPg=='],
  ['text/html', 'PGh0bWw+PC9odG1sPg=='],
  ['image/png', '%%% no base64 %%%'],
  ['image/png', ''],
  ['image/png', 'JVBERi0xLjQ='],
];

/** Its callers cannot call a picture by another type. */
const NAMES_PICTURES_ONLY = 'anthropic-messages';

const pairs = vendors.flatMap((vendor) =>
  callers.map((caller) => [vendor.name, caller.name, vendor, caller] as const),
);

describe.each(pairs)('a vendor of %s, a caller of %s', (_, _name, vendor, caller) => {
  const lastBody = (): string => JSON.stringify(world.upstream(vendor).calls.at(-1)!.body);

  test('a picture goes on as what it is, and not as what it is called', async () => {
    const heard = await world.ask(caller, vendor, shows('image/png', JPEG));
    expect(heard.status, heard.text).toBe(200);
    expect(lastBody()).toContain(JPEG.slice(0, 20));
    // In its own words a request goes on as it came: its vendor says what it thinks of it.
    if (caller.name !== vendor.name) expect(lastBody()).toMatch(/\b(?:image\/)?jpeg\b/);
  });

  const sayable = NO_PICTURES.filter(
    ([said]) => said !== 'text/html' || caller.name !== NAMES_PICTURES_ONLY,
  );

  test.each(sayable)('%s that is none: %j is the vendor’s to judge, or named', async (...of) => {
    const before = world.upstream(vendor).calls.length;
    const heard = await world.ask(caller, vendor, shows(...of));
    const isSent = world.upstream(vendor).calls.length > before;
    expect(isSent).toBe(heard.status === 200);
    if (!isSent) {
      expect(heard.status, heard.text).toBe(400);
      // By its place in the caller's own request.
      expect(heard.error).toMatch(/`(?:messages|contents|input)\.0\.(?:content|parts)\.1/);
    }
  });

  test('a call that its model wrote badly goes back to it, and its result beside', async () => {
    const call: Part = { kind: 'tool-call', id: 'call_1', name: 'weather', input: '{"place":"札' };
    const result: Part = { kind: 'tool-result', id: 'call_1', content: [text('No such place.')] };
    const heard = await world.ask(
      caller,
      vendor,
      request(
        { role: 'user', parts: [text('Snow?')] },
        { role: 'assistant', parts: [call] },
        { role: 'user', parts: [result] },
      ),
    );
    expect(heard.status, heard.text).toBe(200);
    expect(lastBody()).toContain('weather');
    expect(lastBody()).toContain('No such place.');
  });
});
