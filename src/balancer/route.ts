import { type Eligibility, type Out, type Row, whyNot } from '#balancer/eligible.ts';
import type { Policy } from '#balancer/policies/policy.ts';
import { cheaperSoon } from '#balancer/thrift.ts';
import { allowedByTags, type TagFilter } from '#balancer/tags.ts';

export interface RouteRequest extends Eligibility {
  readonly rows: readonly Row[];
  /** Absent where tags are not looked at. */
  readonly tags?: TagFilter;
  readonly stream?: boolean;
  /** How long it can spare to wait for a cheaper row, ms; absent where nobody else would use the room. */
  readonly patienceMs?: number;
  readonly policy: Policy;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface Routed {
  /** The deployment to use; absent when none can take the request now. */
  readonly choice: string | undefined;
  /** Those among whom the policy chose, by name, and as they were. */
  readonly candidates: readonly string[];
  readonly rows: readonly Row[];
  readonly out: readonly Out[];
  /**
   * Until some row that would otherwise do, and is not held, has room, ms: 0 with a choice, Infinity
   * where none will.
   */
  readonly earliestMs: number;
  /**
   * What waiting for a better choice would take: until a row of an earlier `order` than the choice's
   * has room, ms; Infinity where none will, or without a choice.
   */
  readonly betterMs: number;
  /** A row that it should rather wait for, because others need the choice's room more. */
  readonly cheaper?: { readonly name: string; readonly waitMs: number };
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
  const order = firstOrder(able);
  const fits = order !== undefined;
  const candidates: Row[] = [];
  let earliestMs = Infinity;
  let betterMs = Infinity;
  let tooLarge = able.length > 0;
  for (const row of able) {
    const { waitMs } = row;
    if (waitMs < Infinity) tooLarge = false;
    if (isReady(row)) {
      if (orderOf(row) === order) candidates.push(row);
      else out.push(laterOrder(row));
      continue;
    }
    out.push(noRoom(row));
    if (row.held === undefined && waitMs < earliestMs) earliestMs = waitMs;
    if (fits && orderOf(row) < order && waitMs < betterMs) betterMs = waitMs;
  }
  const { policy, random, patienceMs, stream = false } = request;
  const choice = fits ? (policy({ candidates, random, stream }) as Row) : undefined;
  const cheaper =
    choice && patienceMs !== undefined ? cheaperSoon(able, choice, patienceMs) : undefined;
  return {
    choice: choice?.name,
    candidates: candidates.map((row) => row.name),
    rows: candidates,
    out,
    earliestMs: fits ? 0 : earliestMs,
    betterMs,
    tooLarge,
    ...(cheaper && { cheaper: { name: cheaper.name, waitMs: cheaper.waitMs } }),
  };
};

const FOR_ROOM: ReadonlySet<Out['reason']> = new Set(['wait', 'held', 'size']);

/** Whether it is for want of room that nobody takes it now. */
export const isOutOfQuota = ({ choice, out }: Routed): boolean =>
  choice === undefined && out.some(({ reason }) => FOR_ROOM.has(reason));

const isReady = (row: Row): boolean => row.waitMs <= 0 && row.held === undefined;

const orderOf = ({ order }: Row): number => order ?? Infinity;

/** The lowest order of which some row can take the request now. */
const firstOrder = (rows: readonly Row[]): number | undefined => {
  let lowest: number | undefined;
  for (const row of rows) {
    if (!isReady(row)) continue;
    const order = orderOf(row);
    if (lowest === undefined || order < lowest) lowest = order;
  }
  return lowest;
};

/** The rows that would do if their limits had room; puts the others, and why, into `out`. */
const ableRows = (request: RouteRequest, out: Out[]): readonly Row[] => {
  for (const row of request.rows) {
    const not = whyNot(row, request);
    if (not) out.push(not);
  }
  const rows =
    out.length === 0 ? request.rows : request.rows.filter((row) => !whyNot(row, request));
  const { tags, pinned } = request;
  if (!tags || pinned !== undefined) return rows;
  const allowed = allowedByTags(rows, tags);
  for (const row of rows)
    if (!allowed.includes(row))
      out.push({ name: row.name, reason: 'tags', why: 'its tags do not match' });
  return allowed;
};

const noRoom = ({ name, waitMs, held }: Row): Out => {
  if (waitMs === Infinity) return { name, reason: 'size', why: 'too large for its limits' };
  if (held !== undefined) return { name, reason: 'held', why: held };
  return { name, reason: 'wait', why: `has room in ${Math.ceil(waitMs)} ms`, waitMs };
};

const laterOrder = ({ name, order }: Row): Out => ({
  name,
  reason: 'order',
  why: order === undefined ? 'comes after those with an order' : `order ${order} comes later`,
});
