import { newToken } from '#core/ids.ts';
import type { KeyRing } from '#keys/key-ring.ts';
import { principalOf } from '#keys/principal.ts';
import { Sessions, type SessionsDeps } from '#keys/sessions.ts';
import type { ConsoleOptions } from '#server/console/console.ts';

/** Who is signed in at the console. Every request is looked at for them, so they are there from the start. */
export const openSessions = ({ gateway, masterKey, simulator }: ConsoleOptions): Sessions =>
  new Sessions({
    clock: gateway.clock,
    newToken,
    isOpen: simulator !== undefined,
    ...(masterKey !== undefined && { masterKey }),
    ...(gateway.accounts && { ownerOf: ownerOf(gateway.accounts.ring) }),
  });

/** What a key must be good for at least, before a console is opened with it. */
const LEAST = '/spillway/whoami';

const ownerOf =
  (ring: KeyRing): NonNullable<SessionsDeps['ownerOf']> =>
  (key, address) => {
    const pass = ring.open(key, { address, path: LEAST });
    return pass && principalOf({ word: pass.word, isMaster: false, pass });
  };
