import { exponential } from '#core/draws.ts';
import type { Json, JsonObject } from '#core/json.ts';
import type { Random } from '#core/random.ts';
import { createLimiter, type Limiter } from '#simulator/limiter.ts';
import { MINUTE_MS } from '#simulator/limit.ts';
import { defaultProfile } from '#simulator/profiles/index.ts';
import { type Call, upfrontTokens } from '../drain/workload.ts';
import { NOISE, OUTAGES, SLOW_TIMES, type StormKey } from './keys.ts';

/** What a call hears, and when. */
export type Heard =
  | {
      readonly kind: 'answer';
      readonly headers: Readonly<Record<string, string>>;
      readonly firstMs: number;
      readonly wholeMs: number;
    }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Json;
      readonly afterMs: number;
    }
  | { readonly kind: 'unreachable'; readonly afterMs: number }
  /** Whoever sent it has to give up. */
  | { readonly kind: 'silent' };

const CALLER = { organisation: 'org', project: 'project', model: 'gpt-4.1' };
const REFUSAL_MS = 20;
const BROKE_MS = 60;

/** One key at the vendor, with what is wrong with it. */
export class StormVendor {
  readonly #key: StormKey;
  readonly #random: Random;
  readonly #limiter: Limiter;

  constructor(key: StormKey, random: Random) {
    this.#key = key;
    this.#random = random;
    const of = { scope: 'project', windowMs: MINUTE_MS, refill: 'linear' } as const;
    this.#limiter = createLimiter([
      { ...of, dimension: 'requests', limit: key.rpm, burstMs: 10_000 },
      { ...of, dimension: 'tokens', limit: key.tpm },
    ]);
  }

  call(call: Call, nowMs: number, wallMs: number): Heard {
    const { fault } = this.#key;
    const outage = fault === 'down' ? OUTAGES.find((one) => isDuring(one, nowMs)) : undefined;
    if (outage?.how === 'unreachable') return { kind: 'unreachable', afterMs: REFUSAL_MS };
    if (fault === 'revoked')
      return errorOf(401, { message: 'Incorrect API key provided.', code: 'invalid_api_key' });
    const cost = { requests: 1, tokens: upfrontTokens(call) };
    const admission = this.#limiter.admit(cost, nowMs);
    if (!admission.admitted) {
      if (fault === 'bare')
        return { kind: 'error', status: 429, headers: {}, body: '', afterMs: REFUSAL_MS };
      const refused = defaultProfile.refused(admission.refusal, CALLER);
      const headers = { ...this.#headers(nowMs, wallMs), ...refused.headers };
      return { ...refused, kind: 'error', headers, afterMs: REFUSAL_MS };
    }
    const luck = this.#random();
    if (outage || luck < NOISE.errors) return this.#broke();
    if (luck < NOISE.errors + NOISE.hangs) return { kind: 'silent' };
    const times = fault === 'slow' ? SLOW_TIMES : 1;
    const firstMs = call.firstByteMs * times;
    const wholeMs = firstMs + (call.durationMs - call.firstByteMs);
    return { kind: 'answer', headers: this.#headers(nowMs, wallMs), firstMs, wholeMs };
  }

  #broke(): Heard {
    const broken = errorOf(500, { message: 'It broke.', type: 'server_error' });
    return { ...broken, afterMs: REFUSAL_MS + BROKE_MS * exponential(this.#random) };
  }

  #headers(nowMs: number, wallMs: number): Readonly<Record<string, string>> {
    if (this.#key.fault === 'bare') return {};
    return defaultProfile.limitHeaders(this.#limiter.gauges(nowMs), { wallMs, charged: {} });
  }
}

const errorOf = (status: number, error: JsonObject): Extract<Heard, { kind: 'error' }> => ({
  kind: 'error',
  status,
  headers: {},
  body: { error },
  afterMs: REFUSAL_MS,
});

const isDuring = ({ fromMs, toMs }: { fromMs: number; toMs: number }, nowMs: number): boolean =>
  nowMs >= fromMs && nowMs < toMs;
