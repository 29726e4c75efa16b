import type { AdmitRequest, Admission } from '#balancer/admit.ts';
import { type Bid, weightOf } from '#balancer/bid.ts';
import type { Waiting } from '#balancer/fair-items.ts';
import type { RouteRequest } from '#balancer/route.ts';

type Wishes = Pick<
  RouteRequest,
  'tried' | 'stream' | 'retryable' | 'hasFallback' | 'pinned' | 'needs' | 'tags' | 'budgets'
>;

const wishesOf = (request: AdmitRequest): Wishes => {
  const { tried, stream, retryable = false, hasFallback = false, pinned, needs, tags } = request;
  const { budgets } = request;
  return {
    tried,
    stream,
    retryable,
    hasFallback,
    ...(pinned !== undefined && { pinned }),
    ...(needs && { needs }),
    ...(tags && { tags }),
    ...(budgets && { budgets }),
  };
};

/** One request in line. */
export class Waiter implements Waiting {
  readonly request: AdmitRequest;
  /** What the deployments of its own group would charge. */
  bids: readonly Bid[];
  /** The same of groups that may stand in for it, as far as they were looked at. */
  readonly otherBids = new Map<string, readonly Bid[]>();
  readonly weight: number;
  readonly since: number;
  /** Those that may take it, in one word. */
  readonly groups: string;
  /** What it asks of any deployment. */
  readonly wishes: Wishes;
  readonly admission: Promise<Admission>;
  readonly resolve: (admission: Admission) => void;
  readonly reject: (reason: unknown) => void;
  /** How long an empty deployment takes to gather what it asks for, ms. */
  fillMs = 0;
  /** Whether it had to get in line. */
  waits = false;
  /** Whether a deployment has been given to it. */
  isTaken = false;
  /** Frees what its waiting holds: timers and listeners. */
  release: () => void = () => {};
  #wish: string | undefined;
  #kind: string | undefined;
  #own: string | undefined;

  /** `since`: when it asked, monotonic ms. */
  constructor(request: AdmitRequest, bids: readonly Bid[], since: number) {
    this.since = since;
    this.request = request;
    this.bids = bids;
    this.weight = weightOf(bids);
    this.groups = request.groups.join('\n');
    this.wishes = wishesOf(request);
    const { promise, resolve, reject } = Promise.withResolvers<Admission>();
    this.admission = promise;
    this.resolve = resolve;
    this.reject = reject;
  }

  get tenant() {
    return this.request.tenant;
  }

  get waitUntil() {
    return this.request.waitUntil;
  }

  get dueAt() {
    return this.request.waitUntil - this.fillMs;
  }

  /**
   * What it wishes of deployments besides room, in one word; empty where nothing. Any other request for
   * the same groups with the same wish and no less demand fares no better.
   */
  get wish(): string {
    return (this.#wish ??= wishOf(this.request));
  }

  /** There is somebody whom it may go to later than to others. */
  get hasSecondChoice(): boolean {
    const { request, bids } = this;
    return (
      request.groups.length > 1 || bids.some(({ member }) => member.order !== bids[0]!.member.order)
    );
  }

  /** Who has the same may go to the same deployments; empty for those whom nothing distinguishes. */
  get kind(): string {
    const { wish, groups, request } = this;
    return (this.#kind ??=
      wish === '' && request.groups.length === 1 ? '' : `${groups}\n\n${wish}`);
  }

  get own(): string {
    return (this.#own ??= ownWord(this.request));
  }

  /** Whether it asks for no less than `other` in every respect. */
  asksAtLeast(other: Waiter): boolean {
    const [mine] = this.bids;
    const [theirs] = other.bids;
    if (!mine || !theirs) return false;
    return (
      mine.size.inputTokens >= theirs.size.inputTokens &&
      outputOf(mine) >= outputOf(theirs) &&
      mine.size.choices >= theirs.size.choices
    );
  }
}

const outputOf = ({ size }: Bid): number => size.maxOutputTokens ?? size.expectedOutputTokens;

const wishOf = ({ tried, pinned = '', tags, needs, models }: AdmitRequest): string => {
  const { region = '', abilities = [] } = needs ?? {};
  const isPlain = tried.size === 0 && pinned === '' && !tags?.tags.length && !models;
  if (isPlain && region === '' && abilities.length === 0) return '';
  const asked = [...new Set(models?.values())];
  return JSON.stringify([pinned, tags, [...tried], region, abilities, asked]);
};

/** Nothing for one that has its place already. */
const ownWord = ({ own }: AdmitRequest): string =>
  own && !own.isHeld ? own.charges.map(({ account }) => account).join('\n') : '';
