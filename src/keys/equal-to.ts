import { timingSafeEqual } from 'node:crypto';

/** Secrets and guesses are compared as pages of this size or more, bytes. */
const PAGE_BYTES = 128;

/**
 * Whether a text is the secret. Whole pages are compared, padded with zeros, so that the time tells
 * neither how much of it is right nor how long the secret is.
 */
export const equalTo = (secret: string): ((text: string) => boolean) => {
  const secretBytes = Buffer.byteLength(secret);
  const expected = Buffer.alloc(Math.max(PAGE_BYTES, secretBytes));
  expected.write(secret);
  const page = Buffer.alloc(expected.length);
  let written = 0;
  return (text) => {
    // UTF-8 takes three bytes a character at most: only long texts have to be counted.
    if (text.length * 3 > page.length && Buffer.byteLength(text) > page.length) return false;
    const before = written;
    written = page.write(text);
    if (written < before) page.fill(0, written, before);
    const isSame = timingSafeEqual(page, expected);
    return isSame && written === secretBytes;
  };
};
