/** The gateway itself: its ledger, queue, policies and attempts, with the vendor's answers as it reads them. */
import type { Lease } from '#balancer/admit.ts';
import { runAttempts, type Sent } from '#balancer/attempts.ts';
import { DecisionBuilder } from '#balancer/decision.ts';
import { Estimator } from '#balancer/estimate.ts';
import type { Member } from '#balancer/member.ts';
import { createPolicy } from '#balancer/policies/index.ts';
import { Pool } from '#balancer/pool.ts';
import { RetryBudgets } from '#balancer/retry-budget.ts';
import { classify } from '#balancer/classify.ts';
import { sleep } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import type { QuotaNews } from '#core/quota.ts';
import type { LedgerSnapshot } from '#ledger/ledger.ts';
import { findProvider } from '#providers/index.ts';
import type { QuotaRules } from '#providers/quota.ts';
import { MemoryOwner } from '#shared/memory.ts';
import { defaultProfile } from '#simulator/profiles/index.ts';
import type { Contender, CreateContender, World } from './contender.ts';
import { statedLimits } from './stated-limits.ts';
import type { BenchRequest } from './trace.ts';
import { WatchedLedger } from './watched-ledger.ts';

export interface SpillwayOptions {
  readonly policy: string;
  /** Whether the config states the limits; else they are learned from what answers tell. */
  readonly isStated: boolean;
  /** Whether answers carry headers; else refusals alone tell of limits. */
  readonly hasHeaders: boolean;
  /** What another one had saved so long ago. */
  readonly restore?: { readonly saved: Json; readonly elapsedMs: number };
}

/** Until a refusal has come back, ms: it takes no longer than the way there and back. */
const REFUSAL_MS = 20;
const RETRIES = 2;
const MODEL = 'gpt-4.1';
/** What part of a text is neither letter, digit nor space. */
const MARKS = { prose: 0.04, code: 0.18, japanese: 0 };
const CALLER = { organisation: 'org', project: 'project', model: MODEL };

export const spillway =
  (options: SpillwayOptions): CreateContender =>
  (world) =>
    new Spillway(world, options);

const NOTHING_TRIED: ReadonlySet<string> = new Set();

export class Spillway implements Contender {
  readonly #world: World;
  readonly #options: SpillwayOptions;
  readonly #ledger = new WatchedLedger();
  readonly #owner: MemoryOwner;
  readonly #budgets: RetryBudgets;
  readonly #rules: QuotaRules = findProvider('openai')!.quota;
  readonly #killed = new AbortController();
  /** Those that have not been sent. */
  readonly #open = new Set<BenchRequest>();

  constructor(world: World, options: SpillwayOptions) {
    this.#world = world;
    this.#options = options;
    this.#budgets = new RetryBudgets(world.clock);
    const { clock, random, scenario } = world;
    const ledger = this.#ledger;
    const members = scenario.keys.map((_, key) => this.#member(key));
    if (options.isStated)
      for (const [key, limits] of scenario.keys.entries())
        for (const limit of statedLimits(limits, scenario))
          ledger.limit(name(key), limit, { source: 'config', now: clock.now() });
    const { restore } = options;
    if (restore) ledger.restore(restore.saved, { elapsedMs: restore.elapsedMs, now: clock.now() });
    const estimator = new Estimator();
    const pool = new Pool(members, { clock, ledger, estimator });
    const policy = createPolicy(options.policy, {});
    const queue = {
      maxRequests: 100_000,
      maxBytes: Infinity,
      tenantShare: 1,
      batchShare: 0,
      beforeFallbackMs: 0,
    };
    this.#owner = new MemoryOwner({ clock, random, ledger, pool, estimator, policy, queue });
  }

  submit(request: BenchRequest): void {
    const { clock, random, scenario } = this.#world;
    const decision = new DecisionBuilder('', MODEL, { policy: '', arrivedMs: request.atMs });
    const isWide = request.script === 'japanese';
    const characters = isWide ? Math.round(request.promptBytes / 3) : request.promptBytes;
    const plan = {
      ask: {
        groups: [MODEL],
        tried: NOTHING_TRIED,
        signal: this.#killed.signal,
        demand: {
          ascii: isWide ? 0 : characters,
          wide: isWide ? characters : 0,
          marks: Math.round(characters * MARKS[request.script]),
          images: 0,
          maxOutputTokens: request.maxOutputTokens,
          choices: 1,
        },
        tenant: { key: String(request.tenant), user: '' },
        priority: 'interactive',
        arrivedAt: request.atMs,
        waitUntil: request.atMs + scenario.deadlineMs,
        stream: true,
        bytes: request.promptBytes,
      },
      retries: RETRIES,
      retryOnTimeout: true,
      retryAfterMs: 0,
      deadline: Infinity,
      decision,
      send: (lease: Lease) => this.#send(lease, request),
    } as const;
    this.#open.add(request);
    runAttempts({ admit: this.#owner.admit, clock, random, budgets: this.#budgets }, plan).catch(
      (thrown: unknown) => {
        if (this.#killed.signal.aborted) return;
        if (!(thrown instanceof SpillwayError)) throw thrown;
        this.#open.delete(request);
        this.#world.refuse(request);
      },
    );
  }

  /** What its ledger would write down now. */
  snapshot(): LedgerSnapshot {
    return this.#ledger.snapshot(this.#world.clock.now());
  }

  /** Ends it at once; returns the requests that it had not sent yet. */
  kill(): readonly BenchRequest[] {
    this.#killed.abort(new SpillwayError('unavailable', 'killed'));
    return [...this.#open];
  }

  overAdmissions(): number {
    return this.#ledger.overAdmissions;
  }

  async #send(lease: Lease, request: BenchRequest): Promise<Sent<void>> {
    const { clock } = this.#world;
    // It had its turn and was killed before it went.
    this.#killed.signal.throwIfAborted();
    const key = Number(lease.deployment);
    const { promptTokens: inputTokens, outputTokens } = request;
    const ended = () => lease.done({ inputTokens, outputTokens }, clock.now());
    const admission = this.#world.call(key, request, { ended });
    if (admission.admitted) {
      this.#open.delete(request);
      const headers = this.#headers(key);
      clock.after(request.firstByteMs, () => {
        lease.observed(this.#read(200, headers, ''), clock.now());
        lease.began(clock.now());
      });
      return { ok: true, reply: undefined };
    }
    const { status, headers, body } = defaultProfile.refused(admission.refusal, CALLER);
    const all = { ...this.#headers(key), ...(this.#options.hasHeaders && headers) };
    await sleep(clock, REFUSAL_MS);
    const news = this.#read(status, all, JSON.stringify(body));
    const kind = classify({ kind: 'rate-limit', status }, news.refusal?.class);
    lease.observed(news, clock.now());
    lease.failed(kind, clock.now());
    const error = new SpillwayError('upstream_rejected', 'at its limit', { status });
    return { ok: false, kind, error };
  }

  #headers(key: number): Readonly<Record<string, string>> {
    if (!this.#options.hasHeaders) return {};
    const telling = { wallMs: this.#world.clock.wall(), charged: {} };
    return defaultProfile.limitHeaders(this.#world.shown(key), telling);
  }

  #read(status: number, headers: Readonly<Record<string, string>>, body: string): QuotaNews {
    return this.#rules.read({ status, headers, body, wallMs: this.#world.clock.wall() });
  }

  #member(key: number): Member {
    const rules = this.#rules;
    const { refunds } = this.#world.scenario;
    return {
      name: name(key),
      group: MODEL,
      model: MODEL,
      accounts: [name(key)],
      charge: (size) => rules.charge(size, MODEL),
      settle: (charged, spent) =>
        refunds && spent
          ? { ...charged, tokens: spent.inputTokens + spent.outputTokens }
          : rules.settle(charged, spent, MODEL),
    };
  }
}

const name = (key: number): string => String(key);
