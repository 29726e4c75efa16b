import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SpillwayError } from '#core/errors.ts';
import { equalTo } from '#keys/equal-to.ts';
import { KEY_HEADERS, readCredential } from '#keys/credential.ts';

/**
 * Whose request it is: a word that is no key. Throws SpillwayError `unauthorized`, with the same words
 * for every key that is not the right one.
 */
export type Authenticate = (headers: IncomingHttpHeaders) => string;

const MASTER = 'master';
const ANYBODY = 'anybody';
/** Enough of a digest to tell callers apart. */
const WORD_CHARS = 12;

export interface KeySettings {
  readonly masterKey?: string;
  /** The one header that carries keys, in lower case; absent where all known ones may. */
  readonly keyHeader?: string;
}

/** Where everybody may enter, those who bring different keys are different callers all the same. */
const unchecked =
  (names: readonly string[]): Authenticate =>
  (headers) => {
    try {
      const key = readCredential(headers, names);
      return key === undefined ? ANYBODY : hash('sha256', key, 'hex').slice(0, WORD_CHARS);
    } catch {
      return ANYBODY;
    }
  };

/**
 * The master key opens everything; without one configured, everybody may enter (which is why such
 * a gateway listens on loopback).
 */
export const createAuthenticate = ({ masterKey, keyHeader }: KeySettings): Authenticate => {
  const names = keyHeader === undefined ? KEY_HEADERS : [keyHeader];
  if (masterKey === undefined) return unchecked(names);
  const isMasterKey = equalTo(masterKey);
  return (headers) => {
    const key = readCredential(headers, names);
    if (key === undefined)
      throw new SpillwayError(
        'unauthorized',
        `Authentication Error, No api key passed in. Send one as \`${keyHeader ?? 'Authorization'}: Bearer sk-…\`.`,
      );
    if (!isMasterKey(key))
      throw new SpillwayError(
        'unauthorized',
        'Authentication Error, Invalid proxy server token passed. Check the key, or ask for one.',
        { param: 'key' },
      );
    return MASTER;
  };
};
