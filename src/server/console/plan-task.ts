import { parseOverride } from '#config/override.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Json, JsonObject } from '#core/json.ts';
import type { PlanAsk, PlanReply } from '#gateway/console/shapes.ts';
import type { Assumed } from '#plan/assumed-limits.ts';
import { drawTraffic } from '#plan/draw-traffic.ts';
import { withMoreKeys } from '#plan/more-keys.ts';
import { readTraffic } from '#plan/read-traffic.ts';
import { summaryJson } from '#plan/summary.ts';
import type { Traffic } from '#plan/traffic.ts';
import { environmentOf } from '#server/env.ts';
import { loadConfigText } from '#server/load-config.ts';
import { planEnvironment } from '#server/plan-environment.ts';
import { type PlanColumn, planColumn } from '#server/plan-run.ts';

/** All that a plan is computed from: plain data, which another thread can be given. */
export interface PlanTask {
  readonly ask: PlanAsk;
  readonly config: { readonly text: string; readonly file: string };
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Requests as our own log writes them, a line each. */
  readonly recorded: readonly JsonObject[];
  /** What the ledger has learned of limits. */
  readonly learned: Json;
}

/** More would take a minute, and say no more. */
const MOST_REQUESTS = 100_000;
const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 5, 9);

/** The traffic against the config as it is, and with the change. Throws SpillwayError. */
export const runPlanTask = async (task: PlanTask): Promise<PlanReply> => {
  const { ask, config, variables, learned } = task;
  const environment = planEnvironment(config.text, environmentOf(variables));
  const source = { file: config.file, environment };
  const base = loadConfigText(config.text, source);
  const overrides = overridesOf(ask).map(parseOverride);
  const changed = loadConfigText(config.text, { ...source, overrides });
  const traffic = trafficOf(task);
  const of = { environment, traffic, learned };
  const now = await planColumn({ ...of, title: 'now', config: base }, assumedOf(ask));
  const columns = [now];
  if (ask.keys !== 0 || overrides.length > 0) {
    const config = ask.keys === 0 ? changed : withMoreKeys(changed, { keys: ask.keys });
    // A key of which nothing is known yet is taken to be like those there are.
    const assumed = { ...leastOf(now), ...assumedOf(ask) };
    columns.push(await planColumn({ ...of, title: 'changed', config }, assumed));
  }
  const [first, last] = [traffic.requests[0]!.wallMs, traffic.requests.at(-1)!.wallMs];
  return {
    requests: traffic.requests.length,
    minutes: Math.round(((last - first) / MINUTE_MS) * 10) / 10,
    columns: columns.map(columnJson),
  };
};

const assumedOf = ({ rpm, tpm }: PlanAsk): Assumed => ({
  ...(rpm !== undefined && { rpm }),
  ...(tpm !== undefined && { tpm }),
});

/** The least that any key has, per minute. */
const leastOf = ({ limits }: PlanColumn): Assumed => {
  const all = limits.flatMap(({ perMinute }) => perMinute);
  const least = (isIt: (dimension: string) => boolean): number | undefined => {
    const amounts = all.filter(({ dimension }) => isIt(dimension)).map(({ amount }) => amount);
    return amounts.length === 0 ? undefined : Math.min(...amounts);
  };
  const rpm = least((dimension) => dimension === 'requests');
  const tpm = least((dimension) => dimension === 'tokens' || dimension === 'input');
  return { ...(rpm !== undefined && { rpm }), ...(tpm !== undefined && { tpm }) };
};

const columnJson = ({ title, summary }: PlanColumn): PlanReply['columns'][number] => {
  const { groups: _, unknown_models: __, ...column } = summaryJson(summary);
  return { title, ...column } as PlanReply['columns'][number];
};

const overridesOf = ({ strategy, wait_s: waitS }: PlanAsk): string[] => [
  ...(strategy === undefined
    ? []
    : [`router_settings.routing_strategy=${JSON.stringify(strategy)}`]),
  ...(waitS === undefined ? [] : [`spillway_settings.queue.wait_s=${waitS}`]),
];

const trafficOf = ({ ask: { traffic }, recorded }: PlanTask): Traffic => {
  if (traffic.kind === 'recorded') {
    if (recorded.length === 0)
      throw new SpillwayError(
        'invalid_request',
        'No requests are remembered yet: send some, or choose generated traffic.',
        { param: 'traffic' },
      );
    return readTraffic(recorded.map((line) => JSON.stringify(line)).join('\n'), 'recorded');
  }
  if (traffic.per_s * traffic.minutes * 60 > MOST_REQUESTS)
    throw new SpillwayError(
      'invalid_request',
      `That is more than ${MOST_REQUESTS.toLocaleString('en-US')} requests; take fewer minutes, or fewer per second.`,
      { param: 'traffic' },
    );
  const lines = drawTraffic({
    kind: traffic.kind,
    model: traffic.model,
    perS: traffic.per_s,
    minutes: traffic.minutes,
    keys: traffic.keys,
    inputTokens: traffic.input_tokens,
    outputTokens: traffic.output_tokens,
    seed: 1,
    startMs: START_MS,
  });
  return readTraffic([...lines].map((line) => JSON.stringify(line)).join('\n'), 'drawn');
};
