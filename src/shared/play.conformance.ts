import type { Admission, Admit, AdmitRequest, Lease, Spent } from '#balancer/admit.ts';
import { type Bid, bidWaitMs, lackOf, weightOf } from '#balancer/bid.ts';
import { whyNot } from '#balancer/eligible.ts';
import { Estimator } from '#balancer/estimate.ts';
import type { Member } from '#balancer/member.ts';
import { createPolicy } from '#balancer/policies/index.ts';
import { Pool } from '#balancer/pool.ts';
import type { QuotaView } from '#balancer/quota-view.ts';
import { SpillwayError } from '#core/errors.ts';
import { seededRandom } from '#core/random.ts';
import type { Chance, Happening, History } from '#shared/history.conformance.ts';
import type { MemoryOwnerDeps } from '#shared/memory.ts';
import { LeapingClock, PlayedWall, WatchedLedger } from '#shared/stage-props.conformance.ts';
import type { Course, Place, Visit, World } from '#shared/world.conformance.ts';

/** Whoever owns a balance. */
export interface Owner {
  readonly admit: Admit;
  view(): QuotaView;
}

export type OpenOwner = (deps: MemoryOwnerDeps) => Owner;

/** How often a request asks again after a refusal or a failure. */
const MOST_ASKS = 4;
/** Between two looks at who waits; off the whole milliseconds, at which things happen. */
const LOOK_MS = 331;
const LOOKS = 200;
/** Longer than any window, block and patience of a world. */
const AFTERWARDS_MS = 400_000;
/** Until a refusal comes back. */
const TRANSIT_MS = 20;

const memberOf = ({ isSplit, isBlind = false, order, ...place }: Place): Member => ({
  ...place,
  abilities: { vision: !isBlind },
  ...(order !== undefined && { order }),
  charge: ({ inputTokens, maxOutputTokens, expectedOutputTokens, choices }) => {
    const output = (maxOutputTokens ?? expectedOutputTokens) * choices;
    return isSplit
      ? { requests: 1, input: inputTokens, output }
      : { requests: 1, tokens: inputTokens + output };
  },
  settle: (charged, spent) => {
    if (!spent) return charged;
    return isSplit
      ? { requests: 1, input: spent.inputTokens, output: spent.outputTokens }
      : { requests: 1, tokens: spent.inputTokens + spent.outputTokens };
  },
});

/** Plays a world on an owner, from its first visit until long after the last, and says what happened. */
export const play = async (open: OpenOwner, world: World): Promise<History> => {
  const stage = new Stage(open, world);
  await stage.play();
  return stage.history;
};

interface Asking {
  readonly ask: number;
  readonly request: AdmitRequest;
  readonly bids: readonly Bid[];
}

class Stage {
  readonly history: (Happening & { at: number })[] = [];
  readonly #world: World;
  readonly #clock = new LeapingClock();
  readonly #ledger = new WatchedLedger((taken) => this.#note({ what: 'reserved', taken }));
  readonly #pool: Pool;
  readonly #owner: Owner;
  readonly #walls: ReadonlyMap<string, readonly PlayedWall[]>;
  readonly #waiting = new Map<number, Asking>();
  #asks = 0;

  constructor(open: OpenOwner, world: World) {
    this.#world = world;
    const estimator = new Estimator();
    const deps = { clock: this.#clock, ledger: this.#ledger, estimator };
    this.#pool = new Pool(world.places.map(memberOf), deps);
    this.#owner = open({
      ...deps,
      pool: this.#pool,
      policy: createPolicy(world.policy, {}),
      random: seededRandom(world.seed),
      queue: world.queue,
    });
    const walls = world.walls.map((wall) => [wall.account, new PlayedWall(wall)] as const);
    this.#walls = new Map(
      [...Map.groupBy(walls, ([account]) => account)].map(([account, its]) => [
        account,
        its.map(([, wall]) => wall),
      ]),
    );
  }

  async play(): Promise<void> {
    const { visits, leaps, limits } = this.#world;
    const { inner } = this.#clock;
    for (const { account, limit } of limits)
      this.#ledger.limit(account, limit, { source: 'config', now: this.#clock.now() });
    for (const { at, clock, ms } of leaps) inner.after(at, () => this.#clock.leap(clock, ms));
    for (const visit of visits) inner.after(visit.at, () => void this.#come(visit));
    for (let look = 1; look <= LOOKS; look++) inner.after(look * LOOK_MS + 0.5, () => this.#look());
    await inner.advance(AFTERWARDS_MS);
    const { accounts, lines } = this.#owner.view();
    this.#note({
      what: 'over',
      inFlight: accounts.reduce((sum, { inFlight }) => sum + inFlight, 0),
      inLine: lines.reduce((sum, { requests }) => sum + requests, 0),
    });
  }

  /** A caller comes, and asks again as long as that helps. */
  async #come(visit: Visit): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    if (visit.hangsUpAfterMs !== undefined)
      this.#clock.after(visit.hangsUpAfterMs, () => controller.abort(new Error('hung up')));
    const arrivedAt = this.#clock.now();
    const tried = new Set<string>();
    for (let asks = 0; asks < MOST_ASKS && !signal.aborted; asks++) {
      const asking = this.#asking(visit, { arrivedAt, signal, tried: new Set(tried) });
      const lease = await this.#ask(asking);
      if (!lease) return;
      const end = await this.#call(lease, { asking, course: visit.course });
      if (end === 'done' || end === 'uncounted' || end === 'abandoned') return;
      if (end !== 'minute-quota') tried.add(lease.deployment);
    }
  }

  #asking(visit: Visit, so: Pick<AdmitRequest, 'arrivedAt' | 'signal' | 'tried'>): Asking {
    const { groups, tenant, priority, demand, bytes, run, affinity, pinned, shows } = visit;
    const request: AdmitRequest = {
      groups,
      tenant,
      priority,
      demand,
      bytes,
      stream: false,
      ...so,
      waitUntil: so.arrivedAt + visit.patienceMs,
      ...(run !== undefined && { run }),
      ...(affinity !== undefined && { affinity }),
      ...(pinned !== undefined && { pinned }),
      ...(shows && { needs: { abilities: ['vision'] } }),
    };
    return { ask: this.#asks++, request, bids: this.#pool.bids(groups[0], request) };
  }

  async #ask(asking: Asking): Promise<Lease | undefined> {
    const { ask, request } = asking;
    const leftMs = Math.max(0, request.waitUntil - this.#clock.now());
    this.#note({ what: 'asked', ask, request, leftMs, weight: weightOf(asking.bids) });
    this.#waiting.set(ask, asking);
    let admission: Admission;
    try {
      admission = await this.#owner.admit(request);
    } catch (thrown) {
      this.#waiting.delete(ask);
      if (thrown instanceof SpillwayError) {
        const { code, retryAfterMs: waitMs } = thrown;
        this.#note({ what: 'refused', ask, code, waitMs, chances: this.#chances(asking) });
      } else this.#note({ what: 'left', ask });
      return undefined;
    }
    this.#waiting.delete(ask);
    const { lease } = admission;
    if (!lease) this.#note({ what: 'nobody', ask, chances: this.#chances(asking) });
    else
      this.#note({
        what: 'admitted',
        ask,
        deployment: lease.deployment,
        group: admission.group,
      });
    return lease;
  }

  /** Calls the vendor, and ends the lease twice; says how it ended the first time. */
  async #call(
    lease: Lease,
    { asking, course }: { asking: Asking; course: Course },
  ): Promise<Course['end']> {
    const { inner } = this.#clock;
    const { signal } = asking.request;
    const news = this.#pool
      .state(lease.deployment)
      .accounts.flatMap((account) => this.#walls.get(account) ?? [])
      .map((wall) => wall.news(inner.now()));
    const refused = news.find(({ refusal }) => refusal);
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = inner.after(refused ? TRANSIT_MS : course.ms, resolve);
    signal.addEventListener('abort', () => resolve());
    await promise;
    cancel();
    for (const one of refused ? [refused] : news) lease.observed(one, this.#clock.now());
    const end = signal.aborted ? 'abandoned' : refused ? 'minute-quota' : course.end;
    this.#end(lease, end, this.#spent(asking, course));
    const before = this.#levels();
    this.#end(lease, course.again, this.#spent(asking, course));
    this.#note({ what: 'ended again', before, after: this.#levels() });
    return end;
  }

  #spent({ bids }: Asking, { ratio }: Course): Spent {
    const { inputTokens = 0, expectedOutputTokens = 0 } = bids[0]?.size ?? {};
    return {
      inputTokens: Math.ceil(inputTokens * ratio),
      outputTokens: Math.ceil(expectedOutputTokens * ratio),
    };
  }

  #end(lease: Lease, end: Course['end'], spent: Spent): void {
    const now = this.#clock.now();
    if (end === 'done') {
      lease.began(now);
      lease.done(spent, now);
    } else if (end === 'uncounted') lease.done(undefined, now);
    else if (end === 'abandoned') lease.abandoned(now);
    else lease.failed(end, now);
  }

  #levels(): string {
    const { accounts } = this.#owner.view();
    return JSON.stringify(accounts.map(({ gauges, inFlight }) => [gauges, inFlight]));
  }

  #look(): void {
    const waiting = [...this.#waiting.values()].map((asking) => ({
      ask: asking.ask,
      chances: this.#chances(asking),
    }));
    const { lines } = this.#owner.view();
    const inLine = lines.reduce((sum, { requests }) => sum + requests, 0);
    this.#note({ what: 'quiet', waiting, inLine });
  }

  /** What its own group has for a request now. */
  #chances({ request, bids }: Asking): Chance[] {
    const now = this.#clock.now();
    const { arrivedAt, waitUntil } = request;
    const able = bids.filter(({ member }) => whyNot(member, request) === undefined);
    const first = Math.min(...able.map(({ member: { order = Infinity } }) => order));
    const isPatient =
      now - arrivedAt < Math.min(this.#world.queue.beforeFallbackMs, waitUntil - arrivedAt);
    return able
      .filter(({ member: { order = Infinity } }) => !isPatient || order === first)
      .map((bid) => ({
        deployment: bid.member.name,
        accounts: bid.accounts,
        short: lackOf(this.#ledger, bid, now).accounts,
        waitMs: bidWaitMs(this.#ledger, bid, now),
        isFull: bid.accounts.every((account) => this.#isFull(account, now)),
      }));
  }

  #isFull(account: string, now: number): boolean {
    return this.#ledger
      .gauges(account, now)
      .every(({ dimension, level, capacity }) => dimension === 'parallel' || level === capacity);
  }

  #note(happening: Happening): void {
    this.history.push({ ...happening, at: this.#clock.inner.now() });
  }
}
