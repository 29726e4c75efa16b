import { organisationAccount, sharedAccount } from '#balancer/account-names.ts';
import { type Json, isObject, own } from '#core/json.ts';
import type { Drawer, SharedSet } from '#balancer/sharing/shared-set.ts';

/** Somebody with a level of its own: a set, or an account that shares with nobody. */
export interface Unit {
  readonly name: string;
  readonly accounts: readonly string[];
}

const MOST_WORD_CHARS = 1024;

/** Which of one vendor's accounts for one model are one. */
export class Sets {
  readonly #drawers: ReadonlyMap<string, Drawer>;
  /** By each member. */
  readonly #sets = new Map<string, SharedSet>();
  /** Accounts that have shown to be on their own, and of what limits they have shown it. */
  readonly #apart = new Map<string, string>();

  constructor(drawers: readonly Drawer[]) {
    this.#drawers = new Map(drawers.map((drawer) => [drawer.account, drawer]));
  }

  get accounts(): readonly string[] {
    return [...this.#drawers.keys()];
  }

  drawer(account: string): Drawer {
    return this.#drawers.get(account)!;
  }

  all(): readonly SharedSet[] {
    return [...new Set(this.#sets.values())];
  }

  of(account: string): SharedSet | undefined {
    return this.#sets.get(account);
  }

  unit(account: string): Unit {
    const set = this.#sets.get(account);
    return set
      ? { name: set.account, accounts: set.members }
      : { name: account, accounts: [account] };
  }

  /** Makes one of several units. */
  unite(units: readonly Unit[], organization: string | undefined): SharedSet {
    const members = units.flatMap(({ accounts }) => accounts);
    const known = units.flatMap(({ accounts: [first] }) => this.#sets.get(first!) ?? []);
    const named = organization ?? known.find((set) => set.organization !== undefined)?.organization;
    const { vendor, model } = this.drawer(members[0]!);
    const account =
      named === undefined
        ? (known[0]?.account ?? sharedAccount(members[0]!))
        : organisationAccount({ organization: named, vendor, model });
    return this.#enter({ account, members, ...(named !== undefined && { organization: named }) });
  }

  /** Its members are on their own. */
  dissolve(set: SharedSet): void {
    for (const member of set.members) this.#sets.delete(member);
  }

  /** `limits`: of what it has shown that it is on its own; with other ones it may be otherwise. */
  keepApart(account: string, limits: string): void {
    this.#apart.set(account, limits);
  }

  isApart(account: string, limits: string): boolean {
    return this.#apart.get(account) === limits;
  }

  save(): { sets: Json[]; apart: Json[] } {
    const sets = this.all().map(({ members, organization }): Json => ({
      members: [...members],
      ...(organization !== undefined && { organization }),
    }));
    return {
      sets,
      apart: [...this.#apart].map(([account, limits]): Json => ({ account, limits })),
    };
  }

  /** Takes over what was saved of these accounts, as far as the config still has them. */
  load(saved: { readonly sets: readonly Json[]; readonly apart: readonly Json[] }): void {
    for (const each of saved.apart) {
      if (!isObject(each)) continue;
      const account = own(each, 'account');
      const limits = own(each, 'limits');
      if (isWord(account) && isWord(limits) && this.#drawers.has(account))
        this.keepApart(account, limits);
    }
    for (const each of saved.sets) {
      const members = isObject(each) ? own(each, 'members') : undefined;
      if (!isObject(each) || !Array.isArray(members)) continue;
      const units = this.accounts
        .filter((account) => members.includes(account) && this.#isFree(account))
        .map((account) => this.unit(account));
      const organization = own(each, 'organization');
      if (units.length > 1) this.unite(units, isWord(organization) ? organization : undefined);
    }
  }

  #isFree(account: string): boolean {
    return !this.#sets.has(account) && !this.drawer(account).isPooled;
  }

  #enter(set: SharedSet): SharedSet {
    for (const member of set.members) this.#sets.set(member, set);
    return set;
  }
}

const isWord = (value: Json | undefined): value is string =>
  typeof value === 'string' && value.length <= MOST_WORD_CHARS;
