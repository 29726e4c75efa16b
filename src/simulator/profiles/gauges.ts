import { type Dimension, type Gauge, perMinuteWords } from '#simulator/limit.ts';

/** Of one dimension the limit that has the least left: the one a caller must mind. */
export const scarcest = (
  gauges: readonly Gauge[],
  dimension: Dimension,
  suits: (gauge: Gauge) => boolean = () => true,
): Gauge | undefined => {
  let found: Gauge | undefined;
  for (const gauge of gauges) {
    if (gauge.dimension !== dimension || !suits(gauge)) continue;
    if (found === undefined || gauge.remaining < found.remaining) found = gauge;
  }
  return found && perMinuteWords(found);
};

/** `limit`, `remaining` and `reset`, each where it has a name, for a gauge that there is. */
export const gaugeHeaders = (
  gauge: Gauge | undefined,
  names: { readonly limit?: string; readonly remaining?: string; readonly reset?: string },
  writeReset: (resetMs: number) => string = String,
): Record<string, string> =>
  gauge === undefined
    ? {}
    : {
        ...(names.limit !== undefined && { [names.limit]: String(gauge.limit) }),
        ...(names.remaining !== undefined && { [names.remaining]: String(gauge.remaining) }),
        ...(names.reset !== undefined && { [names.reset]: writeReset(gauge.resetMs) }),
      };

/** `x-ratelimit-limit-requests` and its like, which several vendors share. */
export const standardNames = (
  dimension: 'requests' | 'tokens',
): { limit: string; remaining: string; reset: string } => ({
  limit: `x-ratelimit-limit-${dimension}`,
  remaining: `x-ratelimit-remaining-${dimension}`,
  reset: `x-ratelimit-reset-${dimension}`,
});
