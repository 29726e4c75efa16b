import type { Log } from '#core/log.ts';
import type { z } from '#core/schema.ts';
import {
  bodyOf,
  type BudgetRow,
  budgetRow,
  type CustomerRow,
  customerRow,
  type KeyRow,
  keyRow,
  type TeamRow,
  teamRow,
  type UserRow,
  userRow,
} from '#keys/fields.ts';
import type { Change, Shelf, Store } from '#store/store.ts';

/** All objects of one subject, in memory and in the store. */
export class Roll<Row extends object> {
  readonly #rows = new Map<string, Row>();
  readonly #shelf: Shelf;
  readonly #schema: z.ZodType<Row>;
  readonly #changed: (id: string, before: Row | undefined, after: Row | undefined) => void;

  constructor(
    shelf: Shelf,
    schema: z.ZodType<Row>,
    { changed }: { changed: (id: string, before?: Row, after?: Row) => void },
  ) {
    this.#shelf = shelf;
    this.#schema = schema;
    this.#changed = changed;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  all(): Iterable<Row> {
    return this.#rows.values();
  }

  /** What is written is true here only when it is in the store. */
  async put(id: string, row: Row): Promise<void> {
    await this.#shelf.put([{ id, body: bodyOf(row) }]);
    this.#take(id, row);
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#shelf.remove(ids);
    for (const id of ids) this.#take(id, undefined);
  }

  /** Takes over what the store says, and how many rows there are that cannot be read. */
  load(changes: readonly Change[]): number {
    let odd = 0;
    for (const { id, body } of changes) {
      const row = body && this.#schema.safeParse(body);
      if (row && !row.success) odd++;
      else this.#take(id, row?.data);
    }
    return odd;
  }

  #take(id: string, after: Row | undefined): void {
    const before = this.#rows.get(id);
    if (after === undefined) this.#rows.delete(id);
    else this.#rows.set(id, after);
    this.#changed(id, before, after);
  }
}

/**
 * Everybody and everything that has a say in who may call what: loaded at the start, looked up in
 * memory, written through to the store.
 */
export class Directory {
  readonly keys: Roll<KeyRow>;
  readonly users: Roll<UserRow>;
  readonly teams: Roll<TeamRow>;
  readonly customers: Roll<CustomerRow>;
  readonly budgets: Roll<BudgetRow>;
  readonly #byLookup = new Map<string, KeyRow>();
  readonly #byToken = new Map<string, KeyRow>();
  readonly #byAlias = new Map<string, KeyRow>();
  readonly #store: Store;
  #version = 0;

  private constructor(store: Store) {
    this.#store = store;
    const { shelves } = store;
    const changed = (): void => void this.#version++;
    this.keys = new Roll(shelves.keys, keyRow, {
      changed: (_, before, after) => this.#index(before, after),
    });
    this.users = new Roll(shelves.users, userRow, { changed });
    this.teams = new Roll(shelves.teams, teamRow, { changed });
    this.customers = new Roll(shelves.customers, customerRow, { changed });
    this.budgets = new Roll(shelves.budgets, budgetRow, { changed });
  }

  static async open(store: Store, log: Log): Promise<Directory> {
    const directory = new Directory(store);
    for (const [subject, roll] of directory.#rolls()) {
      const odd = roll.load(await store.shelves[subject].all());
      if (odd > 0) log.error({ subject, rows: odd }, 'rows of the store cannot be read, left out');
    }
    return directory;
  }

  /** Grows with every change: what was derived from it before is out of date. */
  get version(): number {
    return this.#version;
  }

  /** By what is derived from a key and the pepper. */
  find(lookup: string): KeyRow | undefined {
    return this.#byLookup.get(lookup);
  }

  byToken(token: string): KeyRow | undefined {
    return this.#byToken.get(token);
  }

  byAlias(alias: string): KeyRow | undefined {
    return this.#byAlias.get(alias);
  }

  /** What other processes have written since, for stores that are shared. */
  async refresh(sinceMs: number): Promise<void> {
    for (const [subject, roll] of this.#rolls())
      roll.load(await this.#store.shelves[subject].changedSince(sinceMs));
  }

  #rolls() {
    const { keys, users, teams, customers, budgets } = this;
    return Object.entries({ keys, users, teams, customers, budgets }) as [
      'keys' | 'users' | 'teams' | 'customers' | 'budgets',
      { load(changes: readonly Change[]): number },
    ][];
  }

  #index(before: KeyRow | undefined, after: KeyRow | undefined): void {
    this.#version++;
    if (before) {
      for (const lookup of lookupsOf(before)) this.#byLookup.delete(lookup);
      this.#byToken.delete(before.token);
      if (before.key_alias) this.#byAlias.delete(before.key_alias);
    }
    if (!after) return;
    for (const lookup of lookupsOf(after)) this.#byLookup.set(lookup, after);
    this.#byToken.set(after.token, after);
    if (after.key_alias) this.#byAlias.set(after.key_alias, after);
  }
}

const lookupsOf = ({ lookup, former }: KeyRow): string[] => [
  lookup,
  ...(former ?? []).map((each) => each.lookup),
];
