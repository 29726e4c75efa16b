import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { KEY_HEADERS, readCredential } from '#keys/credential.ts';
import { equalTo } from '#keys/equal-to.ts';
import { GuessWatch } from '#keys/guess-watch.ts';
import type { KeyRing, Knock } from '#keys/key-ring.ts';
import type { Pass } from '#keys/pass.ts';

/** Whose request it is. */
export interface Caller {
  /** A word that is no key: for whoever shares by callers. */
  readonly word: string;
  /** Whether it may see and change everything: it has the master key, or nobody has to have one. */
  readonly isMaster: boolean;
  /** Of a virtual key; absent of somebody who is no master where no key is needed. */
  readonly pass?: Pass;
}

/**
 * Throws SpillwayError: `unknown_key` with the same words for every key that is none, `unauthorized`
 * where there is none, and what a key says of itself to whoever has it.
 */
export type Authenticate = (knock: Knock & { readonly headers: IncomingHttpHeaders }) => Caller;

const MASTER: Caller = { word: 'master', isMaster: true };
const ANYBODY: Caller = { word: 'anybody', isMaster: true };
/** Enough of a digest to tell callers apart. */
const WORD_CHARS = 12;

export interface KeySettings {
  readonly masterKey?: string;
  /** The one header that carries keys, in lower case; absent where all known ones may. */
  readonly keyHeader?: string;
  /** Absent where there are no virtual keys. */
  readonly ring?: KeyRing;
  readonly clock: Pick<Clock, 'now'>;
}

/** Where everybody may enter, those who bring different keys are different callers all the same. */
const unchecked =
  (names: readonly string[], ring: KeyRing | undefined): Authenticate =>
  (knock) => {
    let key: string | undefined;
    try {
      key = readCredential(knock.headers, names);
    } catch {
      return ANYBODY;
    }
    if (key === undefined) return ANYBODY;
    const pass = ring?.open(key, knock);
    if (pass) return { word: pass.word, isMaster: false, pass };
    return { word: hash('sha256', key, 'hex').slice(0, WORD_CHARS), isMaster: true };
  };

/**
 * The master key opens everything, a virtual key what it says; without a master key configured,
 * everybody may enter (which is why such a gateway listens on loopback).
 */
export const createAuthenticate = (settings: KeySettings): Authenticate => {
  const { masterKey, keyHeader, ring, clock } = settings;
  const names = keyHeader === undefined ? KEY_HEADERS : [keyHeader];
  if (masterKey === undefined) return unchecked(names, ring);
  const isMasterKey = equalTo(masterKey);
  const guesses = new GuessWatch();
  return (knock) => {
    const key = readCredential(knock.headers, names);
    if (key === undefined)
      throw new SpillwayError(
        'unauthorized',
        `Authentication Error, No api key passed in. Send one as \`${keyHeader ?? 'Authorization'}: Bearer sk-…\`.`,
      );
    if (isMasterKey(key)) return MASTER;
    const pass = ring?.open(key, knock);
    if (pass) return { word: pass.word, isMaster: false, pass };
    guesses.wrong(knock.address, clock.now());
    throw new SpillwayError(
      'unknown_key',
      'Authentication Error, Invalid proxy server token passed. Check the key, or ask for one.',
      { param: 'key' },
    );
  };
};
