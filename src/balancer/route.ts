import { type Eligibility, type Out, type Row, whyNot } from '#balancer/eligible.ts';
import type { Policy } from '#balancer/policies/policy.ts';
import { allowedByTags, type TagFilter } from '#balancer/tags.ts';

export interface RouteRequest extends Eligibility {
  readonly rows: readonly Row[];
  /** Absent where tags are not looked at. */
  readonly tags?: TagFilter;
  readonly stream?: boolean;
  readonly policy: Policy;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface Routed {
  /** The deployment to use; absent when none can take the request now. */
  readonly choice: string | undefined;
  /** Those among whom the policy chose, by name. */
  readonly candidates: readonly string[];
  readonly out: readonly Out[];
  /** Until some row that would otherwise do has room, ms: 0 with a choice, Infinity where none will. */
  readonly earliestMs: number;
  /**
   * What waiting for a better choice would take: until a row of an earlier `order` than the choice's
   * has room, ms; Infinity where none will, or without a choice.
   */
  readonly betterMs: number;
  /** Some rows would otherwise do, and this request is larger than the limits of every one. */
  readonly tooLarge: boolean;
}

/**
 * The one decision: pure in its rows. Serving, explaining and replaying all ask it. A later `order`
 * is used when no row of an earlier one can take the request now.
 */
export const route = (request: RouteRequest): Routed => {
  const out: Out[] = [];
  const able = ableRows(request, out);
  let earliestMs = Infinity;
  let order = Infinity;
  let fits = false;
  for (const row of able) {
    if (row.waitMs < earliestMs) earliestMs = row.waitMs;
    if (row.waitMs > 0) continue;
    fits = true;
    order = Math.min(order, row.order ?? Infinity);
  }
  const candidates: Row[] = [];
  let betterMs = Infinity;
  for (const row of able) {
    if (row.waitMs > 0) {
      out.push(noRoom(row));
      if (fits && (row.order ?? Infinity) < order) betterMs = Math.min(betterMs, row.waitMs);
    } else if ((row.order ?? Infinity) > order) out.push(laterOrder(row));
    else candidates.push(row);
  }
  const { policy, random, stream = false } = request;
  return {
    choice: fits ? policy({ candidates, random, stream }).name : undefined,
    candidates: candidates.map((row) => row.name),
    out,
    earliestMs: fits ? 0 : earliestMs,
    betterMs,
    tooLarge: able.length > 0 && earliestMs === Infinity,
  };
};

/** The rows that would do if their limits had room; puts the others, and why, into `out`. */
const ableRows = (request: RouteRequest, out: Out[]): readonly Row[] => {
  const rows: Row[] = [];
  for (const row of request.rows) {
    const not = whyNot(row, request);
    if (not) out.push(not);
    else rows.push(row);
  }
  const { tags, pinned } = request;
  if (!tags || pinned !== undefined) return rows;
  const allowed = allowedByTags(rows, tags);
  for (const row of rows)
    if (!allowed.includes(row))
      out.push({ name: row.name, reason: 'tags', why: 'its tags do not match' });
  return allowed;
};

const noRoom = ({ name, waitMs }: Row): Out =>
  waitMs === Infinity
    ? { name, reason: 'size', why: 'too large for its limits' }
    : { name, reason: 'wait', why: `has room in ${Math.ceil(waitMs)} ms`, waitMs };

const laterOrder = ({ name, order }: Row): Out => ({
  name,
  reason: 'order',
  why: order === undefined ? 'comes after those with an order' : `order ${order} comes later`,
});
