import type { RowHealth } from '#balancer/eligible.ts';

/** How long a refused key is left alone until one call tries it again, ms. */
const REFUSED_MS = 300_000;
/** A probe that has said nothing for so long does not keep the next one waiting, ms. */
const PROBE_MS = 10_000;

/** One call with the key. */
export interface KeyCall {
  readonly startedAt: number;
}

/** Whether one key, or one key for one model, has been refused. */
export class RefusedKey {
  readonly #leastRefusals: number;
  #inARow = 0;
  #refused: { readonly at: number; until: number; probe: KeyCall | undefined } | undefined;

  /** So many refusals in a row before it is believed: some speak of one request alone. */
  constructor(leastRefusals: number) {
    this.#leastRefusals = leastRefusals;
  }

  started(call: KeyCall, now: number): void {
    if (this.#isProbed(now)) this.#refused!.probe = call;
  }

  /** The key was good. True when it had been refused before. */
  accepted(call: KeyCall): boolean {
    const refused = this.#refused;
    this.dropped(call);
    if (refused && call.startedAt < refused.at) return false;
    this.#inARow = 0;
    this.#refused = undefined;
    return refused !== undefined;
  }

  /** True when it is left alone from now on. */
  refused(call: KeyCall, now: number): boolean {
    this.dropped(call);
    this.#inARow++;
    const until = now + REFUSED_MS;
    if (this.#refused) {
      this.#refused.until = until;
      return false;
    }
    if (this.#inARow < this.#leastRefusals) return false;
    this.#refused = { at: now, until, probe: undefined };
    return true;
  }

  /** It ended without saying anything of the key. */
  dropped(call: KeyCall): void {
    if (this.#refused?.probe === call) this.#refused.probe = undefined;
  }

  /** It is another key from now on. */
  renewed(): void {
    this.#inARow = 0;
    this.#refused = undefined;
  }

  /** Undefined while it is good. */
  view(now: number): RowHealth | undefined {
    if (!this.#refused) return undefined;
    const { at, until, probe } = this.#refused;
    const of = { failedAgoMs: now - at, isRefused: true };
    if (this.#isProbed(now)) return { ...of, state: 'probe', why: 'key refused' };
    const backMs = probe === undefined ? until - now : Infinity;
    const again =
      backMs === Infinity
        ? 'one call tries it'
        : `tried again in ${Math.ceil(backMs / 60_000)} min`;
    const why = `key refused; ${again}`;
    return { ...of, state: 'out', why, backMs };
  }

  #isProbed(now: number): boolean {
    if (!this.#refused) return false;
    const { until, probe } = this.#refused;
    return now >= until && (probe === undefined || now - probe.startedAt >= PROBE_MS);
  }
}
