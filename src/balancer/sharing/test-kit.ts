import type { SharingNews } from '#balancer/sharing/shared-set.ts';
import { Sharing } from '#balancer/sharing/sharing.ts';
import { type Random, seededRandom } from '#core/random.ts';

const MINUTE_MS = 60_000;

export interface Played {
  readonly seed: number;
  /** For each key the bucket that it draws from. */
  readonly buckets: readonly number[];
  /** Tokens per minute of each bucket. */
  readonly limit: number;
  /** Of all buckets together, the share that is asked for; what finds no room is refused. */
  readonly load: number;
  readonly meanTokens: number;
  readonly minutes: number;
  /** The organisation that a key's answers name. */
  readonly organization?: (key: number) => string | undefined;
  /** Somebody else's use of a key's bucket, as a share of it. */
  readonly hidden?: (key: number) => number;
  /** What we charge for what the vendor counts as one token. */
  readonly ratio?: number;
  /** Calls go to the key that seems to have the most left, instead of any. */
  readonly levelled?: boolean;
  /** How much of a minute's limit can be spent at once, ms; of a linear limit. */
  readonly burstMs?: number;
  /** It comes back whole at each full minute. */
  readonly fixed?: boolean;
  readonly pooled?: (key: number) => boolean;
}

const exponential = (random: Random, mean: number): number => -Math.log(1 - random()) * mean;

/** A vendor with linear buckets and network delays, and what is found of its keys. */
export const play = (of: Played) => {
  const random = seededRandom(of.seed);
  const { limit, meanTokens, minutes, ratio = 1 } = of;
  const perMs = limit / MINUTE_MS;
  const sharing = new Sharing(
    of.buckets.map((_, key) => {
      const isPooled = of.pooled?.(key) ?? false;
      return { account: `k${key}`, vendor: 'v', model: 'm', pools: [`k${key}`], isPooled };
    }),
  );
  const found: SharingNews[] = [];
  /** What was left in truth when it was found. */
  const lefts: number[] = [];
  const events: { readonly at: number; run(now: number): void }[] = [];
  const after = (at: number, run: (now: number) => void): void => {
    let place = events.length;
    while (place > 0 && events[place - 1]!.at < at) place--;
    events.splice(place, 0, { at, run });
  };
  const levels = new Map(of.buckets.map((bucket) => [bucket, { left: limit, at: 0 }]));
  const level = (key: number, now: number) => {
    const its = levels.get(of.buckets[key]!)!;
    const most = (limit * (of.burstMs ?? MINUTE_MS)) / MINUTE_MS;
    const isNew = Math.floor(now / MINUTE_MS) > Math.floor(its.at / MINUTE_MS);
    const back = of.fixed ? (isNew ? limit : 0) : (now - its.at) * perMs;
    its.left = Math.min(most, its.left + back);
    its.at = now;
    return its;
  };
  const seeming = of.buckets.map(() => limit);
  const tokens = (): number => Math.ceil(meanTokens * (0.5 + random()));

  const call = (now: number): void => {
    const any = Math.floor(random() * of.buckets.length);
    const key = of.levelled ? seeming.indexOf(Math.max(...seeming)) : any;
    const caller = { account: `k${key}`, model: 'm' };
    const charged = tokens();
    const cost = { requests: 1, tokens: Math.ceil(charged * ratio) };
    const organization = of.organization?.(key);
    const hear = (told: number | undefined, at: number): void => {
      const limits = { dimension: 'tokens', windowMs: MINUTE_MS, limit } as const;
      const news = {
        told: told === undefined ? [] : [{ ...limits, remaining: told }],
        ...(told === undefined && { refusal: { class: 'minute' as const } }),
        ...(organization !== undefined && { organization }),
      };
      const heard = sharing.heard({ ...caller, news, chargedAt: now, cost, now: at });
      if (!heard) return;
      found.push(heard);
      lefts.push(level(key, at).left);
    };
    seeming[key]! -= cost.tokens;
    sharing.charged(caller, cost, now);
    after(now + 20 + 60 * random(), (arrivedAt) => {
      const its = level(key, arrivedAt);
      const fits = its.left >= charged;
      if (fits) its.left -= charged;
      const left = Math.floor(its.left);
      after(arrivedAt + (fits ? 300 + 1000 * random() : 20), (at) => {
        seeming[key] = left;
        if (!fits) sharing.charged(caller, { tokens: -cost.tokens }, at);
        hear(fits ? left : undefined, at);
      });
    });
  };
  const useElsewhere = (key: number, now: number): void => {
    const its = level(key, now);
    const more = tokens();
    if (its.left >= more) its.left -= more;
  };

  const end = minutes * MINUTE_MS;
  const arrivals = (perMsAsked: number, arrive: (now: number) => void): void => {
    const meanMs = meanTokens / perMsAsked;
    const next = (now: number): void => {
      arrive(now);
      const at = now + exponential(random, meanMs);
      if (at < end) after(at, next);
    };
    after(exponential(random, meanMs), next);
  };
  arrivals(levels.size * perMs * of.load, call);
  for (const key of of.buckets.keys()) {
    const share = of.hidden?.(key) ?? 0;
    if (share > 0) arrivals(perMs * share, (now) => useElsewhere(key, now));
  }
  for (let next = events.pop(); next; next = events.pop()) next.run(next.at);
  return { sharing, found, lefts };
};
