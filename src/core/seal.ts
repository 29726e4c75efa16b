import { randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { CIPHER_KEY_BYTES, decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from '#core/cipher.ts';

const SALT_BYTES = 16;

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
  const key = await derive(secret, saltBytes, CIPHER_KEY_BYTES);
  return {
    salt: saltBytes.toString('base64'),
    seal(text) {
      const { nonce, tag, body } = encrypt(key, text);
      return Buffer.concat([nonce, tag, body]).toString('base64');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      const bodyAt = NONCE_BYTES + TAG_BYTES;
      return decrypt(key, {
        nonce: bytes.subarray(0, NONCE_BYTES),
        tag: bytes.subarray(NONCE_BYTES, bodyAt),
        body: bytes.subarray(bodyAt),
      });
    },
  };
};
