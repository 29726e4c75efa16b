import type { IncomingHttpHeaders } from 'node:http';
import { KEY_HEADERS, readCredential } from '#keys/credential.ts';
import type { KeyRing } from '#keys/key-ring.ts';
import { MinuteCounts } from '#keys/minute-counts.ts';
import type { Pass } from '#keys/pass.ts';

/** Of one key in a minute: more of the same tell nothing, and whoever still has it could fill the log. */
const MOST_RECORDS = 60;

/**
 * Whose key was shown where it opened nothing: it has expired, is blocked, or is for other paths or
 * addresses. Undefined for strangers, and for a key that has been turned away too often lately.
 */
export type TurnedAway = (headers: IncomingHttpHeaders) => Pass | undefined;

export const createTurnedAway = ({
  ring,
  keyHeader,
  now,
}: {
  readonly ring: KeyRing;
  /** The one header that carries keys, in lower case; undefined where all known ones may. */
  readonly keyHeader: string | undefined;
  readonly now: () => number;
}): TurnedAway => {
  const names = keyHeader === undefined ? KEY_HEADERS : [keyHeader];
  const counts = new MinuteCounts();
  return (headers) => {
    const pass = passIn(headers, names, ring);
    if (!pass || counts.add(pass.key.token, now()).count > MOST_RECORDS) return undefined;
    return pass;
  };
};

const passIn = (
  headers: IncomingHttpHeaders,
  names: readonly string[],
  ring: KeyRing,
): Pass | undefined => {
  try {
    const key = readCredential(headers, names);
    return key === undefined ? undefined : ring.whose(key);
  } catch {
    // No key at all.
    return undefined;
  }
};
