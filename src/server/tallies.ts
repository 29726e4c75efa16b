import type { Registry } from 'prom-client';
import { PrometheusCounter } from '#server/prometheus.ts';

/**
 * Counts in plain maps, shown by the library only when somebody looks: it finds the place of a set of
 * labels by joining and hashing it, which took 2 µs of every request.
 */
export class CountTally<Label extends string> {
  readonly #root: Place<Label> = { below: new Map(), count: undefined };
  readonly #counts: Count<Label>[] = [];
  readonly #names: readonly Label[];

  constructor(
    of: { readonly name: string; readonly help: string; readonly labelNames: readonly Label[] },
    registry: Registry,
  ) {
    const all = this.#counts;
    this.#names = of.labelNames;
    const counter = new PrometheusCounter({
      ...of,
      registers: [],
      collect() {
        this.reset();
        for (const { labels, value } of all) this.inc(labels, value);
      },
    });
    registry.registerMetric(counter);
  }

  /** Values in the order of the label's names, one for each. */
  add(values: readonly string[], by = 1): void {
    let at = this.#root;
    for (const value of values) {
      let next = at.below.get(value);
      if (!next) at.below.set(value, (next = { below: new Map(), count: undefined }));
      at = next;
    }
    at.count ??= this.#begun(values);
    at.count.value += by;
  }

  #begun(values: readonly string[]): Count<Label> {
    const labels = Object.fromEntries(this.#names.map((name, i) => [name, values[i] ?? '']));
    const count = { labels: labels as Record<Label, string>, value: 0 };
    this.#counts.push(count);
    return count;
  }
}

interface Count<Label extends string> {
  readonly labels: Record<Label, string>;
  value: number;
}

/** Where values of labels lead, one label after the other: nothing is joined to be looked up. */
interface Place<Label extends string> {
  readonly below: Map<string, Place<Label>>;
  count: Count<Label> | undefined;
}

interface Spread {
  /** Values up to each bound and above the one before; the last ones are above all. */
  readonly counts: number[];
  sum: number;
}

/** How values of one label spread over `buckets`, which are upper bounds in order. */
export class SpreadTally {
  readonly #of: SpreadOptions;
  readonly #spreads = new Map<string, Spread>();

  constructor(of: SpreadOptions) {
    this.#of = of;
  }

  add(label: string, value: number): void {
    const { buckets } = this.#of;
    let spread = this.#spreads.get(label);
    if (!spread) {
      spread = { counts: Array.from({ length: buckets.length + 1 }, () => 0), sum: 0 };
      this.#spreads.set(label, spread);
    }
    let place = 0;
    while (place < buckets.length && value > buckets[place]!) place++;
    spread.counts[place]!++;
    spread.sum += value;
  }

  /** A histogram in Prometheus' text format. */
  text(): string {
    const { name, help, label, buckets } = this.#of;
    const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
    for (const [value, { counts, sum }] of this.#spreads) {
      const own = `${label}="${escaped(value)}"`;
      let upTo = 0;
      for (const [i, count] of counts.entries()) {
        upTo += count;
        lines.push(`${name}_bucket{le="${buckets[i] ?? '+Inf'}",${own}} ${upTo}`);
      }
      lines.push(`${name}_sum{${own}} ${sum}`, `${name}_count{${own}} ${upTo}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

export interface SpreadOptions {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  readonly buckets: readonly number[];
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
