import { timingSafeEqual } from 'node:crypto';

/** Secrets and guesses are compared as pages of this size or more, bytes. */
const PAGE_BYTES = 512;

/**
 * Whether a text is the secret. Whole pages are compared, padded with zeros, so that the time tells
 * neither how much of it is right nor how long the secret is.
 */
export const equalTo = (secret: string): ((text: string) => boolean) => {
  const secretBytes = Buffer.byteLength(secret);
  const expected = Buffer.alloc(Math.max(PAGE_BYTES, secretBytes));
  expected.write(secret);
  const page = Buffer.alloc(expected.length);
  return (text) => {
    const bytes = Buffer.byteLength(text);
    if (bytes > page.length) return false;
    page.fill(0, page.write(text));
    const isSame = timingSafeEqual(page, expected);
    return isSame && bytes === secretBytes;
  };
};
