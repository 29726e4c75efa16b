import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { KeySettings } from '#keys/authenticate.ts';
import { equalTo } from '#keys/equal-to.ts';
import type { Principal } from '#keys/principal.ts';

/** A person who has signed in at the console. */
export interface Session {
  /** What its page sends with every request beside the cookie, which other sites cannot read. */
  readonly csrf: string;
  /** Monotonic ms. */
  readonly endsAt: number;
  /** The virtual key that it was opened with; absent where it was the master key, or none is needed. */
  readonly key?: string;
}

export interface SessionsDeps extends Pick<KeySettings, 'masterKey'> {
  readonly clock: Clock;
  /**
   * Whose virtual key it is; undefined where nobody has it. Throws what a key says of itself to who
   * has it: blocked, expired, not for this.
   */
  readonly ownerOf?: (key: string, address: string) => Principal | undefined;
  /** A new secret: 192 bits or more, safe in a cookie. */
  readonly newToken: () => string;
  /** Whoever comes is let in: the vendor behind it is played, and nothing can be lost. */
  readonly isOpen?: boolean;
}

export const SESSION_COOKIE = 'spillway_session';
const CSRF_HEADER = 'x-spillway-csrf';

/** A working day; after that the key is asked for again, ms. */
export const SESSION_MS = 12 * 3_600_000;
/** The oldest makes room for another one. */
const MOST_SESSIONS = 1_000;
/** Wrong keys of one address, and of all together, in a minute. */
const FAILS = { windowMs: 60_000, ofAddress: 5, ofAll: 100 };
const MOST_ADDRESSES = 10_000;

/** Who is signed in, in memory: a restart asks everybody for the key again. */
export class Sessions {
  readonly #deps: SessionsDeps;
  /** By the digest of the cookie's token. */
  readonly #sessions = new Map<string, Session>();
  readonly #isMasterKey: ((key: string) => boolean) | undefined;
  /** When each address came with wrong keys, monotonic ms. */
  readonly #fails = new Map<string, readonly number[]>();

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
    this.#isMasterKey = deps.masterKey === undefined ? undefined : equalTo(deps.masterKey);
  }

  /** Whether there is a key to be asked for. */
  get needsKey(): boolean {
    return this.#isMasterKey !== undefined && !this.#deps.isOpen;
  }

  /**
   * A session for who has the master key, or a virtual one. Throws SpillwayError `unauthorized` for
   * another key, and `rate_limited` where too many of them have come.
   */
  open(key: string, address: string): { readonly token: string; readonly session: Session } {
    const isVirtual = this.needsKey && this.#isVirtual(key, address);
    const { clock, newToken } = this.#deps;
    const token = newToken();
    const session = {
      csrf: newToken(),
      endsAt: clock.now() + SESSION_MS,
      ...(isVirtual && { key }),
    };
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    this.#sessions.set(digest(token), session);
    return { token, session };
  }

  /** Whose cookie it is; undefined where nobody is signed in with it any more. */
  find(headers: IncomingHttpHeaders): Session | undefined {
    const token = tokenOf(headers);
    if (token === undefined) return undefined;
    const word = digest(token);
    const session = this.#sessions.get(word);
    if (!session || session.endsAt > this.#deps.clock.now()) return session;
    this.#sessions.delete(word);
    return undefined;
  }

  /** Who acts in a session; undefined where its key opens nothing any more. */
  whoIs({ key }: Session, address: string): Principal | undefined {
    if (key === undefined) return { role: 'proxy_admin' };
    try {
      return this.#deps.ownerOf?.(key, address);
    } catch {
      return undefined;
    }
  }

  close(headers: IncomingHttpHeaders): void {
    const token = tokenOf(headers);
    if (token !== undefined) this.#sessions.delete(digest(token));
  }

  /** Whether it is one, and not the master key. */
  #isVirtual(key: string, address: string): boolean {
    const { clock } = this.#deps;
    const now = clock.now();
    const isRecent = (at: number): boolean => at > now - FAILS.windowMs;
    for (const [one, times] of this.#fails) if (!times.some(isRecent)) this.#fails.delete(one);
    const its = (this.#fails.get(address) ?? []).filter(isRecent);
    const all = this.#fails.values().reduce((sum, { length }) => sum + length, 0);
    if (its.length >= FAILS.ofAddress || all >= FAILS.ofAll || this.#fails.size >= MOST_ADDRESSES)
      throw new SpillwayError('rate_limited', 'Too many wrong keys; try again in a minute.', {
        retryAfterMs: FAILS.windowMs,
      });
    const isMaster = this.#isMasterKey?.(key) === true;
    if (isMaster || this.#deps.ownerOf?.(key, address)) {
      this.#fails.delete(address);
      return !isMaster;
    }
    this.#fails.set(address, [...its, now]);
    throw new SpillwayError(
      'unauthorized',
      'This is neither the master key, which general_settings.master_key of the config says, nor a key that was made here.',
      { param: 'key' },
    );
  }
}

/**
 * Lets a page in that somebody has signed in at: its request goes on as if it had brought the key that
 * the session was opened with, and may what that key may. It must bring the cookie, and the page's own word, which no other site can send.
 */
export const vouchFor = (
  headers: IncomingHttpHeaders,
  sessions: Sessions,
  { masterKey, keyHeader = 'authorization' }: Pick<KeySettings, 'masterKey' | 'keyHeader'>,
): void => {
  const word = headers[CSRF_HEADER];
  if (masterKey === undefined || typeof word !== 'string') return;
  const session = sessions.find(headers);
  if (session && equalTo(session.csrf)(word))
    headers[keyHeader] = `Bearer ${session.key ?? masterKey}`;
};

const digest = (token: string): string => hash('sha256', token, 'hex');

const tokenOf = ({ cookie = '' }: IncomingHttpHeaders): string | undefined =>
  cookie
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${SESSION_COOKIE}=`))
    ?.slice(SESSION_COOKIE.length + 1);
