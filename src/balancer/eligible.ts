import type { Candidate } from '#balancer/policies/policy.ts';

/** A deployment as its owner shows it to one request: a candidate, or the reason why it is none. */
export interface Row extends Candidate {
  /** Absent while it is well. */
  readonly health?: RowHealth | undefined;
  /** An operator has taken it out. */
  readonly isPaused?: boolean;
  /** Until its limits have room for this request, ms: 0 now, Infinity never. */
  readonly waitMs: number;
  /** Why it is not this request's turn here, although it would do; its room is for another one. */
  readonly held?: string | undefined;
  /** Lower ones are asked first; a row without a number comes after all numbers, as in LiteLLM. */
  readonly order?: number | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly region?: string | undefined;
  /** The longest prompt that its model reads, tokens. */
  readonly contextTokens?: number | undefined;
  /** What its model is known to do, or not to do; a word that is missing is not known, and allowed. */
  readonly abilities?: Readonly<Record<string, boolean>> | undefined;
}

/** Infinity where it has no number. */
export const orderOf = ({ order }: Row): number => order ?? Infinity;

/** How a deployment has answered of late, where that is not well. */
export type RowHealth = {
  readonly why: string;
  /** Since its last failure, ms. */
  readonly failedAgoMs: number;
  /** Its key was refused: it is the last that is tried when nobody is well. */
  readonly isRefused?: boolean;
} & (
  | {
      /** Only used while nobody else is usable. */
      readonly state: 'out';
      /** Until it may be probed, ms > 0; Infinity while a probe is under way. */
      readonly backMs: number;
    }
  /** The next request that could be sent again goes there, and shows how it is. */
  | { readonly state: 'probe' }
  | {
      readonly state: 'warming';
      /** It is offered to this part of the requests, > 0 and < 1. */
      readonly share: number;
    }
);

/** What a request asks of any deployment. */
export interface Needs {
  /** The prompt, tokens: rather too few than too many where it is an estimate. */
  readonly contextTokens?: number;
  /** Words of `Row.abilities`. */
  readonly abilities?: readonly string[];
  /** The only region that may serve it (`allowed_model_region`). */
  readonly region?: string;
}

/** Why a deployment was left out, as one of few words: what all rows share becomes the error. */
export type OutReason =
  | 'paused'
  | 'budget'
  | 'unusable'
  | 'warming'
  | 'tried'
  | 'pinned'
  | 'sticky'
  | 'region'
  | 'context'
  | 'ability'
  | 'tags'
  | 'size'
  | 'held'
  | 'wait'
  | 'order';

export interface Out {
  readonly name: string;
  readonly reason: OutReason;
  /** The same for people, short. */
  readonly why: string;
  /** Of `wait`: until it has room, ms. */
  readonly waitMs?: number;
}

export interface Eligibility {
  /** Deployments that have failed this request already. */
  readonly tried: ReadonlySet<string>;
  readonly needs?: Needs | undefined;
  /**
   * The deployment that was called by its own name: what the request needs and how it is tagged does
   * not matter then, as in LiteLLM.
   */
  readonly pinned?: string | undefined;
  /** The only deployment that holds what the request builds upon. */
  readonly sticky?: string;
  /** What may still be paid to whom; absent where nobody has a budget. */
  readonly budgets?: UpstreamBudgets | undefined;
}

/** What a deployment, and its vendor, may still be paid for one request. */
export interface UpstreamBudgets {
  /** Why it cannot be asked, short; undefined where it can. */
  short(deployment: string): string | undefined;
  /** Sets aside what the request may come to there, in place of what was set aside for an earlier try. */
  take(deployment: string): void;
}

/** What does not change of a row. */
type Fixed = Pick<Row, 'name' | 'isPaused' | 'region' | 'contextTokens' | 'abilities'>;

/** Why this row cannot serve this request, whatever its limits say; nothing when it can. */
export const whyNot = (row: Fixed, request: Eligibility): Out | undefined => {
  const { name } = row;
  const { needs, pinned, sticky } = request;
  if (row.isPaused) return { name, reason: 'paused', why: 'paused by an operator' };
  const short = request.budgets?.short(name);
  if (short !== undefined) return { name, reason: 'budget', why: short };
  if (pinned !== undefined && pinned !== name)
    return { name, reason: 'pinned', why: 'another one is called by its name' };
  if (request.tried.has(name)) return { name, reason: 'tried', why: 'tried' };
  if (pinned !== undefined) return undefined;
  if (sticky !== undefined && sticky !== name)
    return { name, reason: 'sticky', why: 'another one holds its state' };
  return needs && whatIsMissing(row, needs);
};

const whatIsMissing = (row: Fixed, needs: Needs): Out | undefined => {
  const { name } = row;
  if (needs.region !== undefined && needs.region !== row.region)
    return { name, reason: 'region', why: `not in ${needs.region}` };
  if (needs.contextTokens !== undefined && needs.contextTokens > (row.contextTokens ?? Infinity))
    return { name, reason: 'context', why: `reads ${row.contextTokens} tokens` };
  const { abilities } = row;
  const missing = abilities && needs.abilities?.find((word) => abilities[word] === false);
  return missing === undefined
    ? undefined
    : { name, reason: 'ability', why: `cannot do ${missing}` };
};
