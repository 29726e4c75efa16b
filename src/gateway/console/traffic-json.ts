import type { TrafficSecondReply } from '#gateway/console/shapes.ts';
import type { TrafficSecond } from '#gateway/traffic-meter.ts';

const NANOS = 1e9;

export const trafficJson = ({ at, counts }: TrafficSecond): TrafficSecondReply => ({
  at,
  counts: [...counts].map(([deployment, count]) => ({
    deployment,
    requests: count.requests,
    errors: count.errors,
    input_tokens: count.inputTokens,
    output_tokens: count.outputTokens,
    cost_usd: count.nanos / NANOS,
    unpriced: count.unpriced,
    queue_s: Math.round(count.queueMs) / 1000,
    total_s: Math.round(count.totalMs) / 1000,
  })),
});
