import type { QuotaRefusal } from '#core/quota.ts';

/** What a failed try teaches, and what is done about it. */
export interface FailureEffect {
  /**
   * What stays spent of the reservation: `nothing` where the vendor never heard of it, `request`
   * where it refused (vendors count refusals), `all` where it may have worked.
   */
  readonly charge: 'nothing' | 'request' | 'all';
  /** What it says of the deployment: that it fails, that its key is refused, or nothing. */
  readonly health: 'none' | 'fails' | 'refused';
  /**
   * Whether the same request is sent again. `free`: at once where a limit has room, for the ledger
   * has learned from it. `budget`: as far as the group's budget for retries goes. `elsewhere`: by
   * another deployment, never by this one. `timeout`: `budget`, where the config lets time-outs be
   * retried. `never`: it fails the same everywhere, unless the config's policy says to try.
   */
  readonly retry: 'free' | 'budget' | 'elsewhere' | 'timeout' | 'never';
  /** Which of a config's fallbacks hold for it. */
  readonly fallback: FallbackKind;
  /** LiteLLM's word for it in policies of retries and allowed failures. */
  readonly word: PolicyWord;
}

/** `context-window` and `content-policy` have lists of their own in LiteLLM, `any` is for all else. */
export type FallbackKind = 'any' | 'context-window' | 'content-policy';

export type PolicyWord =
  | 'badRequest'
  | 'authentication'
  | 'timeout'
  | 'rateLimit'
  | 'contentPolicy'
  | 'internalServer'
  | 'serviceUnavailable'
  | 'badGateway'
  | 'notFound'
  | 'default';

const QUOTA = { charge: 'request', health: 'none', retry: 'free', fallback: 'any' } as const;
const FAULT = { health: 'fails', retry: 'budget', fallback: 'any' } as const;
const OWN_FAULT = { charge: 'request', health: 'none', retry: 'never', fallback: 'any' } as const;

const EFFECTS = {
  /** A limit is full and has room again soon; the ledger knows by when. */
  'minute-quota': { ...QUOTA, word: 'rateLimit' },
  /** The same for a long time: the ledger has parked its pool. */
  'day-quota': { ...QUOTA, word: 'rateLimit' },
  /** Larger than a limit of this pool: only larger pools are asked. */
  'too-large': { ...QUOTA, word: 'rateLimit' },
  /** Somebody has to pay: the ledger has parked its pool for an hour. */
  money: { ...QUOTA, word: 'rateLimit' },
  /** Traffic grew too fast: the ledger has slowed its pool down. */
  ramp: { ...QUOTA, word: 'rateLimit' },
  /** Machines are short, whatever is left of the limits. */
  capacity: { ...FAULT, charge: 'request', word: 'serviceUnavailable' },
  /** The key is refused. */
  auth: {
    charge: 'request',
    health: 'refused',
    retry: 'elsewhere',
    fallback: 'any',
    word: 'authentication',
  },
  /** The key may not do this: of its rights, or of this one request. */
  forbidden: {
    charge: 'request',
    health: 'refused',
    retry: 'elsewhere',
    fallback: 'any',
    word: 'authentication',
  },
  /** No such model at this vendor: another deployment may have it. */
  'not-found': { ...OWN_FAULT, retry: 'elsewhere', word: 'notFound' },
  /** It cannot be asked for this, and was not. */
  unsupported: {
    charge: 'nothing',
    health: 'none',
    retry: 'elsewhere',
    fallback: 'any',
    word: 'badRequest',
  },
  /** The caller's own error. */
  invalid: { ...OWN_FAULT, word: 'badRequest' },
  'context-length': { ...OWN_FAULT, fallback: 'context-window', word: 'badRequest' },
  content: { ...OWN_FAULT, fallback: 'content-policy', word: 'contentPolicy' },
  'server-error': { ...FAULT, charge: 'all', word: 'internalServer' },
  'bad-gateway': { ...FAULT, charge: 'all', word: 'badGateway' },
  /** No connection: nothing was sent. */
  connect: { ...FAULT, charge: 'nothing', word: 'default' },
  /** The connection was closed before the answer was whole. */
  reset: { ...FAULT, charge: 'all', word: 'default' },
  timeout: { ...FAULT, charge: 'all', retry: 'timeout', word: 'timeout' },
  /** An answer that is none, or not whole. */
  broken: { ...FAULT, charge: 'all', word: 'default' },
} as const satisfies Record<string, FailureEffect>;

/** The closed list of what may become of a try. */
export type FailureKind = keyof typeof EFFECTS;

export const effectOf = (kind: FailureKind): FailureEffect => EFFECTS[kind];

/** A vendor's error as its dialect has read it. */
export interface Answered {
  readonly kind:
    | 'invalid'
    | 'auth'
    | 'rate-limit'
    | 'overloaded'
    | 'timeout'
    | 'content'
    | 'context-length'
    | 'broken';
  readonly status: number;
}

const QUOTAS: Readonly<Record<QuotaRefusal['class'], FailureKind>> = {
  minute: 'minute-quota',
  day: 'day-quota',
  size: 'too-large',
  money: 'money',
  ramp: 'ramp',
};

const BROKEN: Readonly<Record<number, FailureKind>> = { 500: 'server-error', 502: 'bad-gateway' };

/**
 * A vendor's error and, where its limits had to do with it, what it said of them. A refusal with 429
 * in which the vendor's words name no limit is one for lack of machines.
 */
export const classify = (
  { kind, status }: Answered,
  refusal: QuotaRefusal['class'] | undefined,
): FailureKind => {
  if (refusal !== undefined) return QUOTAS[refusal];
  if (kind === 'rate-limit' || kind === 'overloaded') return 'capacity';
  if (kind === 'auth' && status === 403) return 'forbidden';
  if (kind === 'invalid' && status === 404) return 'not-found';
  return kind === 'broken' ? (BROKEN[status] ?? 'broken') : kind;
};
