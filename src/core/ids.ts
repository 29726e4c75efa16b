import { randomBytes, randomFillSync } from 'node:crypto';

const WITH_TIME = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-([0-9a-f]{12})$/;

/** Where the last id is written over by the next one: nothing is joined for any. */
const written = Buffer.from('00000000-0000-8000-8000-000000000000');
const DIGITS = Buffer.from('0123456789abcdef');
const RANDOM_PLACES = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 15, 16, 17, 20, 21, 22);
const VARIANT_PLACE = 19;
const TIME_PLACE = 24;
const TIME_DIGITS = 12;
/** The instant that stands in it. */
let writtenMs = 0;

/** Asked for many at a time: asking takes longer than an id. */
const chance = new Uint8Array(4_096);
let spent = chance.length;

const nextByte = (): number => {
  if (spent === chance.length) {
    randomFillSync(chance);
    spent = 0;
  }
  return chance[spent++]!;
};

/**
 * A call's id: a UUID, as LiteLLM's `x-litellm-call-id` is, of version 8. Its begin is random, which is
 * what people read; its end is the instant (Unix epoch ms), by which a record is found again.
 */
export const newCallId = (wallMs = Date.now()): string => {
  for (const place of RANDOM_PLACES) written[place] = DIGITS[nextByte() % 16]!;
  written[VARIANT_PLACE] = DIGITS[8 + (nextByte() % 4)]!;
  const now = Math.floor(wallMs);
  if (now !== writtenMs) {
    writtenMs = now;
    written.write(now.toString(16).padStart(TIME_DIGITS, '0'), TIME_PLACE, 'latin1');
  }
  return written.toString('latin1');
};

/** When such an id was made, Unix epoch ms; undefined of any other. */
export const timeOf = (id: string): number | undefined => {
  const time = WITH_TIME.exec(id)?.[1];
  return time === undefined ? undefined : Number.parseInt(time, 16);
};

/** The part of an id that people read and paste: its first eight characters. */
export const shortId = (id: string): string => id.slice(0, 8);

/** A secret that nobody types: 32 characters of base64url (192 bits). */
export const newToken = (): string => randomBytes(24).toString('base64url');

/** A secret for people to paste: `sk-` and 32 characters of base64url (192 bits). */
export const newSecretKey = (): string => `sk-${newToken()}`;
