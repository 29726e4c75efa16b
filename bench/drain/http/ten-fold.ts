/**
 * A scenario of the virtual clock in real time, ten times as fast, over real HTTP: the same trace,
 * with every window, burst, deadline and answer a tenth as long. The oracle's part stays virtual.
 */
import { ORACLE } from '../contenders.ts';
import { Outcomes } from '../outcomes.ts';
import { pooled, type Scenario, SCENARIOS } from '../scenarios.ts';
import { summarise } from '../summary.ts';
import { type BenchRequest, createTrace } from '../trace.ts';
import { runTrial } from '../trial.ts';
import type { Check } from './check.ts';
import { ask, until } from './client.ts';
import { MASTER_KEY, type Programs, type Setup, vendorRefusals, withPrograms } from './programs.ts';

const SPEED = 10;
const LOAD = 0.95;
const SEED = 1;

/** One seed, so the bars are those of any seed. */
const MOST_REFUSED_OVER_ORACLE = 1;
const MOST_GOODPUT_UNDER_ORACLE = 2;
const MOST_VENDOR_REFUSALS_PER_100 = 0.5;

const setupOf = ({ keys, requestBurstMs, deadlineMs }: Scenario): Setup => ({
  keys: keys.map(({ tpm, rpm }, i) => ({
    id: `key-${i + 1}`,
    requests: rpm,
    tokens: tpm,
    windowS: 60 / SPEED,
    requestBurstS: requestBurstMs / 1000 / SPEED,
  })),
  latency: { ttftMs: 600 / SPEED, tokensPerS: [40 * SPEED, 80 * SPEED] },
  waitS: deadlineMs / 1000 / SPEED,
});

/** Every request at its instant; what else than a yes or a 429 came is counted by status. */
const play = async (
  trace: readonly BenchRequest[],
  port: number,
): Promise<{ outcomes: Outcomes; others: number }> => {
  const outcomes = new Outcomes(trace.length);
  let others = 0;
  const one = async (request: BenchRequest): Promise<void> => {
    const { promptTokens, maxOutputTokens, index } = request;
    const asked = await ask({ port, key: MASTER_KEY, promptTokens, maxOutputTokens });
    if (asked.status === 200) return outcomes.served(index, SPEED * asked.latencyMs);
    if (asked.status !== 429) others += 1;
    outcomes.refused(index);
  };
  const began = performance.now();
  const under: Promise<void>[] = [];
  for (const request of trace) {
    await until(began + request.atMs / SPEED);
    under.push(one(request));
  }
  await Promise.all(under);
  return { outcomes, others };
};

/** Takes three and a half minutes, which is how long the trace is. */
export const drainTenFold = (id: string): Promise<Check[]> => {
  const scenario = SCENARIOS.find((known) => known.id === id)!;
  const trace = createTrace({ scenario, load: LOAD, seed: SEED });
  return withPrograms(setupOf(scenario), ({ simulator, gateway }: Programs) =>
    compare({ simulator, gateway }, scenario, trace),
  );
};

const compare = async (
  { simulator, gateway }: Programs,
  scenario: Scenario,
  trace: readonly BenchRequest[],
): Promise<Check[]> => {
  const { outcomes, others } = await play(trace, gateway.port);
  const refusals = await vendorRefusals(simulator);
  const best = await runTrial({ scenario: pooled(scenario), trace, seed: SEED }, ORACLE.create);
  const fromMs = scenario.measuredFromMs;
  const own = summarise({ scenario, trace, outcomes, fromMs });
  const oracle = summarise({ scenario, trace, outcomes: best.outcomes, fromMs });
  const { id } = scenario;
  return [
    { what: `${id}: refused, %`, value: own.refused },
    { what: `${id}: the oracle's`, value: oracle.refused },
    {
      what: `${id}: refused over oracle`,
      value: own.refused - oracle.refused,
      atMost: MOST_REFUSED_OVER_ORACLE,
    },
    { what: `${id}: goodput, %`, value: own.goodput },
    {
      what: `${id}: goodput under oracle`,
      value: oracle.goodput - own.goodput,
      atMost: MOST_GOODPUT_UNDER_ORACLE,
    },
    {
      what: `${id}: vendor refusals per 100`,
      value: (100 * refusals) / trace.length,
      atMost: MOST_VENDOR_REFUSALS_PER_100,
    },
    { what: `${id}: answers that are neither 200 nor 429`, value: others, atMost: 0 },
  ];
};
