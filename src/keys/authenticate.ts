import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SpillwayError } from '#core/errors.ts';
import { KEY_HEADERS, readCredential } from '#keys/credential.ts';

/** Throws SpillwayError `unauthorized`: with the same words for every key that is not the right one. */
export type Authenticate = (headers: IncomingHttpHeaders) => void;

export interface KeySettings {
  readonly masterKey?: string;
  /** The one header that carries keys, in lower case; absent where all known ones may. */
  readonly keyHeader?: string;
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

/**
 * The master key opens everything; without one configured, everybody may enter (which is why such
 * a gateway listens on loopback). Digests are compared, so that neither time nor length tells.
 */
export const createAuthenticate = ({ masterKey, keyHeader }: KeySettings): Authenticate => {
  if (masterKey === undefined) return () => {};
  const expected = digest(masterKey);
  const names = keyHeader === undefined ? KEY_HEADERS : [keyHeader];
  return (headers) => {
    const key = readCredential(headers, names);
    if (key === undefined)
      throw new SpillwayError(
        'unauthorized',
        `Authentication Error, No api key passed in. Send one as \`${keyHeader ?? 'Authorization'}: Bearer sk-…\`.`,
      );
    if (!timingSafeEqual(digest(key), expected))
      throw new SpillwayError(
        'unauthorized',
        'Authentication Error, Invalid proxy server token passed. Check the key, or ask for one.',
        { param: 'key' },
      );
  };
};
