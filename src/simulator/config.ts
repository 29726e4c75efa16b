import { checkSchema } from '#core/check-schema.ts';
import { z } from '#core/schema.ts';
import { readYaml } from '#core/yaml.ts';
import { type Limits, limitFields } from '#simulator/config/limits.ts';
import { defaultProfile } from '#simulator/profiles/index.ts';

export interface ProjectConfig extends Limits {
  readonly id: string;
  readonly key: string;
  readonly models: readonly string[];
  /** Whether a refused call spends a request; it does unless said otherwise. */
  readonly failedCountsRequest?: boolean | undefined;
}

export interface Latency {
  /** Time to the first token: lognormal, ms. A median of 0 answers at once. */
  readonly ttftMs: { readonly median: number; readonly sigma: number };
  /** Rate of the tokens after it, drawn once per call: uniform. Infinity sends them all at once. */
  readonly tokensPerS: { readonly min: number; readonly max: number };
}

export interface SimulatorConfig {
  /** Limits, per model, that all projects share. */
  readonly organisation: Limits;
  readonly projects: readonly ProjectConfig[];
  readonly latency: Latency;
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

const MOST_PROJECTS = 1000;
const MOST_MODELS = 100;
const LONGEST_WAIT_MS = 3_600_000;

const name = z.string().min(1).max(200);
const rate = z.union([z.number().positive(), z.literal(Infinity)]);

const projectSchema = z
  .strictObject({
    id: name,
    key: name.regex(/^[\x21-\x7e]+$/, 'visible ASCII characters without spaces'),
    models: z
      .array(name)
      .min(1)
      .max(MOST_MODELS)
      .default([...defaultProfile.models]),
    failed_counts_request: z.boolean().optional(),
    ...limitFields,
  })
  .transform(({ failed_counts_request, ...project }): ProjectConfig => ({
    ...project,
    ...(failed_counts_request !== undefined && { failedCountsRequest: failed_counts_request }),
  }));

const projectsSchema = z
  .array(projectSchema)
  .min(1)
  .max(MOST_PROJECTS)
  .superRefine((projects, context) => {
    for (const field of ['id', 'key'] as const) {
      const firstWith = new Map<string, number>();
      for (const [index, project] of projects.entries()) {
        const first = firstWith.get(project[field]);
        if (first === undefined) firstWith.set(project[field], index);
        else {
          const message = `another ${field} than that of projects.${first}`;
          context.addIssue({ code: 'custom', path: [index, field], message });
        }
      }
    }
  });

const schema = z.strictObject({
  organisation: z.strictObject(limitFields).default({}),
  projects: projectsSchema,
  latency: z
    .strictObject({
      ttft_ms: z
        .strictObject({
          median: z.number().min(0).max(LONGEST_WAIT_MS),
          sigma: z.number().min(0).max(5),
        })
        .default(DEFAULT_TTFT_MS),
      tokens_per_s: z
        .strictObject({ min: rate, max: rate })
        .refine(({ min, max }) => min <= max, { path: ['min'], message: 'no more than max' })
        .default(DEFAULT_TOKENS_PER_S),
    })
    .prefault({}),
});

/**
 * Reads a simulator's YAML file; `file` names it in messages. Throws FindingsError with everything
 * that is wrong, each at its line and column.
 */
export const readSimulatorConfig = (text: string, file: string): SimulatorConfig => {
  const { organisation, projects, latency } = checkSchema(readYaml(text, file), file, schema);
  return {
    organisation,
    projects,
    latency: { ttftMs: latency.ttft_ms, tokensPerS: latency.tokens_per_s },
  };
};
