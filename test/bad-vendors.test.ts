import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
import { gather } from '#wire/collect.ts';
import type { ChatDialect, Frame } from '#wire/dialect.ts';
import {
  type Heard,
  type Played,
  type SpokenWorld,
  callers,
  framed,
  isStream,
  plays,
  startSpoken,
  streamHead,
  vendors,
} from './kit/spoken.ts';
import { sendJson } from './kit/upstream.ts';

/* What vendors and networks do wrong, heard by a caller of each dialect from a vendor of each. */

const EVENT_BYTES = 3_000_000;

let world: SpokenWorld;
beforeAll(async () => (world = await startSpoken(EVENT_BYTES)));
afterAll(() => world.close());

const request = (stream: boolean): ChatRequest => ({
  model: 'group',
  messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Snow in 札幌?' }] }],
  stream,
  includeUsage: true,
  maxOutputTokens: 64,
  tools: [{ name: 'weather', schema: { type: 'object' } }],
  dialect: 'nobody',
  extra: {},
});

const START: ChatEvent = { type: 'start', id: 'reply-1', model: 'vendor-model', created: 1 };

const END: readonly ChatEvent[] = [
  { type: 'usage', usage: { inputTokens: 21, outputTokens: 9 } },
  { type: 'finish', reason: 'stop', raw: '' },
];

const says = (...deltas: string[]): ChatEvent[] => [
  START,
  { type: 'block-start', index: 0, block: { kind: 'text' } },
  ...deltas.map((delta) => ({ type: 'block-delta', index: 0, delta }) as const),
  { type: 'block-end', index: 0 },
  ...END,
];

const WORDS = ['雪 ', 'is ', 'falling ', 'in ', '札幌.'];

/** Calls of tools, their pieces in turns. */
const calls = (...inputs: string[][]): ChatEvent[] => [
  START,
  ...inputs.map((_, index): ChatEvent => ({
    type: 'block-start',
    index,
    block: { kind: 'tool-call', id: `call_${index}`, name: 'weather' },
  })),
  ...(inputs[0] ?? []).flatMap((_, at) =>
    inputs.map((pieces, index): ChatEvent => ({
      type: 'block-delta',
      index,
      delta: pieces[at] ?? '',
    })),
  ),
  ...inputs.map((_, index): ChatEvent => ({ type: 'block-end', index })),
  { type: 'usage', usage: { inputTokens: 21, outputTokens: 9 } },
  { type: 'finish', reason: 'tool-calls', raw: '' },
];

const isWhole = ({ events }: Heard): boolean => events.at(-1)?.type === 'finish';

const textOf = ({ events }: Heard): string =>
  gather(events)
    .blocks.map(({ content }) => content)
    .join('');

/** Told in the caller's words, with a status or at the end of a stream, and with no markup. */
const expectTold = (heard: Heard, text = /./): void => {
  const last = heard.events.at(-1);
  const error = heard.error ?? (last?.type === 'error' ? last.error.message : undefined);
  expect(error, heard.text).toMatch(text);
  expect(heard.text).not.toMatch(/<html|<h1|127\.0\.0\.1|sk-secret/i);
  if (heard.status !== 200) expect(heard.status).toBeGreaterThanOrEqual(400);
};

const HALF = Buffer.from('data: {"half');

const PAGE = '<html><body><h1>502 Bad Gateway</h1></body></html>\n';

const page =
  (status: number): Played =>
  (_, _call, res) =>
    void res.writeHead(status, { 'content-type': 'text/html' }).end(PAGE);

/** The n-th message of many, spoilt. */
const spoilt = (frames: Frame[], spoil: (frame: Frame) => Frame | Buffer): (Frame | Buffer)[] =>
  frames.map((frame, at) => (at === Math.floor(frames.length / 2) ? spoil(frame) : frame));

/** No answer at all: a status, or an error, and nothing else. */
const NO_ANSWER: Readonly<Record<string, Played>> = {
  'a page of HTML': page(502),
  'a page of HTML with status 200': page(200),
  'status 200, and an error': (vendor, call, res) => {
    const error = { status: 500, message: 'The moon is full.', type: 'server_error' };
    const told = { type: 'error', error: { kind: 'broken', ...error } } as const;
    if (isStream(call)) plays([told])(vendor, call, res);
    else sendJson(res, 200, vendor.writeError(error));
  },
  'status 200, and nothing': (vendor, _, res) => {
    streamHead(vendor, res);
    res.end();
  },
  'half a body': (vendor, call, res) => {
    if (isStream(call)) plays(says(...WORDS), () => [HALF])(vendor, call, res);
    else {
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify(vendor.writeReply(says(...WORDS))).slice(0, 60));
    }
  },
};

type Spoiler = Parameters<typeof plays>[1];

/** A stream that must end in an error. */
const BROKEN: Readonly<Record<string, Spoiler>> = {
  'cut off in the middle of a message': (frames, vendor) => {
    const half = frames.slice(0, frames.length >> 1);
    const next = framed(vendor, frames[half.length]!);
    return [...half, next.subarray(0, next.length >> 1)];
  },
  'a message that is half of its JSON': (frames) =>
    spoilt(frames, ({ data, ...frame }) => ({ ...frame, data: data.slice(0, data.length >> 1) })),
  'a message that is a page of HTML': (frames) => spoilt(frames, () => ({ data: PAGE })),
  'a message larger than the limit': (frames, vendor) =>
    spoilt(frames, ({ data, ...frame }) =>
      framed(vendor, { ...frame, data: data.replace('{', `{"x":"${'x'.repeat(EVENT_BYTES)}",`) }),
    ),
};

/** A stream that may end in either way, but in a way that its caller can read. */
const ODD: Readonly<Record<string, Spoiler>> = {
  'every message twice': (frames) => frames.flatMap((frame) => [frame, frame]),
  'messages in pairs the wrong way round': (frames) =>
    frames.map((frame, at) => frames[at % 2 === 0 ? at + 1 : at - 1] ?? frame),
  'messages from behind': (frames) => frames.toReversed(),
  'what follows the end': (frames) => [...frames, ...frames],
};

const pairs = vendors.flatMap((vendor) =>
  callers.map((caller) => [vendor.name, caller.name, vendor, caller] as const),
);

describe.each(pairs)('a vendor of %s, a caller of %s', (_, _caller, vendor, caller) => {
  for (const [title, played] of Object.entries(NO_ANSWER))
    test(`${title} is an error, whole and streamed`, async () => {
      world.play(played);
      for (const stream of [false, true]) {
        const heard = await world.ask(caller, vendor, request(stream));
        expectTold(heard, title.includes('an error') ? /The moon is full\./ : /./);
        expect(heard.status, heard.text).toBeGreaterThanOrEqual(400);
      }
    });

  test('a stream that is cut off behind any message never looks whole', async () => {
    const [all, heardWhole] = [await framesIn(vendor), [] as number[]];
    for (let kept = 0; kept < all; kept++) {
      world.play(plays(says(...WORDS), (frames) => frames.slice(0, kept)));
      const heard = await world.ask(caller, vendor, request(true));
      if (isWhole(heard)) {
        // Only what counts, or marks the end, is missing.
        expect(textOf(heard)).toBe(WORDS.join(''));
        heardWhole.push(kept);
      } else expectTold(heard);
    }
    expect(heardWhole.every((kept) => kept > all - 4)).toBe(true);
  });

  for (const [title, spoiler] of Object.entries(BROKEN))
    test(`${title} ends a stream with an error`, async () => {
      world.play(plays(says(...WORDS), spoiler));
      const heard = await world.ask(caller, vendor, request(true));
      expect(isWhole(heard)).toBe(false);
      expectTold(heard);
    });

  for (const [title, spoiler] of Object.entries(ODD))
    test(`${title}: the stream can be read to its end`, async () => {
      world.play(plays(says(...WORDS), spoiler));
      const heard = await world.ask(caller, vendor, request(true));
      if (!isWhole(heard)) expectTold(heard);
      world.play(plays(says(...WORDS)));
      expect(textOf(await world.ask(caller, vendor, request(true)))).toBe(WORDS.join(''));
    });

  test('bytes that are no characters are marked, and the rest arrives', async () => {
    const broken = ({ data, ...frame }: Frame): Frame | Buffer => {
      if (!data.includes('札')) return { ...frame, data };
      const bytes = Buffer.from(framed(vendor, { ...frame, data }));
      for (const [at, byte] of bytes.entries()) if (byte > 0x7f) bytes[at] = 0xff;
      return vendor.framing === 'aws-event-stream' ? { ...frame, data } : bytes;
    };
    world.play(plays(says(...WORDS), (frames) => frames.map(broken)));
    const heard = await world.ask(caller, vendor, request(true));
    expect(textOf(heard)).toMatch(/^雪 is falling in (?:\ufffd+|札幌)\.$/);
    expect(isWhole(heard)).toBe(true);
  });

  test('a piece of two megabytes arrives as it was, whole and streamed', async () => {
    const large = '語 "\\ \n'.repeat(200_000);
    world.play(plays(says('Once ', large, ' upon.')));
    for (const stream of [false, true]) {
      const heard = await world.ask(caller, vendor, request(stream));
      expect(textOf(heard) === `Once ${large} upon.`, heard.text.slice(0, 300)).toBe(true);
    }
  });

  test('calls whose pieces come in turns are told apart, whole and streamed', async () => {
    const inputs = ['札幌', '那覇'].map((place) => ['{"place":', `"${place}"`, '}']);
    world.play(plays(calls(...inputs)));
    for (const stream of [false, true]) {
      const { events } = await world.ask(caller, vendor, request(stream));
      const said = gather(events).blocks.map(({ content }) => JSON.parse(content) as unknown);
      expect(said).toEqual([{ place: '札幌' }, { place: '那覇' }]);
    }
  });

  test('a call with broken JSON is a call that can be read, whole and streamed', async () => {
    world.play(plays(calls(['{"place":', '"札'])));
    for (const stream of [false, true]) {
      const heard = await world.ask(caller, vendor, request(stream));
      if (isWhole(heard))
        expect(gather(heard.events).blocks).toMatchObject([{ kind: 'tool-call', name: 'weather' }]);
      else expectTold(heard);
    }
  });
});

const framesIn = async (vendor: ChatDialect): Promise<number> => {
  let most = 0;
  world.play(
    plays(says(...WORDS), (frames) => {
      most = frames.length;
      return frames;
    }),
  );
  await world.ask(callers[0]!, vendor, request(true));
  return most;
};
