import type { Tenant } from '#balancer/admit.ts';
import type { Writable } from '#core/writable.ts';

/** What one tenant has been given of late. */
export interface Use extends Tenant {
  readonly requests: number;
  readonly tokens: number;
}

/** Use is counted in slots of this length; the present one and those before it make a minute or a little more. */
const SLOT_MS = 10_000;
const SLOTS = 7;
/** Tenants that one slot of an account tells apart: the others are one. */
const MOST_TENANTS = 64;
const OTHERS: Tenant = { key: 'others', user: '' };

interface Slot {
  number: number;
  readonly uses: Map<string, Writable<Use>>;
}

/** Who has used each account in the last minute: for those who ask who filled a quota. */
export class RecentUse {
  readonly #accounts = new Map<string, Slot[]>();
  readonly #since: number;

  /** `now`: from when on it is told. */
  constructor(now: number) {
    this.#since = now;
  }

  /** A tenant has been given so many tokens of an account. */
  given(account: string, by: Tenant & { readonly tokens: number }, now: number): void {
    let slots = this.#accounts.get(account);
    if (!slots) this.#accounts.set(account, (slots = []));
    const number = Math.floor(now / SLOT_MS);
    let slot = slots[number % SLOTS];
    if (slot?.number !== number) slots[number % SLOTS] = slot = { number, uses: new Map() };
    const { uses } = slot;
    const own = wordOf(by);
    const use = uses.get(own) ?? newUse(uses, uses.size < MOST_TENANTS ? by : OTHERS);
    use.requests++;
    use.tokens += by.tokens;
  }

  /** Whether it has been told of the whole last minute. */
  isWhole(now: number): boolean {
    return now - this.#since >= SLOT_MS * (SLOTS - 1);
  }

  /** Of these accounts together, by tenant, most first. */
  of(accounts: readonly string[], now: number): Use[] {
    const oldest = Math.floor(now / SLOT_MS) - SLOTS;
    const sums = new Map<string, Writable<Use>>();
    for (const account of accounts)
      for (const slot of this.#accounts.get(account) ?? [])
        if (slot && slot.number > oldest)
          for (const [word, { requests, tokens, ...tenant }] of slot.uses) {
            const sum = sums.get(word) ?? { ...tenant, requests: 0, tokens: 0 };
            sum.requests += requests;
            sum.tokens += tokens;
            sums.set(word, sum);
          }
    return [...sums.values()].toSorted((a, b) => b.tokens - a.tokens);
  }
}

/** The one of all others may be there already. */
const newUse = (uses: Slot['uses'], { key, user }: Tenant): Writable<Use> => {
  const word = wordOf({ key, user });
  const use = uses.get(word) ?? { key, user, requests: 0, tokens: 0 };
  uses.set(word, use);
  return use;
};

const wordOf = ({ key, user }: Tenant): string => (user === '' ? key : `${key}\n${user}`);
