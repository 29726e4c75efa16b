import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';

const KEY_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const METHOD = 'aes-256-gcm';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** Texts that only who knows the secret can read, and that nobody can change unnoticed. */
export interface Seal {
  /** What the key was made with, base64: kept beside what is sealed. */
  readonly salt: string;
  seal(text: string): string;
  /** Throws where the secret is another one, or the text was changed. */
  open(sealed: string): string;
}

/** `salt` is that of texts that are sealed already; a new one where left out. Takes some 50 ms. */
export const openSeal = async (secret: string, salt?: string): Promise<Seal> => {
  const saltBytes = salt === undefined ? randomBytes(SALT_BYTES) : Buffer.from(salt, 'base64');
  const key = await derive(secret, saltBytes, KEY_BYTES);
  return {
    salt: saltBytes.toString('base64'),
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(METHOD, key, nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      const decipher = createDecipheriv(METHOD, key, bytes.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const body = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([body, decipher.final()]).toString('utf8');
    },
  };
};
