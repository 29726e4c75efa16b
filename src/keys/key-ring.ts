import { SpillwayError } from '#core/errors.ts';
import type { Directory } from '#keys/directory.ts';
import type { KeyRow } from '#keys/fields.ts';
import { type Pass, type PassDeps, passOf } from '#keys/pass.ts';
import { mayTakeRoute } from '#keys/route-rule.ts';
import { lookupOf, tokenOf } from '#keys/secret.ts';

/** Who stands before the door. */
export interface Knock {
  readonly address: string;
  /** Without its query. */
  readonly path: string;
}

export interface KeyRingDeps extends PassDeps {
  readonly directory: Directory;
  readonly pepper: string;
  /** Unix epoch ms. */
  readonly wall: () => number;
}

/** Of aliases: such a key pays for the app that is called so, whoever runs it. */
export const APP_PAYER = 'app/';

/** Longer than any key: no work for the sake of a text that cannot be one. */
const MOST_CHARS = 1_024;
/** Of keys that are known by their tokens; where more come, all are found anew. */
const MOST_KNOWN = 10_000;

/** Every virtual key, found in memory. */
export class KeyRing {
  readonly #deps: KeyRingDeps;
  readonly #passes = new WeakMap<KeyRow, { readonly version: number; readonly pass: Pass }>();
  /** By token, as of one version: what a key is found by takes longest of all at the door to derive. */
  readonly #known = new Map<string, Pass>();
  #knownVersion = -1;

  constructor(deps: KeyRingDeps) {
    this.#deps = deps;
  }

  /**
   * What a key opens; undefined where nobody has it. Throws SpillwayError `expired_key`,
   * `unauthorized` for one that is blocked, `forbidden` for a path or an address that it does not
   * open: who hears that has the key.
   */
  open(key: string, knock: Knock): Pass | undefined {
    const pass = this.whose(key);
    if (pass) this.#check(pass, knock);
    return pass;
  }

  /** Whose a key is, though it may open nothing now; undefined where nobody has it. For records alone. */
  whose(key: string): Pass | undefined {
    if (key.length > MOST_CHARS) return undefined;
    const { directory } = this.#deps;
    if (this.#knownVersion !== directory.version) {
      this.#known.clear();
      this.#knownVersion = directory.version;
    }
    const token = tokenOf(key);
    return this.#known.get(token) ?? this.#found(token);
  }

  /**
   * The key that pays for what goes by this alias; undefined where there is none. Throws as `open`
   * does for one that opens nothing any more.
   */
  payer(alias: string): Pass | undefined {
    const row = this.#deps.directory.byAlias(alias);
    return row && this.alive(row);
  }

  /** Throws as `open` does for one that opens nothing any more. */
  alive(row: KeyRow): Pass {
    const pass = this.passOf(row);
    this.#checkAlive(pass);
    return pass;
  }

  /** The same for whoever has come in another way. */
  passOf(row: KeyRow): Pass {
    const { version } = this.#deps.directory;
    const known = this.#passes.get(row);
    if (known?.version === version) return known.pass;
    const pass = passOf(this.#deps, row);
    this.#passes.set(row, { version, pass });
    return pass;
  }

  #found(token: string): Pass | undefined {
    const { directory, pepper } = this.#deps;
    const lookup = lookupOf(token, pepper);
    const row = directory.find(lookup);
    if (!row) return undefined;
    if (row.lookup !== lookup) return this.#isStillGood(row, lookup) ? this.passOf(row) : undefined;
    const pass = this.passOf(row);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(token, pass);
    return pass;
  }

  /** It has been rotated, and the old one opens for a while. */
  #isStillGood({ former }: KeyRow, lookup: string): boolean {
    const until = former?.find((each) => each.lookup === lookup)?.until;
    return until !== undefined && Date.parse(until) > this.#deps.wall();
  }

  /** Without its team a key would open without the team's limits. */
  #checkTeam({ key: { team_id: id }, team }: Pass): void {
    if (!id || (team && !team.blocked)) return;
    throw new SpillwayError(
      'unauthorized',
      team
        ? `Authentication Error, Team=${id} is blocked. Update via \`/team/unblock\` if you're admin.`
        : `Authentication Error, the team of this key is gone. Team=${id}. Ask for a new key.`,
    );
  }

  #checkAlive(pass: Pass): void {
    const { key, expiresMs } = pass;
    if (key.blocked)
      throw new SpillwayError(
        'unauthorized',
        "Authentication Error, Key is blocked. Update via `/key/unblock` if you're admin.",
      );
    this.#checkTeam(pass);
    if (expiresMs === Infinity) return;
    const wallMs = this.#deps.wall();
    if (expiresMs <= wallMs)
      throw new SpillwayError(
        'expired_key',
        `Authentication Error - Expired Key. Key Expiry time ${key.expires} and current time ${new Date(wallMs).toISOString()}. Ask for a new one.`,
        { param: 'key' },
      );
  }

  #check(pass: Pass, { address, path }: Knock): void {
    this.#checkAlive(pass);
    if (!mayTakeRoute(pass.key, path))
      throw new SpillwayError(
        'forbidden',
        `This key is not allowed to call this route. Route=${path.slice(0, 200)}. Its allowed_routes say which it may.`,
      );
    if (!pass.opensFrom(address))
      throw new SpillwayError(
        'forbidden',
        'Access forbidden: this key is not allowed to be used from this address.',
      );
  }
}
