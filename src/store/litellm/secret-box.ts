import { hash, timingSafeEqual } from 'node:crypto';

/*
 * NaCl's secretbox (XSalsa20 and Poly1305), opened: the form in which LiteLLM keeps keys of vendors.
 * Node's own ciphers do not have it, and nothing here writes it.
 */

const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const BLOCK_BYTES = 64;
const ROUNDS = 20;
/** "expand 32-byte k", as four words. */
const SIGMA = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

/** What the texts of a database were closed with: its salt key, else its master key. */
export const boxKeyOf = (saltKey: string): Buffer =>
  Buffer.from(hash('sha256', saltKey, 'hex'), 'hex');

/** Nonce, tag and text, as they are kept; undefined where another key closed it. */
export const openBox = (closed: Buffer, key: Buffer): Buffer | undefined => {
  if (closed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = closed.subarray(0, NONCE_BYTES);
  const tag = closed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const text = closed.subarray(NONCE_BYTES + TAG_BYTES);
  const [first, second] = [nonce.subarray(0, 16), nonce.subarray(16)];
  const subkey = hsalsa(wordsOf(key), wordsOf(first));
  const stream = keyStream(subkey, wordsOf(second), 32 + text.length);
  if (!timingSafeEqual(tag, poly1305(stream.subarray(0, 32), text))) return undefined;
  return Buffer.from(text.map((byte, i) => byte ^ stream[32 + i]!));
};

const wordsOf = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));

/** Salsa20's square of words: sigma on the diagonal, the key around it, 16 bytes in the middle. */
const square = (key: readonly number[], middle: readonly number[]): number[] => [
  SIGMA[0]!,
  ...key.slice(0, 4),
  SIGMA[1]!,
  ...middle,
  SIGMA[2]!,
  ...key.slice(4),
  SIGMA[3]!,
];

/** Which four words each quarter of a double round mixes: columns, then rows. */
const QUARTERS = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
] as const;

const rotated = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

const mixed = (from: readonly number[]): number[] => {
  const x = [...from];
  for (let round = 0; round < ROUNDS; round += 2)
    for (const [a, b, c, d] of QUARTERS) {
      x[b]! ^= rotated((x[a]! + x[d]!) | 0, 7);
      x[c]! ^= rotated((x[b]! + x[a]!) | 0, 9);
      x[d]! ^= rotated((x[c]! + x[b]!) | 0, 13);
      x[a]! ^= rotated((x[d]! + x[c]!) | 0, 18);
    }
  return x;
};

const hsalsa = (key: readonly number[], input: readonly number[]): number[] => {
  const x = mixed(square(key, input));
  return [0, 5, 10, 15, 6, 7, 8, 9].map((at) => x[at]!);
};

const keyStream = (key: readonly number[], nonce: readonly number[], bytes: number): Buffer => {
  const blocks = Math.ceil(bytes / BLOCK_BYTES);
  const stream = Buffer.alloc(blocks * BLOCK_BYTES);
  for (let block = 0; block < blocks; block++) {
    const from = square(key, [...nonce, block, 0]);
    for (const [i, word] of mixed(from).entries())
      stream.writeInt32LE((word + from[i]!) | 0, block * BLOCK_BYTES + 4 * i);
  }
  return stream.subarray(0, bytes);
};

const PRIME = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

const poly1305 = (key: Buffer, text: Buffer): Buffer => {
  const r = numberOf(key.subarray(0, 16)) & CLAMP;
  let sum = 0n;
  for (let at = 0; at < text.length; at += 16) {
    const block = Buffer.from([...text.subarray(at, at + 16), 1]);
    sum = ((sum + numberOf(block)) * r) % PRIME;
  }
  const tag = (sum + numberOf(key.subarray(16))) & ((1n << 128n) - 1n);
  return Buffer.from(Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').toReversed());
};

/** Its first byte is its lowest. */
const numberOf = (bytes: Buffer): bigint =>
  BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`);
