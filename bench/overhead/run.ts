/** All rounds of a run, one target at a time. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Furniture, furnish } from './furnish.ts';
import { visit } from './measure.ts';
import type { Plan, Sample } from './measure.ts';
import type { Column } from './report.ts';
import { startTarget, startUpstream, stopTarget } from './targets.ts';
import type { StartOptions, TargetName, Upstream } from './targets.ts';

export interface FullPlan extends Plan, Pick<StartOptions, 'isEven'> {
  readonly furniture: Furniture;
}

export type Samples = Map<Column, Sample[]>;

/** Starts a target, measures it while it alone runs on its core, and ends it. */
const visitTarget = async (
  name: TargetName,
  upstream: Upstream,
  plan: FullPlan & Pick<StartOptions, 'profileDir'>,
): Promise<Sample> => {
  const target = await startTarget(name, { ...plan, upstreamPort: upstream.port });
  try {
    if (name !== 'gateway') return await visit(target, upstream, plan);
    const furnished = await furnish(target, plan.furniture);
    try {
      return await visit(furnished.target, upstream, plan);
    } finally {
      furnished.close();
    }
  } finally {
    await stopTarget(target);
  }
};

const noteAdded = (sample: Sample, direct: Sample): void => {
  for (const quantile of ['p50', 'p99'] as const) {
    const own = sample.get(`latency.${quantile}.ms`);
    const least = direct.get(`latency.${quantile}.ms`);
    if (own !== undefined && least !== undefined) sample.set(`added.${quantile}.ms`, own - least);
  }
};

/**
 * Visits every target once per round, each in a fresh process, so that a slow minute of the
 * machine falls on all of them and not on one.
 */
export const runRounds = async (
  targets: readonly TargetName[],
  plan: FullPlan,
  say: (text: string) => void,
): Promise<Samples> => {
  const samples: Samples = new Map(targets.map((name) => [name, []]));
  const upstream = await startUpstream();
  try {
    for (let round = 1; round <= plan.rounds; round++) {
      let direct: Sample = new Map();
      if (plan.parts.has('latency')) {
        say(`round ${round} of ${plan.rounds}: direct`);
        direct = await visit(upstream, upstream, plan);
        samples.set('direct', [...(samples.get('direct') ?? []), direct]);
      }
      for (const name of targets) {
        say(`round ${round} of ${plan.rounds}: ${name}`);
        const sample = await visitTarget(name, upstream, plan);
        noteAdded(sample, direct);
        samples.get(name)?.push(sample);
      }
    }
    return samples;
  } finally {
    await stopTarget(upstream);
  }
};

/** Loads the gateway once under V8's profiler. Returns the profiles' paths; empty when it wrote none. */
export const profileGateway = async (plan: FullPlan): Promise<string[]> => {
  const profileDir = mkdtempSync(join(tmpdir(), 'spillway-profile-'));
  const upstream = await startUpstream();
  try {
    await visitTarget('gateway', upstream, { ...plan, profileDir });
  } finally {
    await stopTarget(upstream);
  }
  return readdirSync(profileDir).map((name) => join(profileDir, name));
};
