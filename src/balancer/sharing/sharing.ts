import { type Json, isObject, own } from '#core/json.ts';
import type { Cost } from '#core/quota.ts';
import { type Caller, type Heard, Kin } from '#balancer/sharing/kin.ts';
import type { Drawer, SharedSet, SharingNews } from '#balancer/sharing/shared-set.ts';

/**
 * Which accounts are one, as far as answers show it: by an equal organisation, or by levels that move
 * together. Pure: instants are monotonic ms, and the same calls find the same.
 */
export class Sharing {
  /** By account; of those that have somebody to share with. */
  readonly #kins = new Map<string, Kin>();

  constructor(drawers: readonly Drawer[]) {
    const groups = Map.groupBy(drawers, ({ vendor, model }) => JSON.stringify([vendor, model]));
    for (const group of groups.values()) {
      if (group.length < 2) continue;
      const kin = new Kin(group);
      for (const { account } of group) this.#kins.set(account, kin);
    }
  }

  /** A call has gone out that its vendor charges at `at`; less than nothing, where it charged too much. */
  charged(caller: Caller, cost: Cost, at: number): void {
    this.#kins.get(caller.account)?.charged(caller, cost, at);
  }

  /** What an answer shows of who shares with whom. */
  heard(heard: Heard): SharingNews | undefined {
    return this.#kins.get(heard.account)?.hear(heard);
  }

  get sets(): readonly SharedSet[] {
    return this.#each().flatMap(({ sets }) => sets.all());
  }

  save(): Json {
    const saved = this.#each().map(({ sets }) => sets.save());
    return {
      sets: saved.flatMap(({ sets }) => sets),
      apart: saved.flatMap(({ apart }) => apart),
    };
  }

  /** Takes over what `save` gave; what the config does not have any more is left out. */
  load(saved: Json): void {
    if (!isObject(saved)) return;
    const sets = listAt(own(saved, 'sets'));
    const apart = listAt(own(saved, 'apart'));
    for (const kin of this.#each()) kin.sets.load({ sets, apart });
  }

  #each(): readonly Kin[] {
    return [...new Set(this.#kins.values())];
  }
}

const listAt = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
