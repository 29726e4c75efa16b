import { createHash, randomBytes } from 'node:crypto';

/** A key of an app as it is kept: never the key itself. */
export interface AppKey {
  readonly id: string;
  readonly appId: string;
  /** SHA-256 of the key, hex. */
  readonly hash: string;
  /** Its last characters, so that people can tell keys apart. */
  readonly hint: string;
  /** Seconds since 1970; 0 for a key of the config. */
  readonly createdAt: number;
}

export const APP_KEY_PREFIX = 'app-';
const MOST_KEYS = 10_000;
const HINT_CHARS = 4;

/** Of a key that a config names, or of one that is made. */
const keyOf = (secret: string, appId: string, createdAt: number): AppKey => {
  const hash = createHash('sha256').update(secret).digest('hex');
  return { id: hash.slice(0, 16), appId, hash, hint: secret.slice(-HINT_CHARS), createdAt };
};

/** The keys of all apps. A key is good for one app. */
export class AppKeys {
  readonly #byHash = new Map<string, AppKey>();
  readonly #lastUsed = new Map<string, number>();
  readonly #changed: () => void;

  /** `changed` is told when the keys are others than before. */
  constructor(keys: readonly AppKey[] = [], changed: () => void = () => {}) {
    for (const key of keys) this.#byHash.set(key.hash, key);
    this.#changed = changed;
  }

  /** A new key, which nobody is shown again; undefined when there are too many. */
  create(
    appId: string,
    now: number,
  ): { readonly secret: string; readonly key: AppKey } | undefined {
    if (this.#byHash.size >= MOST_KEYS) return undefined;
    const secret = APP_KEY_PREFIX + randomBytes(18).toString('base64url');
    return { secret, key: this.add(secret, appId, now) };
  }

  add(secret: string, appId: string, createdAt: number): AppKey {
    const key = keyOf(secret, appId, createdAt);
    this.#byHash.set(key.hash, key);
    this.#changed();
    return key;
  }

  delete(appId: string, id: string): boolean {
    const key = this.of(appId).find((one) => one.id === id);
    if (!key) return false;
    this.#byHash.delete(key.hash);
    this.#changed();
    return true;
  }

  /** The key's app; `now` is remembered as its last use. */
  appOf(secret: string, now: number): string | undefined {
    const hash = createHash('sha256').update(secret).digest('hex');
    const key = this.#byHash.get(hash);
    if (key) this.#lastUsed.set(hash, now);
    return key?.appId;
  }

  of(appId: string): AppKey[] {
    return [...this.#byHash.values()].filter((key) => key.appId === appId);
  }

  lastUsed({ hash }: AppKey): number | undefined {
    return this.#lastUsed.get(hash);
  }

  /** Those that were made here, to be kept over a restart. */
  made(): AppKey[] {
    return [...this.#byHash.values()].filter(({ createdAt }) => createdAt > 0);
  }
}
