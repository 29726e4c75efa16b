import type { Candidate, QuotaRow } from '#balancer/policies/policy.ts';
import type { Dimension } from '#core/quota.ts';

/** What the scarcest limit of a deployment had left, of how much. */
export type LevelRecord = readonly [dimension: Dimension, level: number, capacity: number];

/** The limit of a row of which least is left once the request has taken its part. */
export const levelRecord = ({ quota }: Candidate): LevelRecord | null => {
  let scarcest: QuotaRow | undefined;
  for (const limit of quota)
    if (!scarcest || shareLeft(limit) < shareLeft(scarcest)) scarcest = limit;
  return scarcest
    ? [scarcest.dimension, Math.floor(scarcest.level), Math.floor(scarcest.capacity)]
    : null;
};

const shareLeft = ({ level, cost, capacity }: QuotaRow): number => (level - cost) / capacity;
