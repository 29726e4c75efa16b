import { perMinuteOf } from '#balancer/per-minute.ts';
import type { Pool } from '#balancer/pool.ts';
import {
  mergedSentence,
  pooledSentence,
  type SharingFacts,
  splitSentence,
} from '#balancer/sharing/sentences.ts';
import type { SharedSet, SharingNews } from '#balancer/sharing/shared-set.ts';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { Ledger } from '#ledger/ledger.ts';

/** Keys that turn out to be one do so one after the other: they are told together, ms. */
const PAUSE_MS = 1000;

interface Known {
  readonly pool: Pool;
  readonly ledger: Ledger;
}

export interface SharingReportDeps extends Known {
  readonly clock: Clock;
  readonly log: Log;
}

/** What a set of accounts comes to. */
export const factsOf = (
  {
    account,
    members,
    organization,
  }: Pick<SharedSet, 'members' | 'organization'> & { readonly account: string },
  { pool, ledger }: Known,
  now: number,
): SharingFacts => ({
  deployments: pool.everybody
    .filter(({ accounts }) => members.includes(accounts.at(-1)!))
    .map(({ name }) => name),
  accounts: members.length,
  organization,
  perMinute: perMinuteOf(ledger.gauges(account, now)),
});

/** Logs once what has turned out to be one, what it comes to, and what is not one after all. */
export class SharingReport {
  readonly #deps: SharingReportDeps;
  #merged = new Map<string, SharedSet>();

  constructor(deps: SharingReportDeps) {
    this.#deps = deps;
  }

  found(news: SharingNews): void {
    const { clock, log } = this.#deps;
    const now = clock.now();
    if (news.kind === 'merged') {
      if (this.#merged.size === 0) clock.after(PAUSE_MS, () => this.#flush());
      for (const [account, { members }] of this.#merged)
        if (members.some((member) => news.set.members.includes(member)))
          this.#merged.delete(account);
      this.#merged.set(news.set.account, news.set);
    } else if (news.kind === 'split') {
      this.#merged.delete(news.set.account);
      log.warn({ pool: news.set.account }, splitSentence(factsOf(news.set, this.#deps, now)));
    } else {
      const [account] = news.members;
      log.warn({}, pooledSentence(factsOf({ account: account!, ...news }, this.#deps, now)));
    }
  }

  #flush(): void {
    const { clock, log } = this.#deps;
    for (const set of this.#merged.values())
      log.warn({ pool: set.account }, mergedSentence(factsOf(set, this.#deps, clock.now())));
    this.#merged.clear();
  }
}
