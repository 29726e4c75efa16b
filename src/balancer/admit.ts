import type { FailureKind } from '#balancer/classify.ts';
import type { Needs, UpstreamBudgets } from '#balancer/eligible.ts';
import type { Demand } from '#balancer/estimate.ts';
import type { LinePlace } from '#balancer/explanation.ts';
import type { OwnSide } from '#balancer/own-side.ts';
import type { Routed } from '#balancer/route.ts';
import type { TagFilter } from '#balancer/tags.ts';
import type { CallSignal } from '#core/call-signal.ts';
import type { QuotaNews } from '#core/quota.ts';

/** Tokens as a vendor counted them, where it did. */
export interface Spent {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
}

/** One upstream call under way. It ends exactly once, by one of the last three; later ends are void. */
export interface Lease {
  readonly deployment: string;
  /** What the call is expected to come to: what is left to go by when its vendor does not count. */
  readonly expected: Spent;
  /** What an answer of any status told of the limits behind it. */
  observed(news: QuotaNews, now: number): void;
  /** The first content has come. */
  began(now: number): void;
  done(spent: Spent | undefined, now: number): void;
  failed(kind: FailureKind, now: number): void;
  /** The caller hung up: no sample, no blame. */
  abandoned(now: number): void;
}

/** Who is charged: what waits is served in turn, key by key, and within a key user by user. */
export interface Tenant {
  readonly key: string;
  readonly user: string;
}

export type Priority = 'interactive' | 'batch';

/** What a request asks of the balance: the same for all its attempts. */
export interface AdmitRequest {
  /** The group that the caller named, then those that may stand in for it when it is out of quota. */
  readonly groups: readonly [string, ...string[]];
  /** Deployments that have failed this request already. */
  readonly tried: ReadonlySet<string>;
  readonly demand: Demand;
  readonly tenant: Tenant;
  readonly priority: Priority;
  /** Monotonic ms: when it came, and until when it may wait in line (Infinity: as long as it takes). */
  readonly arrivedAt: number;
  readonly waitUntil: number;
  readonly signal: CallSignal;
  /** It would be sent again after a failure: it may be the probe of a deployment that has failed. */
  readonly retryable?: boolean | undefined;
  /** Another group is asked where nobody of this one is well: who fails need not be asked. */
  readonly hasFallback?: boolean | undefined;
  /** Whether the answer is wanted piece by piece. */
  readonly stream: boolean;
  /** Memory that it holds while it waits. */
  readonly bytes: number;
  /** By deployment: the model to ask for, where the caller's name for it decides that. */
  readonly models?: ReadonlyMap<string, string> | undefined;
  /** The one deployment that may serve it. */
  readonly pinned?: string | undefined;
  /** Calls of one run prefer different pools. */
  readonly run?: string | undefined;
  /** Equal keys are likely to share a cached prompt. */
  readonly affinity?: string | undefined;
  readonly needs?: Needs | undefined;
  readonly tags?: TagFilter | undefined;
  /**
   * What it takes on our own side: with the first deployment that it is given, not with later ones.
   * Whoever asks ends it when the request is over.
   */
  readonly own?: OwnSide | undefined;
  readonly budgets?: UpstreamBudgets | undefined;
  /** Hears where it stands when it comes to wait, or is refused because it would wait for too long. */
  readonly hears?: { waits(place: LinePlace, routed: Routed): void } | undefined;
}

export type Admission =
  | {
      readonly lease: Lease;
      readonly routed: Routed;
      readonly queueMs: number;
      /** The group that took it. */
      readonly group: string;
    }
  /** Nobody can take it, now or later; `routed.out` says why. */
  | { readonly lease?: undefined; readonly routed: Routed; readonly queueMs: number };

/**
 * The seam between a request and whoever owns the balance: this process, or one shared by replicas.
 * Resolves when the request may go, or when nobody will ever take it; what is known at once is no
 * promise. Rejects with SpillwayError `rate_limited` when its time in line would run out first (at
 * once, with the computed wait), `too_large` when it is larger than every limit, and with the signal's
 * reason. `now`: where whoever asks has only just looked at the clock.
 */
export type Admit = (request: AdmitRequest, now?: number) => Admission | Promise<Admission>;
