import { RecentMap } from '#balancer/recent-map.ts';

/** Runs that are remembered, and accounts of each. */
const MOST_RUNS = 10_000;
const MOST_ACCOUNTS = 64;

/** Which pools the calls of a run have been given to, so that its next ones prefer others. */
export class RunMemory {
  readonly #runs = new RecentMap<Map<string, number>>(MOST_RUNS);

  calls(run: string, account: string): number {
    return this.#runs.get(run)?.get(account) ?? 0;
  }

  given(run: string, account: string): void {
    let accounts = this.#runs.get(run);
    if (!accounts) this.#runs.set(run, (accounts = new Map()));
    if (accounts.size < MOST_ACCOUNTS || accounts.has(account))
      accounts.set(account, (accounts.get(account) ?? 0) + 1);
  }
}
