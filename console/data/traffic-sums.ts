import type { TrafficCountReply, TrafficSecondReply } from '#gateway/console/shapes.ts';

export type TrafficSum = Omit<TrafficCountReply, 'deployment'>;

export const NO_TRAFFIC: TrafficSum = {
  requests: 0,
  errors: 0,
  input_tokens: 0,
  output_tokens: 0,
  cost_usd: 0,
  unpriced: 0,
  queue_s: 0,
  total_s: 0,
};

const plus = (a: TrafficSum, b: TrafficSum): TrafficSum => ({
  requests: a.requests + b.requests,
  errors: a.errors + b.errors,
  input_tokens: a.input_tokens + b.input_tokens,
  output_tokens: a.output_tokens + b.output_tokens,
  cost_usd: a.cost_usd + b.cost_usd,
  unpriced: a.unpriced + b.unpriced,
  queue_s: a.queue_s + b.queue_s,
  total_s: a.total_s + b.total_s,
});

/** By deployment, of the seconds after `after`. What no deployment took stands under ''. */
export const sumsOf = (
  seconds: readonly TrafficSecondReply[],
  after: number,
): ReadonlyMap<string, TrafficSum> => {
  const sums = new Map<string, TrafficSum>();
  for (const { at, counts } of seconds) {
    if (at <= after) continue;
    for (const { deployment, ...count } of counts)
      sums.set(deployment, plus(sums.get(deployment) ?? NO_TRAFFIC, count));
  }
  return sums;
};

export const total = (sums: Iterable<TrafficSum>): TrafficSum => {
  let all = NO_TRAFFIC;
  for (const one of sums) all = plus(all, one);
  return all;
};

/** One value a second for each name, from `now - length` to `now`, as a chart wants it. */
export const seriesOf = (
  seconds: readonly TrafficSecondReply[],
  names: readonly string[],
  of: {
    readonly now: number;
    readonly length: number;
    readonly value: (count: TrafficSum) => number;
  },
): { readonly times: number[]; readonly values: number[][] } => {
  const { now, length, value } = of;
  const first = now - length;
  const times = Array.from({ length }, (_, i) => first + i);
  const values = names.map(() => Array.from({ length }, () => 0));
  for (const { at, counts } of seconds) {
    const i = at - first;
    if (i < 0 || i >= length) continue;
    for (const count of counts) {
      const row = values[names.indexOf(count.deployment)];
      if (row) row[i] = (row[i] ?? 0) + value(count);
    }
  }
  return { times, values };
};
