import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Fewer can be guessed by whoever has the database. */
export const LEAST_SALT_CHARS = 16;

const CIPHER = 'aes-256-gcm';
const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
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
  const key = Buffer.from(hkdfSync('sha256', saltKey, '', 'spillway seal v1', 32));
  const keyId = createHmac('sha256', key).update('id').digest('base64url').slice(0, KEY_ID_CHARS);
  const head = `${VERSION}:${keyId}:`;
  return {
    close(text, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(head + place));
      const closed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return head + Buffer.concat(closed).toString('base64url');
    },
    open(sealed, place) {
      if (!sealed.startsWith(head)) return undefined;
      const bytes = Buffer.from(sealed.slice(head.length), 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const cipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      cipher.setAAD(Buffer.from(head + place)).setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = cipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([text, cipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
};
