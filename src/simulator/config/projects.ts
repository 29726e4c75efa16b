import { z } from '#core/schema.ts';
import { type Limits, limitFields } from '#simulator/config/limits.ts';
import { ruleFields, type Rules, rulesOf } from '#simulator/config/rules.ts';
import { profileNamed, profileNames } from '#simulator/profiles/index.ts';
import type { Profile } from '#simulator/profiles/profile.ts';

export interface ProjectConfig extends Limits, Rules {
  readonly id: string;
  readonly key: string;
  readonly models: readonly string[];
  /** Which vendor is played; the simulator's default unless said. */
  readonly profile?: Profile | undefined;
}

const MOST_PROJECTS = 1000;
const MOST_MODELS = 100;

const name = z.string().min(1).max(200);

export const profileField = z.enum(profileNames).transform(profileNamed).optional();

const projectSchema = z.strictObject({
  id: name,
  key: name.regex(/^[\x21-\x7e]+$/, 'visible ASCII characters without spaces'),
  profile: profileField,
  models: z.array(name).min(1).max(MOST_MODELS).optional(),
  ...limitFields,
  ...ruleFields,
});

export const projectsSchema = z
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

/** The projects as they are played; `byDefault` is the vendor of those that name none. */
export const projectsOf = (
  projects: z.output<typeof projectsSchema>,
  byDefault: Profile,
): ProjectConfig[] =>
  projects.map(({ id, key, profile, models, ...fields }) => {
    const { rpm, rpd, tpm, tpd, itpm, otpm, buckets, ...rules } = fields;
    const words = { rpm, rpd, tpm, tpd, itpm, otpm, buckets };
    const stated = Object.entries(words).filter(([, limit]) => limit !== undefined);
    return {
      id,
      key,
      models: models ?? (profile ?? byDefault).models,
      ...(profile && { profile }),
      ...Object.fromEntries(stated),
      ...rulesOf(rules),
    };
  });
