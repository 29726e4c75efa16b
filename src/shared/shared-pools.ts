import type { Bid } from '#balancer/bid.ts';
import type { Pool } from '#balancer/pool.ts';
import type { Drawer, Levels, SharedSet } from '#balancer/sharing/shared-set.ts';
import { Sharing } from '#balancer/sharing/sharing.ts';
import type { Json } from '#core/json.ts';
import type { Cost, QuotaNews } from '#core/quota.ts';
import { SharingReport, type SharingReportDeps } from '#shared/sharing-report.ts';

/** Lets deployments draw from one account as soon as their own turn out to be one, and the other way round. */
export class SharedPools {
  readonly #deps: SharingReportDeps;
  readonly #arranged: () => void;
  readonly #report: SharingReport;
  #sharing: Sharing;

  /** `arranged` is called when deployments have begun to draw from other accounts. */
  constructor(deps: SharingReportDeps, arranged: () => void) {
    this.#deps = deps;
    this.#arranged = arranged;
    this.#report = new SharingReport(deps);
    this.#sharing = new Sharing(drawersOf(deps.pool));
  }

  /** The pool has other deployments: what was found of those that are left holds on. */
  renewed(): void {
    const saved = this.#sharing.save();
    this.#sharing = new Sharing(drawersOf(this.#deps.pool));
    this.load(saved);
  }

  get sets(): readonly SharedSet[] {
    return this.#sharing.sets;
  }

  /** `at`: when its vendor charges it. */
  sent(bid: Bid, at: number): void {
    this.#sharing.charged(callerOf(bid), bid.cost, at);
  }

  /** It came to another cost than it was charged. */
  settled(bid: Bid, { charged, cost }: { charged: Cost; cost: Cost }, now: number): void {
    this.#sharing.charged(callerOf(bid), difference(cost, charged), now);
  }

  heard(
    bid: Bid,
    news: QuotaNews,
    when: { readonly chargedAt: number; readonly now: number },
  ): void {
    const { account, model } = callerOf(bid);
    const { chargedAt, now } = when;
    const found = this.#sharing.heard({ account, model, news, cost: bid.cost, chargedAt, now });
    if (!found) return;
    if (found.kind !== 'pooled') {
      this.#arrange(found.set.members);
      for (const levels of found.levels) this.#learn(levels, when.now);
      this.#arranged();
    }
    this.#report.found(found);
  }

  save(): Json {
    return this.#sharing.save();
  }

  /** Takes over what `save` gave; the levels of what is shared are the ledger's. */
  load(saved: Json): void {
    this.#sharing.load(saved);
    for (const { members } of this.sets) this.#arrange(members);
    this.#arranged();
  }

  /** Gives these accounts' deployments what they draw from now. */
  #arrange(accounts: readonly string[]): void {
    const { pool, ledger } = this.#deps;
    for (const member of pool.everybody) {
      const own = member.accounts.at(-1)!;
      if (!accounts.includes(own)) continue;
      const set = this.sets.find(({ members }) => members.includes(own));
      // What the config states of one deployment bounds it beside what it shares. Sources need no instant.
      const isCeiling = ledger.gauges(own, 0).some(({ source }) => source === 'config');
      const outer = isCeiling ? member.accounts : member.accounts.slice(0, -1);
      pool.state(member.name).accounts = set
        ? ([...outer, set.account] as [string, ...string[]])
        : member.accounts;
    }
  }

  #learn({ account, model, told }: Levels, now: number): void {
    const { pool, ledger } = this.#deps;
    const member = pool.everybody.find(({ name }) => pool.state(name).accounts.at(-1) === account);
    if (member) ledger.learn(pool.accounts(member, model).at(-1)!, { told }, { now });
  }
}

const drawersOf = (pool: Pool): Drawer[] => {
  const drawers = new Map<string, Drawer>();
  for (const { accounts, vendor, model, isPooled = false } of pool.everybody) {
    const account = accounts.at(-1)!;
    if (vendor === undefined) continue;
    const pools = [...(drawers.get(account)?.pools ?? []), ...accounts];
    drawers.set(account, { account, vendor, model, pools, isPooled });
  }
  return [...drawers.values()];
};

const callerOf = ({ member, model }: Bid) => ({
  account: member.accounts[member.accounts.length - 1]!,
  model,
});

/** What `cost` has more than `other`, of all that comes back by itself. */
const difference = (cost: Cost, other: Cost): Cost => ({
  requests: (cost.requests ?? 0) - (other.requests ?? 0),
  tokens: (cost.tokens ?? 0) - (other.tokens ?? 0),
  input: (cost.input ?? 0) - (other.input ?? 0),
  output: (cost.output ?? 0) - (other.output ?? 0),
  money: (cost.money ?? 0) - (other.money ?? 0),
});
