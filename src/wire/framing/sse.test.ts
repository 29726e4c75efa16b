import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SseReader, writeSse } from '#wire/framing/sse.ts';
import { readSse } from '#wire/test-kit.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

const read = (text: string): [string | undefined, string][] =>
  readSse([bytes(text)]).map(({ event, data }) => [event, data.toString()]);

const payloads = (text: string): string[] => read(text).map(([, data]) => data);

/** What must not depend on how the bytes arrived. */
const seen = (chunks: Iterable<Buffer>): string =>
  readSse(chunks)
    .map(({ event, data, raw }) => `${event}|${data.toString('hex')}|${raw.toString('hex')}`)
    .join();

describe('the rules of the specification', () => {
  test.each([
    ['LF', 'data: a\n\ndata: b\n\n'],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n'],
    ['CR', 'data: a\r\rdata: b\r\r'],
    ['all of them', 'data: a\r\n\ndata: b\r\r\n'],
    ['a byte-order mark', '\ufeffdata: a\n\ndata: b\n\n'],
    ['comments', ': hello\ndata: a\n:\n\n:\n\n: again\n\ndata: b\n\n'],
    ['id and retry', 'id: 1\nretry: 30\ndata: a\n\ndata: b\nid\n\n'],
    ['unknown fields', 'datas: x\ndata: a\nDATA: x\n data: x\n\nfoo\ndata: b\n\n'],
    ['no space behind the colon', 'data:a\n\ndata:b\n\n'],
    ['blank lines between', '\n\n\ndata: a\n\n\n\ndata: b\n\n\n'],
    ['an event without data', 'event: nothing\n\ndata: a\n\nid: 2\n\ndata: b\n\n'],
    ['no blank line at the end', 'data: a\n\ndata: b'],
  ])('%s', (_, text) => {
    expect(payloads(text)).toEqual(['a', 'b']);
  });

  test.each([
    ['only one space is taken off', 'data:  a \n\n', [' a ']],
    ['a colon in the value', 'data: a:b: c\n\n', ['a:b: c']],
    ['lines join', 'data: a\ndata:\ndata: b\n\n', ['a\n\nb']],
    ['empty data is data', 'data:\n\n', ['']],
    ['a field without a colon has an empty value', 'data\n\ndata\ndata\n\n', ['', '\n']],
    ['a byte-order mark elsewhere is text', 'data: \ufeffa\n\n', ['\ufeffa']],
    ['a byte-order mark alone', '\ufeff', []],
    ['a byte-order mark in an unended line', '\ufeffdata: a', ['a']],
    ['nothing', '', []],
    ['line ends only', '\r\n\r\r\n\n', []],
  ])('%s', (_, text, expected) => {
    expect(payloads(text)).toEqual(expected);
  });

  test('the event’s name is that of its last event line, and lasts for one event', () => {
    const text = 'event: a\nevent:b\ndata: 1\n\ndata: 2\n\nevent: c\n\ndata: 3\n\n';
    expect(read(text)).toEqual([
      ['b', '1'],
      [undefined, '2'],
      [undefined, '3'],
    ]);
    expect(read('event: a\nevent\ndata: 1\n\n')).toEqual([[undefined, '1']]);
    expect(read('data: 1\nevent: 追加\n\n')).toEqual([['追加', '1']]);
  });
});

describe('the bytes that are sent on', () => {
  test.each([
    ['as they came, where they came in our framing', 'data: {"a":1}\n\n', 'data: {"a":1}\n\n'],
    ['with the space that older clients need', 'data:{"a":1}\n\n', 'data: {"a":1}\n\n'],
    ['with LF only', 'data: a\r\n\r\n', 'data: a\n\n'],
    ['without names, numbers and comments', 'event: e\nid: 1\n: c\ndata: a\n\n', 'data: a\n\n'],
    ['without what stands behind the data', 'data: a\nid: 1\n\n', 'data: a\n\n'],
    ['line by line', 'data:a\ndata:b\n\n', 'data: a\ndata: b\n\n'],
    ['closed by a blank line', 'data: a', 'data: a\n\n'],
    ['also when they are empty', 'data\n\n', 'data: \n\n'],
  ])('%s', (_, text, expected) => {
    const [event] = readSse([bytes(text)]);
    expect(event?.raw.toString()).toBe(expected);
  });

  test('bytes that are no UTF-8 stay as they are', () => {
    const data = Buffer.from([0x7b, 0xff, 0xc3, 0x28, 0x00, 0x7d]);
    const [event] = readSse([Buffer.concat([bytes('data:'), data, bytes('\r\n\r\n')])]);
    expect(event?.data.equals(data)).toBe(true);
    expect(event?.raw.equals(Buffer.concat([bytes('data: '), data, bytes('\n\n')]))).toBe(true);
  });

  test('what we write reads back', () => {
    const one = (data: string): string[] => payloads(writeSse(data));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const data = text.replaceAll('\r', '');
        expect(one(data)).toEqual([data]);
      }),
    );
    expect(writeSse('{}')).toBe('data: {}\n\n');
    expect(payloads('data: [DONE]\n\n')).toEqual(['[DONE]']);
  });
});

describe('pieces', () => {
  const MIXED =
    '\ufeffdata: 日本\r\ndata: x\r\n\r\n: ping\n\nevent: e🧊\rdata: é\r\rdata:x\ndata: y\r\n\ndata: {"t":"\\u00e9🧊"}\n\nid\ndata: z';

  test('a stream cut in two or three anywhere reads as if it were whole', () => {
    const all = bytes(MIXED);
    const whole = seen([all]);
    for (let a = 0; a <= all.length; a++)
      for (let b = a; b <= all.length; b++)
        if (seen([all.subarray(0, a), all.subarray(a, b), all.subarray(b)]) !== whole)
          expect.fail(`cut at ${a} and ${b}, it reads otherwise`);
  });

  test('a stream byte by byte, with empty pieces between, reads as if it were whole', () => {
    const all = bytes(MIXED);
    const single = [...all].flatMap((byte) => [Buffer.from([byte]), Buffer.alloc(0)]);
    expect(seen(single)).toEqual(seen([all]));
  });

  test.each(
    [
      ['data: a\n\n', 'data:  a \n\n', 'data: \n\n', 'data:\n\n', 'data\n\n', 'data: a\r\n\r\n'],
      [
        'data: a\n\r\n',
        'data: a\r\n\n',
        'data: a\n\n\n',
        'data: a\ndata: b\n\n',
        '\n\n',
        'data: a\n',
      ],
      [
        'data: a\rdata: b\n\n',
        'data: a\n\ndata: b\n\n',
        ': a\n\n',
        'datum: a\n\n',
        'data: \0é\n\n',
      ],
      ['event: e\ndata: a\n\n', 'event:e\ndata: a\n\n', 'event: \ndata: a\n\n', 'event: e\n\n'],
      ['event: e\ndata: a\ndata: b\n\n', 'event: e\nid: 1\n\n', 'event: data: x\ndata: y\n\n'],
      [
        'events: e\ndata: a\n\n',
        'event: e\nevent: f\ndata: a\n\n',
        'event: e\ndata:a\n\n',
        'event: ',
      ],
      [
        'event: é\ndata: a\n\n',
        'event: e\rdata: a\n\n',
        'event: e\r\ndata: a\r\n\r\n',
        'event\ndata: a\n\n',
      ],
    ].flat(),
  )('a piece reads alone as it reads behind others: %j', (text) => {
    const told = (keepsTypes: boolean, pieces: string[]): unknown => {
      const reader = new SseReader(100, keepsTypes);
      const events = [...pieces.flatMap((piece) => reader.push(bytes(piece))), ...reader.end()];
      // A type may be sent on in the words in which it came.
      const meant = (raw: Buffer): unknown =>
        keepsTypes ? read(raw.toString()) : raw.toString('latin1');
      return events.map(({ event, data, raw }) => [event, data.toString(), meant(raw)]);
    };
    for (const keepsTypes of [false, true])
      for (const before of ['data: 1\n\n', 'event: x\n', 'data: 1\n', 'data: 1\n\r', 'da'])
        expect(told(keepsTypes, [':\n', before, text])).toEqual(
          told(keepsTypes, [`:\n${before}${text}`]),
        );
  });

  test('an event comes out with the byte that ends it', () => {
    const reader = new SseReader(100);
    expect(reader.push(bytes('data: a\n'))).toEqual([]);
    expect(reader.push(bytes('\n'))).toHaveLength(1);
    expect(reader.push(bytes('data: b\r\n\r'))).toHaveLength(1);
    expect(reader.push(bytes('\n'))).toEqual([]);
    expect(reader.end()).toEqual([]);
  });

  test('any events, in any framing, in any pieces', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 8 }), cutUp),
      { numRuns: 400 },
    );
  });

  const word = fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replace(/^ /, '_'));
  const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
  const noise = fc.constantFrom(': data: c', ':', 'id: 7', 'retry: 1', 'id', 'datum: 1', 'data2');
  interface Sent {
    readonly name: string | undefined;
    readonly data: string[];
    readonly noise: string[];
    readonly spaced: boolean;
    readonly ends: string[];
  }
  const sent: fc.Arbitrary<Sent> = fc.record({
    name: fc.option(word, { nil: undefined }),
    data: fc.array(word, { maxLength: 3 }),
    noise: fc.array(noise, { maxLength: 2 }),
    spaced: fc.boolean(),
    ends: fc.array(lineEnd, { minLength: 8, maxLength: 8 }),
  });

  function cutUp(events: Sent[], cuts: number[]): void {
    const all = bytes(events.map(written).join(''));
    const places = cuts.map((cut) => cut % (all.length + 1)).toSorted((a, b) => a - b);
    const chunks = [0, ...places].map((from, i) => all.subarray(from, places[i]));
    const got = readSse(chunks);
    const expected = events.filter(({ data }) => data.length > 0);
    expect(got.map(({ event, data }) => [event, data.toString()])).toEqual(
      expected.map(({ name, data }) => [name || undefined, data.join('\n')]),
    );
    expect(got.map(({ raw }) => raw.toString())).toEqual(
      expected.map(({ data }) => writeSse(data.join('\n'))),
    );
  }

  function written({ name, data, noise: noises, spaced, ends }: Sent): string {
    const colon = spaced ? ': ' : ':';
    const [first = '', ...others] = noises;
    const named = name === undefined ? [] : [`event${colon}${name}`];
    const lines = [first, ...named, ...data.map((line) => `data${colon}${line}`), ...others];
    const body = lines.filter((line) => line !== '').map((line, i) => line + (ends[i] ?? '\n'));
    // A line feed behind a carriage return would close no line of its own.
    return `${body.join('')}${body.at(-1)?.endsWith('\r') ? '\r' : (ends[7] ?? '\n')}`;
  }
});

describe('limits', () => {
  const refused = (text: string, maxEventBytes: number, cut = text.length): boolean => {
    try {
      readSse([bytes(text.slice(0, cut)), bytes(text.slice(cut))], maxEventBytes);
      return false;
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'upstream_invalid' });
      return true;
    }
  };

  test.each([
    ['one line', 'data: 0123456789\n\n', 16],
    ['several lines', 'data: 01234\ndata: 56789\n\n', 22],
    ['a comment', ': 0123456789\n\n', 12],
    ['a name', 'event: 0123456789\ndata:\n\n', 17],
    ['one line in our framing', 'data: 0123456789\n\n', 16],
    ['a name in our framing', 'event: 0123456789\ndata: x\n\n', 17],
    ['one line in our framing behind a name', 'event: x\ndata: 0123456789\n\n', 16],
  ])('an event may take so many bytes and no more: %s', (_, text, most) => {
    for (let cut = 0; cut <= text.length; cut++) {
      expect(refused(text, most, cut)).toBe(false);
      expect(refused(text, most - 1, cut)).toBe(true);
    }
  });

  test('a line without an end is refused as soon as it is too long', () => {
    const reader = new SseReader(1000);
    const push = (): unknown => reader.push(Buffer.alloc(400, 'x'));
    push();
    push();
    expect(push).toThrowError(expect.objectContaining({ code: 'upstream_invalid' }));
  });

  test('a piece that is one event has the same limit', () => {
    const refusedAlone = (piece: string, most: number): boolean => {
      const reader = new SseReader(most);
      reader.push(bytes(':\n'));
      try {
        return reader.push(bytes(piece)).length === 0;
      } catch {
        return true;
      }
    };
    for (const [piece, most] of [
      ['data: 0123456789\n\n', 16],
      ['event: x\ndata: 0123456789\n\n', 16],
      ['event: 0123456789\ndata: x\n\n', 17],
    ] as const)
      expect([refusedAlone(piece, most), refusedAlone(piece, most - 1)]).toEqual([false, true]);
  });

  test('each event has the limit for itself', () => {
    expect(refused('data: 0123\n\n'.repeat(50), 10)).toBe(false);
    expect(refused(': 0123\n'.repeat(50), 10)).toBe(false);
  });
});

describe('work grows with the bytes, not faster', () => {
  const MB = 1_048_576;
  const inPieces = (all: Buffer, size: number): Buffer[] =>
    Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
      all.subarray(i * size, (i + 1) * size),
    );

  /** Bytes that were searched or copied while `run` ran. */
  const workOf = (run: () => void): number => {
    const { indexOf } = Buffer.prototype;
    const concat = Buffer.concat.bind(Buffer);
    let work = 0;
    Buffer.prototype.indexOf = function counted(this: Buffer, ...args: [number, number?]) {
      const at = indexOf.apply(this, args);
      work += (at < 0 ? this.length : at + 1) - (args[1] ?? 0);
      return at;
    };
    Buffer.concat = (list: readonly Uint8Array[]) => {
      const joined = concat(list);
      work += joined.length;
      return joined;
    };
    try {
      run();
    } finally {
      Buffer.prototype.indexOf = indexOf;
      Buffer.concat = concat;
    }
    return work;
  };

  test.each([
    ['one long line', `data: ${'x'.repeat(4 * MB - 8)}\n\n`, 1024],
    ['short lines', 'data: x\n'.repeat(MB / 16), 1024],
    ['carriage returns only', 'data: x\r'.repeat(MB / 16), MB],
    ['blank lines by carriage returns', '\r'.repeat(MB / 8), MB],
    ['fields without a colon', 'data\n'.repeat(MB / 16), MB],
    ['unknown fields without a colon', 'x\n'.repeat(MB / 16), MB],
  ])('%s', (_, text, size) => {
    const all = bytes(text);
    const chunks = inPieces(all, size);
    expect(workOf(() => readSse(chunks, 8 * MB))).toBeLessThan(8 * all.length);
  });
});
