import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import { SpillwayError } from '#core/errors.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import { collect } from '#wire/collect.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
import type { ChatDialect, Frame, WriteOptions } from '#wire/dialect.ts';
import {
  oddStreamCases,
  readStream,
  sameFrames,
  writeStream,
} from '#wire/odd-streams.conformance.ts';
import {
  type Fixture,
  chatEvents,
  fixtures,
  grammarFault,
  jsonOf,
  sseFrames,
  withPartExchanged,
} from '#wire/test-kit.ts';

interface Conformance {
  /** Where the vendor's bytes lie, as `<kind>-<name>.<extension>`. */
  readonly folder: URL;
  /** A body's bytes, in pieces, → frames. Default: server-sent events. */
  readonly frames?: (chunks: Iterable<Buffer>) => Frame[];
  /** Of random events those that this dialect has words for; all of them where absent. */
  readonly sayable?: (events: ChatEvent[]) => ChatEvent[];
  /** Fields of a request that stand in its path: whoever reads the path puts them into the body. */
  readonly inPath?: readonly string[];
  /** A case's name → why this dialect cannot pass it. */
  readonly skips?: Readonly<Record<string, string>>;
}

type Case = (name: string, run: () => void) => void;

interface Subject {
  readonly dialect: ChatDialect;
  readonly frames: (chunks: Iterable<Buffer>) => Frame[];
  readonly requests: readonly Fixture[];
  readonly replies: readonly Fixture[];
  readonly streams: readonly Fixture[];
  readonly errors: readonly Fixture[];
  readonly sayable: (events: ChatEvent[]) => ChatEvent[];
  readonly inPath: readonly string[];
  readonly check: Case;
}

/** What every chat dialect must do, over its fixtures and over random events. */
export const chatDialectConformance = (
  dialect: ChatDialect,
  {
    folder,
    frames = sseFrames,
    sayable = (events) => events,
    inPath = [],
    skips = {},
  }: Conformance,
): void => {
  const unused = new Set(Object.keys(skips));
  const check: Case = (name, run) => {
    unused.delete(name);
    const reason = skips[name];
    if (reason === undefined) test(name, run);
    else test.skip(`${name} (${reason})`, run);
  };
  const subject: Subject = {
    dialect,
    frames,
    requests: fixtures(folder, 'request'),
    replies: fixtures(folder, 'reply'),
    streams: fixtures(folder, 'stream'),
    errors: fixtures(folder, 'error'),
    sayable,
    inPath,
    check,
  };
  describe(`${dialect.name} conforms`, () => {
    hasFixtures(subject);
    requestCases(subject);
    replyCases(subject);
    streamCases(subject);
    oddStreamCases(subject);
    faultCases(subject);
    writerCases(subject);
    watchCases(subject);
    errorCases(subject);
    test('skips only cases that exist', () => expect([...unused]).toEqual([]));
  });
};

const hasFixtures = ({ requests, replies, streams, errors }: Subject): void =>
  test('has fixtures of every kind, eight at least', () => {
    for (const kind of [requests, replies, streams, errors]) expect(kind).not.toEqual([]);
    const all = [...requests, ...replies, ...streams, ...errors];
    expect(all.length).toBeGreaterThanOrEqual(8);
  });

const isWhole = (events: readonly ChatEvent[]): boolean => events.at(-1)?.type === 'finish';

/** Keys that JavaScript gives a meaning to; here they are data like any other. */
const TRAPS = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';

const withTraps = (body: JsonObject): JsonObject => ({
  ...body,
  ...(JSON.parse(TRAPS) as JsonObject),
  vendor_field: { deep: [1, null, 'x'] },
});

const sameModel = ({ model, includeUsage }: ChatRequest): WriteOptions => ({
  model,
  asksUsage: includeUsage,
});

const requestCases = ({ dialect, requests, inPath, check }: Subject): void => {
  /** A written body with what its path would say. */
  const placed = (body: JsonObject, place: Readonly<Record<string, Json>>): JsonObject => {
    for (const field of inPath) expect(Object.keys(body)).not.toContain(field);
    return { ...body, ...Object.fromEntries(inPath.map((field) => [field, place[field] ?? null])) };
  };
  check('a request survives reading and writing', () => {
    for (const fixture of requests) {
      const request = dialect.readRequest(jsonOf(fixture));
      const { body, left } = dialect.writeRequest(request, sameModel(request));
      const { model, stream } = request;
      expect(dialect.readRequest(placed(body, { model, stream })), fixture.name).toEqual(request);
      expect(left, fixture.name).toEqual([]);
    }
  });
  check('what is not known passes, whatever it is called', () => {
    for (const fixture of requests) {
      const request = dialect.readRequest(withTraps(jsonOf(fixture)));
      const written = dialect.writeRequest(request, sameModel(request)).body;
      const traps = withTraps({});
      expect(JSON.parse(JSON.stringify(written)), fixture.name).toMatchObject(traps);
      expect(Object.keys(written)).toContain('__proto__');
      expect(Object.getPrototypeOf(written)).toBe(Object.prototype);
      expect(({} as JsonObject)['polluted']).toBeUndefined();
    }
  });
  check('a redirected request goes to its model with all that it said', () => {
    for (const fixture of requests) {
      const body = withTraps(jsonOf(fixture));
      const before = JSON.stringify(body);
      const { stream } = dialect.touchRequest(body);
      const model = 'another-model';
      const to = dialect.redirectRequest(body, { model, asksUsage: true });
      const redirected = placed(to, { model, stream });
      expect(dialect.touchRequest(redirected)).toMatchObject({ model, stream });
      for (const [key, value] of Object.entries(body))
        if (key !== 'model') expect([redirected[key]], key).toMatchObject([value]);
      expect(JSON.stringify(body), 'the body it came from stays as it is').toBe(before);
    }
  });
  check('a wrong model is named', () => {
    for (const fixture of requests)
      for (const model of [undefined, null, 7, ['gpt'], {}])
        expect(() =>
          dialect.touchRequest({ ...jsonOf(fixture), model: model as Json }),
        ).toThrowError(expect.objectContaining({ code: 'invalid_request', param: 'model' }));
  });
};

const NO_REPLIES: readonly Json[] = [null, true, 7, 'text', [], {}, { error: { message: 'no' } }];

const replyCases = ({ dialect, replies, check }: Subject): void => {
  check('replies keep the grammar and finish', () => {
    for (const fixture of replies) {
      const events = dialect.readReply(jsonOf(fixture));
      expect(grammarFault(events), fixture.name).toBeUndefined();
      expect(isWhole(events), fixture.name).toBe(true);
    }
  });
  check('a reply survives reading and writing', () => {
    for (const fixture of replies) {
      const events = dialect.readReply(jsonOf(fixture));
      expect(dialect.readReply(dialect.writeReply(events)), fixture.name).toEqual(events);
    }
  });
  check('what is no reply is refused', () => {
    for (const body of NO_REPLIES)
      expect(() => dialect.readReply(body)).toThrowError(
        expect.objectContaining({ code: 'upstream_invalid' }),
      );
  });
  check('a reply with any one part exchanged is read or refused', () => {
    const bodies = fc.oneof(...replies.map((fixture) => withPartExchanged(jsonOf(fixture))));
    fc.assert(
      fc.property(bodies, (body) => {
        const events = refusable(() => dialect.readReply(body));
        expect(events && grammarFault(events)).toBeUndefined();
      }),
    );
  });
};

/** What `read` returns; undefined when it refuses with an error of ours. */
const refusable = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof SpillwayError) return undefined;
    throw thrown;
  }
};

const streamCases = ({ dialect, frames, replies, streams, check }: Subject): void => {
  check('streams keep the grammar, and finish unless they tell an error', () => {
    for (const { name, bytes } of streams) {
      const all = frames([bytes]);
      const told = all.some(({ data }) => dialect.watch(Buffer.from(data), true).error);
      expect(isWhole(readStream(dialect, all)), name).toBe(!told);
    }
  });
  check('a reply and its stream say the same', () => {
    const pairs = replies.flatMap((reply) => {
      const stream = streams.find(({ name }) => name === reply.name);
      return stream ? [{ reply, stream }] : [];
    });
    expect(pairs).not.toEqual([]);
    for (const { reply, stream } of pairs)
      expect(collect(readStream(dialect, frames([stream.bytes]))), reply.name).toEqual(
        collect(dialect.readReply(jsonOf(reply))),
      );
  });
  check('a stream reads the same wherever it is cut in two', () => {
    for (const { name, bytes } of streams) {
      const whole = frames([bytes]);
      for (let at = 0; at <= bytes.length; at++)
        if (!sameFrames(frames([bytes.subarray(0, at), bytes.subarray(at)]), whole))
          expect.fail(`${name}, cut at byte ${at}, reads otherwise`);
    }
  });
};

/** How many answers have told their finish in `all`. */
const finishedIn = (dialect: ChatDialect, all: readonly Frame[]): number =>
  new Set(all.flatMap(({ data }) => dialect.watch(Buffer.from(data), true).finished)).size;

const faultCases = ({ dialect, frames, streams, check }: Subject): void => {
  check('a truncated stream never looks whole', () => {
    for (const { name, bytes } of streams) {
      const all = frames([bytes]);
      const answers = finishedIn(dialect, all);
      for (let kept = 0; kept < all.length; kept++) {
        const finished = finishedIn(dialect, all.slice(0, kept));
        const events = readStream(dialect, all.slice(0, kept));
        const expected = finished > 0 && finished === answers;
        expect(isWhole(events), `${name}, ${kept} frames`).toBe(expected);
      }
    }
  });
  check('a chunk that is not JSON ends the stream with an error, once', () => {
    for (const { name, bytes } of streams) {
      const all = frames([bytes]);
      const over = all.findIndex(({ data }) => {
        const { kind } = dialect.watch(Buffer.from(data), true);
        return kind === 'done' || kind === 'error';
      });
      for (let at = 0; at < (over < 0 ? all.length : over); at++)
        for (const data of ['{"choices":[{', '<html>', '', 'null', '[]']) {
          const events = readStream(dialect, all.with(at, { data }));
          expect(events.at(-1), `${name}, frame ${at}`).toMatchObject({
            type: 'error',
            error: { kind: 'broken' },
          });
        }
    }
  });
  check('a stream with any one part exchanged keeps the grammar', () => {
    const bodies = fc.oneof(...streams.map(({ bytes }) => framesExchanged(frames([bytes]))));
    fc.assert(
      fc.property(bodies, (all) => {
        readStream(dialect, all);
        for (const { data } of all) {
          const [decoded, passed] = [false, true].map((begun) =>
            refusable(() => dialect.watch(Buffer.from(data), begun)),
          );
          expect(passed).toEqual(decoded && { ...decoded, kind: passed?.kind });
        }
      }),
    );
  });
  check('what follows the end is not read', () => {
    for (const { bytes } of streams) {
      const all = frames([bytes]);
      const reader = dialect.streamReader();
      for (const frame of all) reader.push(frame);
      reader.end();
      expect([...all.flatMap((frame) => reader.push(frame)), ...reader.end()]).toEqual([]);
    }
  });
};

/** The frames, one of those that hold JSON changed somewhere. */
const framesExchanged = (all: readonly Frame[]): fc.Arbitrary<Frame[]> =>
  fc
    .constantFrom(...all.keys().filter((at) => all[at]?.data.startsWith('{')))
    .chain((at) =>
      withPartExchanged(JSON.parse(all[at]?.data ?? '') as Json).map((json) =>
        all.with(at, { data: JSON.stringify(json) }),
      ),
    );

const writerCases = ({ dialect, frames, replies, streams, sayable, check }: Subject): void => {
  check('what is written reads back as the same events', () => {
    for (const { name, bytes } of streams) {
      const events = readStream(dialect, frames([bytes]));
      if (isWhole(events))
        expect(readStream(dialect, writeStream(dialect, events)), name).toEqual(events);
    }
    for (const reply of replies) {
      const events = dialect.readReply(jsonOf(reply));
      const streamed = readStream(dialect, writeStream(dialect, events));
      expect(collect(streamed), reply.name).toEqual(collect(events));
    }
  });
  check('any events say the same whole and streamed', () => {
    fc.assert(
      fc.property(chatEvents.map(sayable), (events) => {
        const { finish, ...said } = collect(events);
        const streamed = collect(readStream(dialect, writeStream(dialect, events)));
        const whole = collect(dialect.readReply(dialect.writeReply(events)));
        expect(streamed).toEqual(whole);
        expect(whole).toMatchObject({ ...said, finish: { reason: finish.reason } });
      }),
    );
  });
  check('an error is written so that it reads as one', () => {
    const error = { kind: 'overloaded', status: 503, message: 'Busy.', code: 'busy' } as const;
    const start = { type: 'start', id: 'a', model: 'm', created: 1 } as const;
    for (const before of [[], [start]]) {
      const events = readStream(
        dialect,
        writeStream(dialect, [...before, { type: 'error', error }]),
      );
      expect(events.at(-1)).toMatchObject({ type: 'error', error: { message: 'Busy.' } });
    }
  });
};

const watchCases = ({ dialect, frames, streams, check }: Subject): void => {
  check('watching a stream that has begun tells what decoding it tells', () => {
    for (const { name, bytes } of streams)
      for (const { data } of frames([bytes])) {
        const decoded = dialect.watch(Buffer.from(data), false);
        const kind = decoded.kind === 'opening' ? 'content' : decoded.kind;
        expect(dialect.watch(Buffer.from(data), true), name).toEqual({ ...decoded, kind });
      }
  });
  check('content is content, and an opening says nothing yet', () => {
    for (const { name, bytes } of streams) {
      const reader = dialect.streamReader();
      for (const frame of frames([bytes])) {
        const { kind, finished } = dialect.watch(Buffer.from(frame.data), false);
        const speaks = reader.push(frame).some(({ type }) => type === 'block-delta');
        if (speaks) expect(kind, name).toBe('content');
        if (kind === 'opening') expect(finished, name).toEqual([]);
      }
    }
  });
  check('what is not JSON is refused before content', () => {
    for (const data of ['', '{', '{"choices":[}', '<html>', 'null', '[]', '7'])
      expect(() => dialect.watch(Buffer.from(data), false)).toThrowError(
        expect.objectContaining({ code: 'upstream_invalid' }),
      );
  });
};

const errorCases = ({ dialect, errors, check }: Subject): void => {
  check('errors are read with a status, a class and no markup', () => {
    for (const { name, bytes } of errors) {
      const status = Number(name.slice(0, 3));
      const error = dialect.readError(status, {}, bytes.toString('utf8'));
      expect(error.status, name).toBe(status);
      expect(error.message, name).not.toMatch(/<\w+/);
      expect(error.message.length, name).toBeLessThanOrEqual(400);
    }
  });
  check('any body of an error is read', () => {
    const status = fc.integer({ min: 200, max: 599 });
    const body = fc.oneof(fc.string({ unit: 'binary' }), fc.json());
    fc.assert(
      fc.property(status, body, (code, text) => dialect.readError(code, {}, text).status === code),
    );
  });
};
