import type { Usage, UsageField } from '#store/spend.ts';

/**
 * Sums of spend without those of which `field` is not known and that took nothing: requests that were
 * refused before anybody was asked. They are no model's, no vendor's and nobody's.
 */
export const knownSums = (rows: readonly Usage[], field: UsageField): readonly Usage[] =>
  rows.filter(
    ({ by, nanos, tokensIn, tokensOut }) => by[field] !== '' || nanos + tokensIn + tokensOut > 0,
  );
