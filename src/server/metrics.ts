import type { Counter, Gauge, Registry } from 'prom-client';
import type { DecisionFacts } from '#balancer/decision.ts';
import type { AccountView, QuotaView } from '#balancer/quota-view.ts';
import type { MetricsPage } from '#gateway/serve-metrics.ts';
import { PrometheusCounter, PrometheusGauge, PrometheusRegistry } from '#server/prometheus.ts';
import { type Counted, countersOf, GroupCounts } from '#server/request-counts.ts';
import { type StoreHealth, storeGauges } from '#server/store-gauges.ts';

export interface Metrics {
  /** Counts a request; 1 µs. */
  over(request: DecisionFacts): void;
  /** All there is, in Prometheus' text format. */
  page(): Promise<MetricsPage>;
}

export interface MetricsDeps {
  readonly version: string;
  /** The only names that become labels of requests, as of now. */
  readonly groups: () => ReadonlySet<string>;
  readonly deployments: () => ReadonlySet<string>;
  view(): QuotaView;
  memory(): { readonly residentBytes: number };
  /** How it is with records of spend; absent where none are kept. */
  readonly spend?: () => StoreHealth;
  /** Errors of ours that ended no process, by kind; absent where nobody survives them. */
  readonly survived?: () => Readonly<Record<string, number>>;
}

/** Failures for the sake of a limit; the others are no matter of quotas. */
const REFUSALS: ReadonlySet<string> = new Set([
  'minute-quota',
  'day-quota',
  'too-large',
  'money',
  'ramp',
]);

/** The caller left, it is well, or nobody knows yet. */
const NO_FAILURE: ReadonlySet<string> = new Set(['ok', 'abandoned', '']);

/** Accounts behind patterns come from callers: so many become labels. */
const MOST_POOLS = 1_000;
/** A list of names in a label, characters. */
const MOST_NAMES_CHARS = 100;

/** What nobody has configured, in the place of its name. */
const OTHER = 'other';

export const createMetrics = (deps: MetricsDeps): Metrics => {
  const registry = new PrometheusRegistry();
  const registers = [registry];
  const counted = countersOf(registry);
  const show = shownBy(registers, deps);
  if (deps.survived) showSurvived(registers, deps.survived);
  return {
    over: countedBy(counted, deps),
    async page() {
      show(deps.view());
      const parts = [await registry.metrics(), counted.queueWait.text(), counted.whole.text()];
      return { type: registry.contentType, text: parts.join('\n') };
    },
  };
};

const countedBy = (
  counted: Counted,
  deps: Pick<MetricsDeps, 'groups' | 'deployments'>,
): Metrics['over'] => {
  const { refusals, failures, refused } = counted;
  const groupsCounted = new Map<string, GroupCounts>();
  const known = (names: ReadonlySet<string>, name: string): string =>
    names.has(name) || name === '' ? name : OTHER;
  return ({ group: asked, tries, queueMs, totalMs, tokensIn, tokensOut, costNanos, code }) => {
    const last = tries.at(-1);
    const [groups, deployments] = [deps.groups(), deps.deployments()];
    const group = known(groups, asked);
    const deployment = known(deployments, last?.deployment ?? '');
    const isLeft = code === 'client_closed';
    const outcome = last?.outcome ?? (isLeft ? 'abandoned' : (code ?? OTHER));
    for (const { deployment: name, outcome: kind = '' } of tries) {
      const tried = known(deployments, name);
      if (REFUSALS.has(kind)) refusals.at(tried, kind).value++;
      else if (!NO_FAILURE.has(kind)) failures.at(tried, kind).value++;
    }
    if (!last && code !== undefined && !isLeft) refused.at(code).value++;
    if (group === '') return;
    let its = groupsCounted.get(group);
    if (!its) groupsCounted.set(group, (its = new GroupCounts(counted, group)));
    its.queueWait.add(queueMs / 1000);
    its.whole.add(totalMs / 1000);
    const counts = its.of(deployment);
    counts.outcome(outcome).value++;
    if (tokensIn !== undefined) counts.input.value += tokensIn;
    if (tokensOut !== undefined) counts.output.value += tokensOut;
    if (costNanos !== undefined) counts.spend.value += costNanos;
    else if (tokensIn !== undefined) counts.unpriced.value++;
  };
};

/** Shows the balance as it is when somebody looks: between two looks it costs nothing. */
const shownBy = (
  registers: Registry[],
  { version, memory, spend }: Pick<MetricsDeps, 'version' | 'memory' | 'spend'>,
): ((view: QuotaView) => void) => {
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Gauge<Label> => new PrometheusGauge({ name, help, labelNames, registers });
  const POOL = ['pool', 'deployments'] as const;
  const LIMIT = [...POOL, 'dimension', 'window_s'] as const;
  const level = gauge(
    'spillway_quota_level',
    'What is left of a limit; debts are negative.',
    LIMIT,
  );
  const limit = gauge('spillway_quota_limit', 'A limit, per window.', [...LIMIT, 'source']);
  const blocked = gauge(
    'spillway_quota_blocked_seconds',
    'Until a quota pool may be used again; 0 where it may.',
    POOL,
  );
  const inFlight = gauge('spillway_in_flight', 'Calls under way.', ['deployment']);
  const queued = gauge('spillway_queue_requests', 'Requests in line for quota.', ['group']);
  const queuedTokens = gauge('spillway_queue_tokens', 'What the requests in line are to take.');
  const estimates = gauge(
    'spillway_estimate_error_ratio',
    'How far the estimates of prompts have been off of late, of what vendors counted.',
  );
  const resident = gauge('process_resident_memory_bytes', 'Memory of the process.');
  const showStore = storeGauges(registers);
  gauge('spillway_build_info', 'Always 1.', ['version']).set({ version }, 1);
  const showPool = (view: AccountView): void => {
    const { account: pool, gauges, blockedMs } = view;
    const deployments = cut(view.deployments.join(','));
    blocked.set({ pool, deployments }, blockedMs / 1000);
    for (const { dimension, windowMs, level: left, amount, source } of gauges) {
      const labels = { pool, deployments, dimension, window_s: String(windowMs / 1000) };
      level.set(labels, left);
      limit.set({ ...labels, source }, amount);
    }
  };
  return ({ accounts, deployments, lines, estimateError }) => {
    // What is not there any more is not shown any more.
    for (const each of [level, limit, blocked, inFlight, queued]) each.reset();
    for (const account of accounts.slice(0, MOST_POOLS)) showPool(account);
    for (const { deployment, inFlight: calls } of deployments) inFlight.set({ deployment }, calls);
    let tokens = 0;
    for (const line of lines) {
      tokens += line.tokens;
      for (const { group, requests } of line.groups) queued.set({ group }, requests);
    }
    queuedTokens.set(tokens);
    estimates.set(estimateError);
    resident.set(memory().residentBytes);
    const health = spend?.();
    if (health) showStore(health);
  };
};

const showSurvived = (
  registers: Registry[],
  survived: NonNullable<MetricsDeps['survived']>,
): Counter =>
  new PrometheusCounter({
    name: 'spillway_survived_errors_total',
    help: 'Errors inside Spillway that nobody waited for or caught, and that ended no process.',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      for (const [kind, count] of Object.entries(survived())) this.inc({ kind }, count);
    },
  });

const cut = (text: string): string =>
  text.length > MOST_NAMES_CHARS ? `${text.slice(0, MOST_NAMES_CHARS - 1)}…` : text;
