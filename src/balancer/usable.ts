import { type Eligibility, type Out, type Row, whyNot } from '#balancer/eligible.ts';
import { allowedByTags, type TagFilter } from '#balancer/tags.ts';

/** A row that is well and has no room for so long is not there for this request, ms. */
const LONG_MS = 600_000;

export interface UsableRequest extends Eligibility {
  readonly rows: readonly Row[];
  readonly tags?: TagFilter | undefined;
  /** It would be sent again after a failure: then it may show how a deployment is that has failed. */
  readonly retryable?: boolean | undefined;
  /** Another group is asked where nobody of this one is well. */
  readonly hasFallback?: boolean | undefined;
}

/**
 * Of the rows that would do, those that are well; all of them when nobody is, for the last usable one
 * is never left out: but for a request that has another group to go to. One that is well and has just failed this request still counts: it is better to
 * ask it again in a moment than one that fails all the time.
 */
export const usableRows = (
  able: readonly Row[],
  request: UsableRequest,
  out: Out[],
): readonly Row[] => {
  if (request.pinned !== undefined || able.every(isWell)) return able;
  const well = able.filter((row) => isUsable(row, request));
  if (!request.hasFallback && !somebodyIsWell(request)) return able;
  for (const row of able)
    if (!well.includes(row))
      out.push({ name: row.name, reason: 'unusable', why: row.health?.why ?? '' });
  return well;
};

/** Until one that is left out may be probed and has room, ms. */
export const backMs = ({ health, waitMs, held }: Row): number =>
  health?.state === 'out' && held === undefined ? Math.max(health.backMs, waitMs) : Infinity;

/** Nobody is well: those whose last failure is the longest ago, and refused keys last of all. */
export const leastFailed = (rows: readonly Row[]): readonly Row[] => {
  if (rows.some(isWell)) return rows.filter(isWell);
  const accepted = rows.filter(({ health }) => !health?.isRefused);
  const asked = accepted.length > 0 ? accepted : rows;
  const agoMs = Math.max(...asked.map(({ health }) => health?.failedAgoMs ?? 0));
  return asked.filter(({ health }) => health?.failedAgoMs === agoMs);
};

/** One whose next call shows how it is: it goes before all others. */
export const probed = (rows: readonly Row[]): Row | undefined =>
  rows.find(({ health }) => health?.state === 'probe');

/**
 * Without those that are only just back, but for their share of the requests: whatever the policy
 * looks for, it would find most of it where nobody is yet.
 */
export const warmed = (rows: readonly Row[], random: () => number, out: Out[]): readonly Row[] => {
  if (!rows.some(isWarming) || rows.every(isWarming)) return rows;
  return rows.filter(({ name, health }) => {
    if (health?.state !== 'warming' || random() < health.share) return true;
    out.push({ name, reason: 'warming', why: health.why });
    return false;
  });
};

const isWarming = ({ health }: Row): boolean => health?.state === 'warming';

const isWell = ({ health }: Row): boolean => health === undefined || health.state === 'warming';

const isUsable = (row: Row, { retryable = false }: UsableRequest): boolean =>
  isWell(row) || (retryable && row.health?.state === 'probe');

const somebodyIsWell = (request: UsableRequest): boolean => {
  const anew = { ...request, tried: NOTHING_TRIED };
  const well = request.rows.filter(
    (row) => isWell(row) && row.waitMs < LONG_MS && whyNot(row, anew) === undefined,
  );
  return (request.tags ? allowedByTags(well, request.tags) : well).length > 0;
};

const NOTHING_TRIED: ReadonlySet<string> = new Set();
