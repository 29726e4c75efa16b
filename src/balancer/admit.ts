import type { Routed } from '#balancer/route.ts';

/** How a call ended, as far as a balance is concerned. */
export type FailureKind =
  | 'connect'
  | 'reset'
  | 'timeout'
  | 'rate-limit'
  | 'overloaded'
  | 'auth'
  | 'broken'
  | 'content'
  | 'invalid';

/** One upstream call under way. It ends exactly once, by one of the last three; later ends are void. */
export interface Lease {
  readonly deployment: string;
  done(now: number): void;
  failed(kind: FailureKind, now: number): void;
  /** The caller hung up: no sample, no blame. */
  abandoned(now: number): void;
}

export interface AdmitRequest {
  readonly group: string;
  /** Deployments that have failed this request already. */
  readonly tried: ReadonlySet<string>;
}

export type Admission =
  | { readonly lease: Lease; readonly routed: Routed; readonly queueMs: number }
  /** Nobody can take it; `routed.out` says why. */
  | { readonly lease?: undefined; readonly routed: Routed; readonly queueMs: number };

/** The seam between a request and whoever owns the balance: this process, or one shared by replicas. */
export type Admit = (request: AdmitRequest) => Promise<Admission>;
