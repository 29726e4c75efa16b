import { lookup as askSystem, type LookupAddress, type LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Clock } from '#core/clock.ts';
import { ConnectError } from '#upstream/connect-error.ts';

/** So long the last good answer stands in for one that cannot be had, ms. */
const STALE_MS = 60_000;
/** Names come from the config; this bounds those that patterns make, too. */
const MOST_NAMES = 10_000;

/** The addresses of a name, all of them. */
export type Resolve = (
  name: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface ResolveOptions {
  readonly clock: Clock;
  /** Whether a name may lead to this address: one that the config does not name must not lead inside. */
  readonly mayReach: (name: string, address: string) => boolean;
  /** The system's own where absent. */
  readonly resolve?: Resolve;
}

interface Answer {
  readonly addresses: LookupAddress[];
  readonly at: number;
}

/**
 * What a socket asks for the addresses of a name. Each connection asks anew, so that a vendor may move;
 * while the resolver fails, what it said last holds for a minute.
 */
export const rememberingLookup = (of: ResolveOptions): LookupFunction => {
  const { clock, mayReach, resolve = askSystem } = of;
  const answers = new Map<string, Answer>();
  const remember = (name: string, addresses: LookupAddress[]): void => {
    if (answers.size >= MOST_NAMES) answers.clear();
    answers.set(name, { addresses, at: clock.now() });
  };
  return (name, options, done) => {
    const tell = (addresses: readonly LookupAddress[]): void => {
      const open = addresses.filter(({ address }) => mayReach(name, address));
      const [first] = open;
      if (!first)
        done(new ConnectError('PRIVATE_ADDRESS', 'It leads to a private address.'), '', 0);
      else if (options.all) done(null, open);
      else done(null, first.address, first.family);
    };
    resolve(name, { ...options, all: true }, (error, addresses) => {
      const last = answers.get(name);
      if (!error) {
        remember(name, addresses);
        tell(addresses);
      } else if (last && clock.now() - last.at < STALE_MS) tell(last.addresses);
      else done(error, '', 0);
    });
  };
};
