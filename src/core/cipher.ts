import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const METHOD = 'aes-256-gcm';
export const CIPHER_KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
/** A shorter tag is easier to guess: none but a whole one is taken. */
const WHOLE_TAG = { authTagLength: TAG_BYTES };

/** The parts of an encrypted text. Each text has a nonce of its own. */
export interface Ciphered {
  readonly nonce: Buffer;
  readonly body: Buffer;
  readonly tag: Buffer;
}

/** AES-256-GCM. `bound` is not encrypted, and must be the same when it is read. */
export const encrypt = (key: Buffer, text: string, bound = ''): Ciphered => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(METHOD, key, nonce, WHOLE_TAG).setAAD(Buffer.from(bound));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return { nonce, body, tag: cipher.getAuthTag() };
};

/** Throws where the key or what it is bound to is another one, or anything was changed. */
export const decrypt = (key: Buffer, { nonce, body, tag }: Ciphered, bound = ''): string => {
  const decipher = createDecipheriv(METHOD, key, nonce, WHOLE_TAG);
  decipher.setAAD(Buffer.from(bound)).setAuthTag(tag);
  return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
};
