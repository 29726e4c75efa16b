/** The gateway itself: its health, attempts, queue and ledger, with the vendor's answers as it reads them. */
import type { Lease } from '#balancer/admit.ts';
import { runAttempts, type Sent } from '#balancer/attempts.ts';
import { classify, type FailureKind } from '#balancer/classify.ts';
import { DecisionBuilder } from '#balancer/decision.ts';
import { Estimator } from '#balancer/estimate.ts';
import { Health } from '#balancer/health.ts';
import type { Member } from '#balancer/member.ts';
import { createPolicy } from '#balancer/policies/index.ts';
import { Pool } from '#balancer/pool.ts';
import { RetryBudgets } from '#balancer/retry-budget.ts';
import { sleep } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { Ledger } from '#ledger/ledger.ts';
import { findProvider } from '#providers/index.ts';
import { MemoryOwner } from '#shared/memory.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import {
  type Contender,
  type CreateContender,
  FIRST_BYTE_MS,
  RETRIES,
  type World,
} from './contender.ts';
import { KEYS } from './keys.ts';
import type { StormRequest } from './trace.ts';
import type { Heard } from './vendor.ts';

const MODEL = 'gpt-4.1';
const RULES = findProvider('openai')!.quota;
const NEVER = new AbortController().signal;
const QUEUE_MS = 30_000;

const MEMBERS: readonly Member[] = KEYS.map((_, key) => ({
  name: String(key),
  group: MODEL,
  model: MODEL,
  accounts: [String(key)],
  charge: (size) => RULES.charge(size, MODEL),
  settle: (charged, spent) => RULES.settle(charged, spent, MODEL),
}));

export const spillway: (policy: string) => CreateContender = (policy) => (world) =>
  new Spillway(world, policy);

const NOTHING_TRIED: ReadonlySet<string> = new Set();

class Spillway implements Contender {
  readonly #world: World;
  readonly #owner: MemoryOwner;
  readonly #budgets: RetryBudgets;

  constructor(world: World, policy: string) {
    this.#world = world;
    const { clock, random } = world;
    const ledger = new Ledger();
    const estimator = new Estimator();
    const health = new Health(MEMBERS, { clock, random, rules: () => ({}), report: () => {} });
    const pool = new Pool(MEMBERS, { clock, ledger, estimator, health });
    this.#budgets = new RetryBudgets(clock);
    this.#owner = new MemoryOwner({
      clock,
      random,
      ledger,
      pool,
      estimator,
      policy: createPolicy(policy, {}),
      queue: {
        maxRequests: 100_000,
        maxBytes: Infinity,
        tenantShare: 1,
        batchShare: 0,
        beforeFallbackMs: 0,
      },
    });
  }

  submit(request: StormRequest): void {
    const { clock, random, failed } = this.#world;
    const plan = {
      ask: {
        groups: [MODEL],
        tried: NOTHING_TRIED,
        signal: NEVER,
        demand: {
          ascii: 4 * request.promptTokens,
          wide: 0,
          marks: 0,
          images: 0,
          maxOutputTokens: request.maxOutputTokens,
          choices: 1,
        },
        tenant: { key: '', user: '' },
        priority: 'interactive',
        arrivedAt: request.atMs,
        waitUntil: request.atMs + QUEUE_MS,
        stream: true,
        bytes: 4 * request.promptTokens,
      },
      retries: RETRIES,
      retryOnTimeout: true,
      retryAfterMs: 0,
      deadline: Infinity,
      decision: new DecisionBuilder('', MODEL, { policy: '', arrivedMs: request.atMs }),
      send: (lease: Lease) => this.#send(lease, request),
    } as const;
    const deps = { admit: this.#owner.admit, clock, random, budgets: this.#budgets };
    runAttempts(deps, plan).catch((thrown: unknown) => {
      if (!(thrown instanceof SpillwayError)) throw thrown;
      failed(request);
    });
  }

  async #send(lease: Lease, request: StormRequest): Promise<Sent<void>> {
    const { clock, call, served } = this.#world;
    const heard = call(Number(lease.deployment), request);
    if (heard.kind !== 'answer' || heard.firstMs > FIRST_BYTE_MS) {
      const kind = await this.#failure(lease, heard.kind === 'answer' ? { kind: 'silent' } : heard);
      lease.failed(kind, clock.now());
      return { ok: false, kind, error: new SpillwayError('upstream_rejected', kind) };
    }
    await sleep(clock, heard.firstMs);
    lease.observed(
      RULES.read({ status: 200, headers: heard.headers, body: '', wallMs: clock.wall() }),
      clock.now(),
    );
    lease.began(clock.now());
    served(request);
    const { promptTokens: inputTokens, outputTokens } = request;
    clock.after(heard.wholeMs - heard.firstMs, () =>
      lease.done({ inputTokens, outputTokens }, clock.now()),
    );
    return { ok: true, reply: undefined };
  }

  async #failure(lease: Lease, heard: Exclude<Heard, { kind: 'answer' }>): Promise<FailureKind> {
    const { clock } = this.#world;
    if (heard.kind === 'silent') {
      await sleep(clock, FIRST_BYTE_MS);
      return 'timeout';
    }
    await sleep(clock, heard.afterMs);
    if (heard.kind === 'unreachable') return 'connect';
    const { status, headers } = heard;
    const body = heard.body === '' ? '' : JSON.stringify(heard.body);
    const news = RULES.read({ status, headers, body, wallMs: clock.wall() });
    lease.observed(news, clock.now());
    return classify(openaiChat.readError(status, headers, body), news.refusal?.class);
  }
}
