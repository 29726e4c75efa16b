import { type Out, type Row, orderOf, whyNot } from '#balancer/eligible.ts';
import { type LevelRecord, levelRecord } from '#balancer/level-record.ts';
import type { Policy } from '#balancer/policies/policy.ts';
import { cheaperSoon } from '#balancer/thrift.ts';
import { allowedByTags } from '#balancer/tags.ts';
import {
  backMs,
  leastFailed,
  probed,
  usableRows,
  type UsableRequest,
  warmed,
} from '#balancer/usable.ts';

/** Its `tags` are absent where they are not looked at. */
export interface RouteRequest extends UsableRequest {
  readonly stream?: boolean | undefined;
  /** How long it can spare to wait for a cheaper row, ms; absent where nobody else would use the room. */
  readonly patienceMs?: number | undefined;
  readonly policy: Policy;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface Routed {
  /** The deployment to use; absent when none can take the request now. */
  readonly choice: string | undefined;
  /** Those among whom the policy chose, by name. */
  readonly candidates: readonly string[];
  /** The scarcest limit of each of the first of them, as far as it is known. */
  readonly levels: readonly (LevelRecord | null)[];
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
  readonly cheaper?: { readonly name: string; readonly waitMs: number } | undefined;
  /** Some rows would otherwise do, and this request is larger than the limits of every one. */
  readonly tooLarge: boolean;
}

/** Levels that are kept with a decision: as many as its record has room for. */
const MOST_LEVELS = 16;

/**
 * The one decision: pure in its rows. Serving, explaining and replaying all ask it. A later `order`
 * is used when no row of an earlier one can take the request now.
 */
export const route = (request: RouteRequest): Routed => {
  const out: Out[] = [];
  const rows = fittingRows(request, out);
  const able = tagged(usableRows(rows, request, out), request, out);
  const order = firstOrder(able);
  const fits = order !== undefined;
  const candidates = candidatesOf(able, order);
  let earliestMs = Infinity;
  let betterMs = Infinity;
  let tooLarge = able.length > 0;
  // Room of an earlier order need not be spared: who does not find it any more goes there.
  let hasSpare = false;
  for (const row of able) {
    const { waitMs } = row;
    if (waitMs < Infinity) tooLarge = false;
    if (isReady(row)) {
      if (orderOf(row) !== order) {
        out.push(laterOrder(row));
        hasSpare = true;
      }
      continue;
    }
    out.push(noRoom(row));
    if (row.held === undefined && waitMs < earliestMs) earliestMs = waitMs;
    if (fits && orderOf(row) < order && waitMs < betterMs) betterMs = waitMs;
  }
  // Whoever waits looks again when one comes back; with all tried, it is theirs to pause.
  if (able.length > 0 && !fits)
    for (const row of rows) earliestMs = Math.min(earliestMs, backMs(row));
  const chosen = fits ? choose(request, candidates, out) : undefined;
  const { patienceMs } = request;
  const choice = chosen?.row;
  const cheaper =
    chosen?.isFree && patienceMs !== undefined && !hasSpare
      ? cheaperSoon(able, chosen.row, patienceMs)
      : undefined;
  return {
    choice: choice?.name,
    candidates: chosen?.among.map(nameOf) ?? NOBODY,
    levels: chosen ? levelsOf(chosen.among) : NO_LEVELS,
    out,
    earliestMs: fits ? 0 : earliestMs,
    betterMs,
    tooLarge,
    cheaper: cheaper && { name: cheaper.name, waitMs: cheaper.waitMs },
  };
};

const nameOf = ({ name }: Row): string => name;
const NOBODY: readonly string[] = [];
const NO_LEVELS: Routed['levels'] = [];

const levelsOf = (rows: readonly Row[]): Routed['levels'] =>
  (rows.length > MOST_LEVELS ? rows.slice(0, MOST_LEVELS) : rows).map(levelRecord);

const FOR_ROOM: ReadonlySet<Out['reason']> = new Set(['wait', 'held', 'size']);

/** Whether it is for want of room that nobody takes it now. */
export const isOutOfQuota = ({ choice, out }: Routed): boolean =>
  choice === undefined && out.some(({ reason }) => FOR_ROOM.has(reason));

interface Chosen {
  readonly row: Row;
  readonly among: readonly Row[];
  /** The policy found it: it is neither a probe nor the last that was left. */
  readonly isFree: boolean;
}

const choose = (request: RouteRequest, ready: readonly Row[], out: Out[]): Chosen => {
  const { policy, random, pinned, stream = false } = request;
  if (pinned !== undefined || ready.every(({ health }) => health === undefined))
    return {
      row: policy({ candidates: ready, random, stream }) as Row,
      among: ready,
      isFree: true,
    };
  const probe = request.retryable ? probed(ready) : undefined;
  if (probe) return { row: probe, among: ready, isFree: false };
  const least = leastFailed(ready);
  for (const row of ready)
    if (!least.includes(row))
      out.push({ name: row.name, reason: 'unusable', why: row.health!.why });
  const among = warmed(least, random, out);
  const row = policy({ candidates: among, random, stream }) as Row;
  return { row, among, isFree: true };
};

const isReady = (row: Row): boolean => row.waitMs <= 0 && row.held === undefined;

/** Those of this order that can take it now: most often all, and then no list of their own. */
const candidatesOf = (rows: readonly Row[], order: number | undefined): readonly Row[] => {
  for (const row of rows)
    if (!isReady(row) || orderOf(row) !== order)
      return rows.filter((one) => isReady(one) && orderOf(one) === order);
  return rows;
};

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

/** The rows that would do if they were well and had room; puts the others, and why, into `out`. */
const fittingRows = (request: RouteRequest, out: Out[]): readonly Row[] => {
  for (const row of request.rows) {
    const not = whyNot(row, request);
    if (not) out.push(not);
  }
  return out.length === 0 ? request.rows : request.rows.filter((row) => !whyNot(row, request));
};

const tagged = (
  rows: readonly Row[],
  { tags, pinned }: RouteRequest,
  out: Out[],
): readonly Row[] => {
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
