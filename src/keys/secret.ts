import { createHmac, hash, randomBytes } from 'node:crypto';

/** LiteLLM's public name of a key: it opens nothing. */
export const tokenOf = (key: string): string => hash('sha256', key, 'hex');

const TOKEN = /^[0-9a-f]{64}$/;

export const isToken = (text: string): boolean => TOKEN.test(text);

/**
 * What a stored key is found by. Whoever writes to the store without knowing the pepper makes no key
 * that opens anything.
 */
export const lookupOf = (token: string, pepper: string): string =>
  createHmac('sha256', pepper).update(token).digest('base64url');

/** What people see of a key. */
export const shownName = (key: string): string => `sk-...${key.slice(-4)}`;

/** Of 256 bits, as long as a SHA-256. */
export const newPepper = (): string => randomBytes(32).toString('base64url');

const MOST_CHARS = 256;
const KEY = /^sk-[\x21-\x7e]+$/;

/** Why somebody's own key cannot be one; undefined where it can. */
export const keyFault = (key: string): string | undefined => {
  if (!key.startsWith('sk-')) return "must start with 'sk-'";
  if (key.length < 8 || key.length > MOST_CHARS) return `must have 8 to ${MOST_CHARS} characters`;
  return KEY.test(key) ? undefined : 'must be plain ASCII without spaces';
};
