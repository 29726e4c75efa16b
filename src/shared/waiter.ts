import type { AdmitRequest, Admission } from '#balancer/admit.ts';
import { type Bid, weightOf } from '#balancer/bid.ts';
import type { Waiting } from '#balancer/fair-items.ts';
import type { Clock } from '#core/clock.ts';

const nothing = (): void => {};

/** One request that asks for a deployment, and then waits in line for it, or not. */
export class Waiter implements Waiting {
  readonly request: AdmitRequest;
  /** What the deployments of its own group would charge. */
  bids: readonly Bid[];
  readonly weight: number;
  readonly since: number;
  /** Those that may take it, in one word. */
  readonly groups: string;
  /** How long an empty deployment takes to gather what it asks for, ms. */
  fillMs = 0;
  /** Whether it had to get in line. */
  waits = false;
  /** Whether a deployment has been given to it. */
  isTaken = false;
  /** Frees what its waiting holds: timers and listeners. */
  release = nothing;
  /** What it was given before anybody asked for a promise of it, and that promise. */
  #given: Admission | undefined;
  #promised: PromiseWithResolvers<Admission> | undefined;
  #otherBids: Map<string, readonly Bid[]> | undefined;
  #wish: string | undefined;
  #kind: string | undefined;
  #own: string | undefined;

  /** `since`: when it asked, monotonic ms. */
  constructor(request: AdmitRequest, bids: readonly Bid[], since: number) {
    this.since = since;
    this.request = request;
    this.bids = bids;
    this.weight = weightOf(bids);
    const { groups } = request;
    this.groups = groups.length === 1 ? groups[0] : groups.join('\n');
  }

  /** What becomes of it: settled by `resolve` or `reject`. */
  get admission(): Admission | Promise<Admission> {
    return this.#given ?? this.#promise.promise;
  }

  resolve(admission: Admission): void {
    if (this.#promised) this.#promised.resolve(admission);
    else this.#given = admission;
  }

  reject(reason: unknown): void {
    this.#promise.reject(reason);
  }

  get #promise(): PromiseWithResolvers<Admission> {
    return (this.#promised ??= Promise.withResolvers());
  }

  /** The bids of groups that may stand in for its own, as far as they were looked at. */
  get otherBids(): Map<string, readonly Bid[]> {
    return (this.#otherBids ??= new Map());
  }

  /** Now, to one that waits; one that has only just asked is looked at as it came. */
  now(clock: Pick<Clock, 'now'>): number {
    return this.waits ? clock.now() : this.since;
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
