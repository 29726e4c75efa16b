import type { Tenant } from '#balancer/admit.ts';
import type { FailureKind } from '#balancer/classify.ts';
import type { Out } from '#balancer/eligible.ts';
import type { LinePlace } from '#balancer/explanation.ts';
import type { LevelRecord } from '#balancer/level-record.ts';
import type { OwnLack } from '#balancer/own-side.ts';
import type { Dimension, QuotaRefusal } from '#core/quota.ts';

/** Longest record, bytes of JSON. */
export const MAX_RECORD_BYTES = 1024;

export interface AttemptRecord {
  readonly deployment: string;
  /** From the request's arrival, ms. */
  readonly startMs: number;
  /** First byte of content, from the request's arrival, ms. */
  readonly firstMs?: number | undefined;
  readonly endMs?: number | undefined;
  readonly outcome?: 'ok' | 'abandoned' | FailureKind | undefined;
  readonly status?: number | undefined;
  /** What the upstream said of the limit for whose sake it refused. */
  readonly refusal?: Omit<QuotaRefusal, 'windowMs'> | undefined;
}

/** A tenant, and its tokens. */
export type TenantTokens = readonly [tenant: string, tokens: number];

/** Where it stood when it came to wait. */
export interface WaitRecord {
  /** It was refused there, or left: nobody took it after that. */
  readonly inVain?: true;
  /** Expected to take, tokens. */
  readonly weight: number;
  readonly predictedMs: number;
  /** Absent where it may wait for as long as it takes. */
  readonly leftMs?: number;
  /** All that waited already; of these what is served first, tokens, and of whom. */
  readonly requests: number;
  readonly aheadTokens: number;
  readonly ahead: readonly TenantTokens[];
  /** What it waited for first, and until when each deployment lacked room, ms. */
  readonly pool?: string;
  /** Of that pool; where it has room and others were served first, what was scarcest. */
  readonly dimension?: Dimension;
  /** What it waited for on our own side. */
  readonly own?: OwnLack;
  readonly room: readonly (readonly [deployment: string, waitMs: number])[];
  /** Who had been given tokens of these pools in the minute before, and what others had used at least. */
  readonly used: readonly TenantTokens[];
  readonly usedElsewhere: number;
}

/** Why a request went where it went: who could, who could not and why, what was tried. ≤ 1 KB as JSON. */
export interface Decision {
  readonly id: string;
  /** When it came, Unix epoch ms. */
  readonly at: number;
  /** The one that was asked for; empty where it was refused before that was known. */
  readonly group: string;
  /** The model as its caller wrote it, where there is no group. */
  readonly asked?: string;
  /** The group that had it last, where that is another one. */
  readonly fallback?: string;
  readonly policy: string;
  readonly tenant: string;
  /** Absent while it is under way. */
  readonly status?: number;
  readonly totalMs?: number;
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  /** What they come to, nano-dollars; absent where that is not known. */
  readonly costNanos?: number;
  /** The vendor did not count: these tokens are what it has probably come to. */
  readonly usageEstimated?: true;
  /** Parameters that were left out of what its vendor was asked; absent where none were. */
  readonly dropped?: readonly string[];
  readonly queueMs: number;
  /** The last time when that was in vain, else the longest; absent where it never had to wait. */
  readonly wait?: WaitRecord;
  /** Of the last choice, each with its level where that is known. */
  readonly candidates: readonly string[];
  readonly levels: readonly (LevelRecord | null)[];
  readonly out: readonly string[];
  readonly attempts: readonly AttemptRecord[];
}

/** How much of its texts and lists a record keeps. */
export interface Bounds {
  readonly names: number;
  readonly chars: number;
  readonly attempts: number;
}

/** Tried in turn until a record fits; the last one always does. */
export const BOUNDS: readonly Bounds[] = [
  { names: 16, chars: 40, attempts: 6 },
  { names: 6, chars: 32, attempts: 4 },
  { names: 4, chars: 24, attempts: 3 },
  { names: 3, chars: 16, attempts: 3 },
  { names: 2, chars: 12, attempts: 2 },
  { names: 0, chars: 8, attempts: 1 },
];

/** Tenants and deployments that a wait names. */
const MOST_WAIT_NAMES = 3;

/** Whether it needs neither cutting nor escaping. */
export const isPlain = (text: string, chars: number): boolean =>
  text.length <= chars && PRINTED.test(text);

const PRINTED = /^[\x20-\x7e]*$/;

/** Without what is not printed: escaped it would take more room than it had. */
export const cut = (text: string, chars: number): string =>
  text.length > chars ? `${printed(text.slice(0, chars - 1))}…` : printed(text);

const printed = (text: string): string =>
  PRINTED.test(text) ? text : text.replaceAll(/\p{C}/gu, '?');

const arePlain = (texts: readonly string[], chars: number): boolean => {
  for (const text of texts) if (!isPlain(text, chars)) return false;
  return true;
};

export const listed = (
  texts: readonly string[],
  { names, chars }: Pick<Bounds, 'names' | 'chars'>,
): readonly string[] => {
  if (texts.length <= names && arePlain(texts, chars)) return texts;
  const shown = texts.slice(0, names).map((text) => cut(text, chars));
  return texts.length > names ? [...shown, `+${texts.length - names}`] : shown;
};

export const tenantText = ({ key, user }: Tenant): string => (user === '' ? key : `${key}/${user}`);

export const waitRecord = (
  { place, out }: { readonly place: LinePlace; readonly out: readonly Out[] },
  { names, chars }: Bounds,
): WaitRecord => {
  const most = Math.min(names, MOST_WAIT_NAMES);
  const counted = (counts: readonly (Tenant & { readonly tokens: number })[]): TenantTokens[] =>
    counts.slice(0, most).map((count) => [cut(tenantText(count), chars), Math.round(count.tokens)]);
  const [pool] = place.accounts;
  return {
    weight: place.weight,
    predictedMs: Math.round(Math.min(place.predictedMs, Number.MAX_SAFE_INTEGER)),
    ...(place.leftMs < Infinity && { leftMs: Math.round(place.leftMs) }),
    requests: place.requests,
    aheadTokens: Math.round(place.aheadTokens),
    ahead: counted(place.ahead),
    ...(pool !== undefined && { pool: cut(pool, chars) }),
    ...(place.dimension && { dimension: place.dimension }),
    ...(place.own && { own: ownRecord(place.own) }),
    room: roomOf(out)
      .slice(0, most)
      .map(([name, waitMs]) => [cut(name, chars), Math.ceil(waitMs)]),
    used: counted(place.used),
    usedElsewhere: place.usedElsewhere,
  };
};

const ownRecord = (own: OwnLack): OwnLack => ({
  ...own,
  level: Math.floor(own.level),
  waitMs: Math.ceil(Math.min(own.waitMs, Number.MAX_SAFE_INTEGER)),
});

/** When each of them has room, the first one first. */
const roomOf = (out: readonly Out[]): (readonly [string, number])[] =>
  out
    .flatMap(({ name, waitMs = Infinity }) => (waitMs < Infinity ? [[name, waitMs] as const] : []))
    .toSorted(([, a], [, b]) => a - b);
