import type { Registry } from 'prom-client';
import { PrometheusCounter } from '#server/prometheus.ts';

/** One number that grows. */
export interface Count {
  value: number;
}

interface Labelled<Label extends string> extends Count {
  readonly labels: Record<Label, string>;
}

/**
 * Counts that are shown by the library only when somebody looks: it finds the place of a set of labels by
 * joining and hashing it, which took 2 µs of every request. Here who counts often keeps what `at` gave.
 */
export class CountTally<Label extends string> {
  readonly #counts = new Map<string, Labelled<Label>>();
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
        for (const { labels, value } of all.values()) this.inc(labels, value);
      },
    });
    registry.registerMetric(counter);
  }

  /** Shown from now on. Values in the order of the label's names, one for each. */
  at(...values: readonly string[]): Count {
    const word = JSON.stringify(values);
    let count = this.#counts.get(word);
    if (!count) {
      const labels = Object.fromEntries(this.#names.map((name, i) => [name, values[i] ?? '']));
      count = { labels: labels as Record<Label, string>, value: 0 };
      this.#counts.set(word, count);
    }
    return count;
  }
}

/** How values spread over buckets. */
export class Spread {
  readonly #buckets: readonly number[];
  /** Values up to each bound and above the one before; the last ones are above all. */
  readonly counts: number[];
  sum = 0;

  constructor(buckets: readonly number[]) {
    this.#buckets = buckets;
    this.counts = Array.from({ length: buckets.length + 1 }, () => 0);
  }

  add(value: number): void {
    const buckets = this.#buckets;
    let place = 0;
    while (place < buckets.length && value > buckets[place]!) place++;
    this.counts[place]!++;
    this.sum += value;
  }
}

/** How values of one label spread over `buckets`, which are upper bounds in order. */
export class SpreadTally {
  readonly #of: SpreadOptions;
  readonly #spreads = new Map<string, Spread>();

  constructor(of: SpreadOptions) {
    this.#of = of;
  }

  /** Shown from now on. */
  at(label: string): Spread {
    let spread = this.#spreads.get(label);
    if (!spread) this.#spreads.set(label, (spread = new Spread(this.#of.buckets)));
    return spread;
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
