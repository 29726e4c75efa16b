import { crc32 } from 'node:zlib';
import { EventStreamCodec, type MessageHeaders } from '@smithy/eventstream-codec';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AwsEventStreamReader, writeAwsEvent } from '#wire/framing/aws-event-stream.ts';

/** The vendor's own library. */
const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text),
);

const encode = (headers: MessageHeaders, payload: string): Buffer =>
  Buffer.from(codec.encode({ headers, body: Buffer.from(payload) }));

const event = (name: string, payload: string): Buffer =>
  encode(
    {
      ':event-type': { type: 'string', value: name },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: 'event' },
    },
    payload,
  );

const MOST = 100_000;

const read = (chunks: readonly Buffer[], most = MOST): [string | undefined, string][] => {
  const reader = new AwsEventStreamReader(most);
  const events = [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
  return events.map(({ event: name, data }) => [name, data.toString()]);
};

const MIXED = Buffer.concat([
  event('messageStart', '{"role":"assistant"}'),
  event('contentBlockDelta', '{"delta":{"text":"日本 🧊"},"p":"ab"}'),
  event('contentBlockStop', ''),
  encode(
    {
      ':exception-type': { type: 'string', value: 'throttlingException' },
      ':message-type': { type: 'string', value: 'exception' },
    },
    '{"message":"Too many requests"}',
  ),
]);

const SAID: [string, string][] = [
  ['messageStart', '{"messageStart":{"role":"assistant"}}'],
  ['contentBlockDelta', '{"contentBlockDelta":{"delta":{"text":"日本 🧊"},"p":"ab"}}'],
  ['contentBlockStop', '{"contentBlockStop":{}}'],
  ['throttlingException', '{"throttlingException":{"message":"Too many requests"}}'],
];

describe('messages as the vendor’s library writes them', () => {
  test('become members of the union that they belong to', () => {
    expect(read([MIXED])).toEqual(SAID);
  });

  test('read the same wherever they are cut, byte by byte too', () => {
    for (let at = 0; at <= MIXED.length; at++)
      expect(read([MIXED.subarray(0, at), MIXED.subarray(at)])).toEqual(SAID);
    const single = [...MIXED].flatMap((byte) => [Buffer.from([byte]), Buffer.alloc(0)]);
    expect(read(single)).toEqual(SAID);
  });

  test('a message comes out with the byte that ends it, and as it came', () => {
    const reader = new AwsEventStreamReader(MOST);
    const bytes = event('a', '{}');
    expect(reader.push(bytes.subarray(0, -1))).toEqual([]);
    const [one] = reader.push(bytes.subarray(-1));
    expect(one?.raw.equals(bytes)).toBe(true);
  });

  test('headers of every type are passed over', () => {
    const headers: MessageHeaders = {
      ':event-type': { type: 'string', value: 'x' },
      yes: { type: 'boolean', value: true },
      no: { type: 'boolean', value: false },
      byte: { type: 'byte', value: 1 },
      short: { type: 'short', value: 1 },
      integer: { type: 'integer', value: 1 },
      binary: { type: 'binary', value: Buffer.from('abc') },
      timestamp: { type: 'timestamp', value: new Date(0) },
      uuid: { type: 'uuid', value: '01234567-89ab-cdef-0123-456789abcdef' },
      ['__proto__x']: { type: 'string', value: 'y' },
    };
    expect(read([encode(headers, '{"a":1}')])).toEqual([['x', '{"x":{"a":1}}']]);
  });

  test('a fault of the connection is an error, and what has no type is its payload', () => {
    const fault = encode(
      {
        ':message-type': { type: 'string', value: 'error' },
        ':error-code': { type: 'string', value: 'InternalError' },
        ':error-message': { type: 'string', value: 'Gone.' },
      },
      '',
    );
    expect(read([fault, encode({}, '{"a":1}')])).toEqual([
      ['error', '{"error":{"code":"InternalError","message":"Gone."}}'],
      [undefined, '{"a":1}'],
    ]);
  });

  test('any payloads in any pieces', () => {
    const sent = fc.record({
      name: fc.stringMatching(/^[a-z]{1,12}$/),
      payload: fc.json({ maxDepth: 2 }),
    });
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 5 }), fc.array(fc.nat()), (all, cuts) => {
        const bytes = Buffer.concat(all.map(({ name, payload }) => event(name, payload)));
        const places = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b);
        const chunks = [0, ...places].map((from, i) => bytes.subarray(from, places[i]));
        expect(read(chunks)).toEqual(
          all.map(({ name, payload }) => [name, `{"${name}":${payload}}`]),
        );
      }),
    );
  });
});

describe('what we write', () => {
  test.each([
    ['contentBlockDelta', 'event', '{"delta":{"text":"é"}}'],
    ['validationException', 'exception', '{"message":"no"}'],
  ])('the vendor’s library reads: %s', (name, kind, payload) => {
    const { headers, body } = codec.decode(writeAwsEvent(`{"${name}":${payload}}`));
    expect(headers).toEqual({
      [`:${kind}-type`]: { type: 'string', value: name },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: kind },
    });
    expect(Buffer.from(body).toString()).toBe(payload);
  });

  test('what is no member goes as it is', () => {
    expect(read([writeAwsEvent('{"a":'), writeAwsEvent('{}')])).toEqual([
      [undefined, '{"a":'],
      [undefined, '{}'],
    ]);
  });

  test('reads back', () => {
    for (const [, data] of SAID) expect(read([writeAwsEvent(data)])[0]?.[1]).toBe(data);
  });
});

describe('what is no event stream', () => {
  const refused = (bytes: Buffer, most = MOST): unknown => {
    try {
      return read([bytes], most);
    } catch (thrown) {
      return thrown;
    }
  };
  const GONE = expect.objectContaining({ code: 'upstream_invalid' }) as unknown;

  test('any byte changed is noticed', () => {
    const bytes = event('messageStart', '{"role":"assistant"}');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x10;
      expect(refused(changed), `byte ${at}`).toEqual(GONE);
    }
  });

  test('the fault is named', () => {
    const bytes = event('a', '{}');
    const wrong = (at: number): string => {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      return String(refused(changed));
    };
    expect(wrong(3)).toMatch(/wrong checksum at the beginning of a message; try again/);
    expect(wrong(bytes.length - 6)).toMatch(/message with a wrong checksum; try again/);
    expect(String(refused(bytes.subarray(0, -1)))).toMatch(/in the middle of a message/);
    expect(String(refused(Buffer.from('<html>Bad Gateway</html>')))).toMatch(/wrong checksum/);
  });

  test('a message may take so many bytes and no more, and is refused before it has come', () => {
    const bytes = event('a', JSON.stringify({ text: 'x'.repeat(1000) }));
    expect(refused(bytes, bytes.length)).toHaveLength(1);
    expect(String(refused(bytes.subarray(0, 12), bytes.length - 1))).toMatch(/more than \d+ bytes/);
  });

  test.each([
    ['a name that does not end', [9, 58, 97]],
    ['a type that does not exist', [1, 58, 10]],
    ['a text longer than the headers', [1, 58, 7, 0, 200, 97]],
    ['a length cut in two', [1, 58, 7, 0]],
    ['a number cut in two', [1, 58, 4, 0]],
  ])('headers that cannot be read: %s', (_, head) => {
    const bytes = Buffer.alloc(16 + head.length);
    bytes.writeUInt32BE(bytes.length, 0);
    bytes.writeUInt32BE(head.length, 4);
    bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
    bytes.set(head, 12);
    bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
    expect(String(refused(bytes))).toMatch(/headers that cannot be read/);
  });

  test('lengths that cannot be', () => {
    for (const [total, head] of [
      [15, 0],
      [0, 0],
      [40, 25],
    ] as const) {
      const bytes = Buffer.alloc(40);
      bytes.writeUInt32BE(total, 0);
      bytes.writeUInt32BE(head, 4);
      bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
      expect(String(refused(bytes))).toMatch(/impossible length/);
    }
  });
});

test('a long message in small pieces is put together once', () => {
  const bytes = event('a', JSON.stringify({ text: 'x'.repeat(4_000_000) }));
  const concat = Buffer.concat.bind(Buffer);
  let copied = 0;
  Buffer.concat = (list: readonly Uint8Array[]) => {
    const joined = concat(list);
    copied += joined.length;
    return joined;
  };
  try {
    const reader = new AwsEventStreamReader(5_000_000);
    for (let at = 0; at < bytes.length; at += 1024) reader.push(bytes.subarray(at, at + 1024));
  } finally {
    Buffer.concat = concat;
  }
  expect(copied).toBeLessThan(3 * bytes.length);
});
