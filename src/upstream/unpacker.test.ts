import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import type { SpillwayError } from '#core/errors.ts';
import { packingsOf, Unpacker } from '#upstream/unpacker.ts';

const TEXT = '{"text":"水 and words, and words again"}';

/** What comes of bytes that arrive in pieces of `size`. */
const unpack = (packed: Buffer, encodings: readonly string[], size = packed.length) =>
  new Promise<string | SpillwayError>((resolve) => {
    const chunks: Buffer[] = [];
    const unpacker = new Unpacker(encodings, {
      data: (chunk) => chunks.push(chunk),
      drained: () => {},
      end: () => resolve(Buffer.concat(chunks).toString('utf8')),
      failed: resolve,
    });
    for (let at = 0; at < packed.length; at += size) unpacker.push(packed.subarray(at, at + size));
    unpacker.end();
  });

describe('an answer is opened', () => {
  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('that is packed by %s, byte by byte', async (encoding, pack) => {
    expect(await unpack(pack(Buffer.from(TEXT)), [encoding], 1)).toBe(TEXT);
  });

  it('that is packed twice, the outermost layer named last', async () => {
    const packed = gzipSync(brotliCompressSync(Buffer.from(TEXT)));
    expect(await unpack(packed, packingsOf({ 'content-encoding': ' br, GZIP ' }))).toBe(TEXT);
  });
});

describe('what cannot be opened is no answer', () => {
  test.each([
    ['a packing that nobody knows', ['compress'], 'that nobody asked for'],
    ['three layers', ['gzip', 'gzip', 'gzip'], 'too many layers'],
  ])('%s', (_, encodings, says) => {
    expect(() => unpackLazily(encodings)).toThrow(says);
  });

  it('half of a body', async () => {
    const half = gzipSync(Buffer.from(TEXT)).subarray(0, 20);
    expect(await unpack(half, ['gzip'])).toMatchObject({ code: 'upstream_invalid' });
  });

  it('a little that becomes a lot', async () => {
    const bomb = gzipSync(Buffer.alloc(8_000_000));
    expect(String(await unpack(bomb, ['gzip']))).toContain('far too large');
  });
});

const unpackLazily = (encodings: readonly string[]): Unpacker =>
  new Unpacker(encodings, { data() {}, drained() {}, end() {}, failed() {} });

test('an answer that is as it is has no packings', () => {
  expect(packingsOf({})).toEqual([]);
  expect(packingsOf({ 'content-encoding': 'identity' })).toEqual([]);
});
