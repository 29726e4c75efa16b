import { createHmac, hkdfSync } from 'node:crypto';
import { CIPHER_KEY_BYTES, decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from '#core/cipher.ts';

/** Fewer can be guessed by whoever has the database. */
export const LEAST_SALT_CHARS = 16;

const VERSION = 'v1';
const KEY_ID_CHARS = 8;

/** Encrypts what the store is to keep and nobody is to read there. */
export interface Seal {
  /** `place`: where it is kept. What was sealed for one place opens at no other. */
  close(text: string, place: string): string;
  /** Undefined where another key closed it, or somebody has changed it. */
  open(sealed: string, place: string): string | undefined;
}

/** Undefined where the salt key is too short. */
export const sealUnder = (saltKey = ''): Seal | undefined =>
  saltKey.length < LEAST_SALT_CHARS ? undefined : sealOf(saltKey);

/** AES-256-GCM under a key that is derived from the salt key; each text has its own nonce and names its key. */
export const sealOf = (saltKey: string): Seal => {
  const key = Buffer.from(hkdfSync('sha256', saltKey, '', 'spillway seal v1', CIPHER_KEY_BYTES));
  const keyId = createHmac('sha256', key).update('id').digest('base64url').slice(0, KEY_ID_CHARS);
  const head = `${VERSION}:${keyId}:`;
  return {
    close(text, place) {
      const { nonce, body, tag } = encrypt(key, text, head + place);
      return head + Buffer.concat([nonce, body, tag]).toString('base64url');
    },
    open(sealed, place) {
      if (!sealed.startsWith(head)) return undefined;
      const bytes = Buffer.from(sealed.slice(head.length), 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const body = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
      try {
        return decrypt(key, { nonce, body, tag: bytes.subarray(-TAG_BYTES) }, head + place);
      } catch {
        return undefined;
      }
    },
  };
};
