import { checkSchema } from '#core/check-schema.ts';
import { z } from '#core/schema.ts';
import { readYaml } from '#core/yaml.ts';
import { checkTargets, faultsField, type Targets } from '#simulator/config/faults.ts';
import { type Limits, limitFields } from '#simulator/config/limits.ts';
import {
  profileField,
  type ProjectConfig,
  projectsOf,
  projectsSchema,
} from '#simulator/config/projects.ts';
import type { FaultRule } from '#simulator/faults/fault.ts';
import { defaultProfile } from '#simulator/profiles/index.ts';
import type { Profile } from '#simulator/profiles/profile.ts';

export interface Latency {
  /** Time to the first token: lognormal, ms. A median of 0 answers at once. */
  readonly ttftMs: { readonly median: number; readonly sigma: number };
  /** How fast a prompt is read before that, for vendors whose first token waits for it. */
  readonly promptTokensPerS?: number | undefined;
  /** Rate of the tokens after it, drawn once per call: uniform. Infinity sends them all at once. */
  readonly tokensPerS: { readonly min: number; readonly max: number };
}

export interface SimulatorConfig {
  /** The vendor of projects that name none, and of callers that are no project's. */
  readonly profile?: Profile | undefined;
  /** Limits, per model, that all projects share. */
  readonly organisation: Limits & { readonly hiddenLoad?: number | undefined };
  readonly projects: readonly ProjectConfig[];
  readonly latency: Latency;
  /** Length of answers: lognormal, tokens. A few sentences unless said. */
  readonly answerTokens?: { readonly median: number; readonly sigma: number } | undefined;
  /** What goes wrong, from the start on. */
  readonly faults?: readonly FaultRule[] | undefined;
}

const DEFAULT_TTFT_MS = { median: 450, sigma: 0.4 };
const DEFAULT_TOKENS_PER_S = { min: 40, max: 80 };

/** Three projects with the limits of a first paid tier: 500 requests and 30,000 tokens a minute. */
export const defaultSimulatorConfig: SimulatorConfig = {
  organisation: {},
  projects: [1, 2, 3].map((n) => ({
    id: `project-${n}`,
    key: `sk-sim-project-${n}`,
    models: defaultProfile.models,
    rpm: 500,
    tpm: 30_000,
  })),
  latency: { ttftMs: DEFAULT_TTFT_MS, tokensPerS: DEFAULT_TOKENS_PER_S },
};

const LONGEST_WAIT_MS = 3_600_000;
/** Longer answers would be megabytes. */
const LONGEST_ANSWER_TOKENS = 100_000;

const rate = z.union([z.number().positive(), z.literal(Infinity)]);
const sigma = z.number().min(0).max(5);

const schema = z.strictObject({
  profile: profileField,
  organisation: z
    .strictObject({ ...limitFields, hidden_load: z.number().min(0).max(1).optional() })
    .default({}),
  projects: projectsSchema,
  latency: z
    .strictObject({
      ttft_ms: z
        .strictObject({ median: z.number().min(0).max(LONGEST_WAIT_MS), sigma })
        .default(DEFAULT_TTFT_MS),
      prompt_tokens_per_s: z.number().positive().optional(),
      tokens_per_s: z
        .strictObject({ min: rate, max: rate })
        .refine(({ min, max }) => min <= max, { path: ['min'], message: 'no more than max' })
        .default(DEFAULT_TOKENS_PER_S),
    })
    .prefault({}),
  answer_tokens: z
    .strictObject({ median: z.number().min(1).max(LONGEST_ANSWER_TOKENS), sigma })
    .optional(),
  faults: faultsField.optional(),
});

const checkedSchema = schema.superRefine(({ profile, projects, faults = [] }, context) => {
  const targets = targetsOf(projectsOf(projects, profile ?? defaultProfile));
  checkTargets(faults, targets, (path, message) =>
    context.addIssue({ code: 'custom', path: ['faults', ...path], message }),
  );
});

/** Whom a fault can be meant for. */
export const targetsOf = (projects: readonly ProjectConfig[]): Targets => ({
  projects: projects.map(({ id }) => id),
  models: [...new Set(projects.flatMap(({ models }) => models))],
});

/**
 * Reads a simulator's YAML file; `file` names it in messages. Throws FindingsError with everything
 * that is wrong, each at its line and column.
 */
export const readSimulatorConfig = (text: string, file: string): SimulatorConfig => {
  const fields = checkSchema(readYaml(text, file), file, checkedSchema);
  const { profile, organisation, latency, answer_tokens, faults } = fields;
  const projects = projectsOf(fields.projects, profile ?? defaultProfile);
  const { hidden_load: hiddenLoad, ...limits } = organisation;
  const { prompt_tokens_per_s: promptTokensPerS } = latency;
  return {
    ...(profile && { profile }),
    organisation: { ...limits, ...(hiddenLoad !== undefined && { hiddenLoad }) },
    projects,
    latency: {
      ttftMs: latency.ttft_ms,
      ...(promptTokensPerS !== undefined && { promptTokensPerS }),
      tokensPerS: latency.tokens_per_s,
    },
    ...(answer_tokens && { answerTokens: answer_tokens }),
    ...(faults && { faults }),
  };
};
