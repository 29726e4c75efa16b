import type { OwnLack } from '#balancer/own-side.ts';
import type { JsonObject } from '#core/json.ts';

/** What an account of ours lacks, as the API shows it: seconds, `null` for never. */
export const ownLackJson = ({
  setting,
  dimension,
  amount,
  level,
  waitMs,
}: OwnLack): JsonObject => ({
  setting,
  dimension,
  limit: amount,
  level: Math.floor(level),
  wait_s: Number.isFinite(waitMs) ? Math.round(waitMs) / 1000 : null,
});
