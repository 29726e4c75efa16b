import type { Priority } from '#balancer/admit.ts';

/** One request of a log, as far as the log tells. */
export interface LoggedRequest {
  /** Of its file: a line, or an entry of a list. */
  readonly line: number;
  /** When it came, Unix epoch ms. */
  readonly wallMs: number;
  /** As the caller named it. */
  readonly model: string;
  readonly key: string;
  readonly user: string;
  readonly priority: Priority;
  readonly stream: boolean;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** The longest answer that it allowed, tokens. */
  readonly maxOutputTokens?: number;
  /** From being sent to its end, ms. */
  readonly tookMs?: number;
}

/** The same with what the log does not tell filled in. */
export interface TrafficRequest extends LoggedRequest {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly tookMs: number;
}

/** A line that cannot be replayed, and why. */
export interface LineFault {
  readonly line: number;
  readonly why: string;
}

export interface Traffic {
  /** By the time when they came. */
  readonly requests: readonly TrafficRequest[];
  /** Those that could not be read; the first of them are named. */
  readonly broken: { readonly count: number; readonly first: readonly LineFault[] };
  /** Requests that no deployment had to serve (a wrong key, a wrong path), by their status. */
  readonly passedOver: ReadonlyMap<number, number>;
}
