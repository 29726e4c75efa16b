import type { Clock } from '#core/clock.ts';
import type { Effect } from '#simulator/faults/effect.ts';
import type { FaultRule, Victim } from '#simulator/faults/fault.ts';

/** A rule as `/simulator/faults` lists it, with its own fields beside these. */
export interface FaultReport {
  readonly id: string;
  readonly kind: string;
  /** Calls that it has met. */
  readonly struck: number;
  readonly state: 'waiting' | 'active' | 'over';
}

interface Entry {
  readonly rule: FaultRule;
  readonly id: string;
  readonly setMs: number;
  struck: number;
}

/** What strikes a call: the first rule that applies to it. */
export interface Strike {
  readonly kind: string;
  readonly effect: Effect;
}

/** More rules than these are no script any more. */
export const MOST_FAULTS = 1000;

/** Which faults are to come, on the simulator's clock. Each call meets one at most. */
export class FaultScript {
  readonly #clock: Clock;
  #entries: Entry[] = [];
  #lastId = 0;

  constructor(clock: Clock, rules: readonly FaultRule[]) {
    this.#clock = clock;
    this.add(rules);
  }

  /** Appends rules; their times count from now. False, and nothing is set, where there are too many. */
  add(rules: readonly FaultRule[]): boolean {
    if (this.#entries.length + rules.length > MOST_FAULTS) return false;
    const setMs = this.#clock.now();
    for (const rule of rules)
      this.#entries.push({ rule, id: `fault-${++this.#lastId}`, setMs, struck: 0 });
    return true;
  }

  /** Forgets the rule of this id, or all of them; false when there is none. */
  remove(id?: string): boolean {
    const kept = id === undefined ? [] : this.#entries.filter((entry) => entry.id !== id);
    const found = id === undefined || kept.length < this.#entries.length;
    this.#entries = kept;
    return found;
  }

  list(): FaultReport[] {
    return this.#entries.map((entry) => ({
      ...entry.rule.written,
      id: entry.id,
      kind: entry.rule.kind,
      struck: entry.struck,
      state: this.#stateOf(entry),
    }));
  }

  strike(call: Victim & { readonly project: string; readonly model: string }): Strike | undefined {
    for (const entry of this.#entries) {
      const { rule } = entry;
      if (this.#stateOf(entry) !== 'active' || !meets(rule, call)) continue;
      if (rule.p < 1 && call.random() >= rule.p) continue;
      const effect = rule.strike(call);
      if (effect === undefined) continue;
      entry.struck++;
      return { kind: rule.kind, effect };
    }
    return undefined;
  }

  #stateOf({ rule, setMs, struck }: Entry): FaultReport['state'] {
    const atMs = this.#clock.now() - setMs;
    if (struck >= rule.times || atMs >= rule.atMs + rule.durMs) return 'over';
    return atMs < rule.atMs ? 'waiting' : 'active';
  }
}

const meets = (
  { projects, models, stream }: FaultRule,
  call: { readonly project: string; readonly model: string; readonly stream: boolean },
): boolean =>
  (projects?.includes(call.project) ?? true) &&
  (models?.includes(call.model) ?? true) &&
  (stream ?? call.stream) === call.stream;
