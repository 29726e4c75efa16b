import { checkSchema } from '#core/check-schema.ts';
import { z } from '#core/schema.ts';
import { readYaml } from '#core/yaml.ts';
import type { FaultRule } from '#simulator/faults/fault.ts';
import { FAULTS } from '#simulator/faults/index.ts';
import { MOST_FAULTS } from '#simulator/faults/script.ts';

/** Whom a fault can be meant for. */
export interface Targets {
  readonly projects: readonly string[];
  readonly models: readonly string[];
}

const [first, ...others] = FAULTS.map(({ schema }) => schema);
if (first === undefined) throw new Error('There are no faults.');
const faultSchema = z.discriminatedUnion('kind', [first, ...others]);

export const faultsField = z.array(faultSchema).max(MOST_FAULTS);

/** Faults for projects and models that there are not; `complain` says what is known at which place. */
export const checkTargets = (
  rules: readonly FaultRule[],
  targets: Targets,
  complain: (path: (string | number)[], message: string) => void,
): void => {
  for (const [index, rule] of rules.entries())
    for (const field of ['projects', 'models'] as const)
      for (const [at, name] of (rule[field] ?? []).entries())
        if (!targets[field].includes(name))
          complain([index, field, at], `one of ${targets[field].slice(0, MOST_NAMED).join(', ')}`);
};

const MOST_NAMED = 20;

/**
 * One rule or a list of them, as JSON or YAML; `file` names the text in messages. Throws
 * FindingsError with everything that is wrong, each at its line and column.
 */
export const readFaults = (text: string, file: string, targets: Targets): readonly FaultRule[] => {
  const document = readYaml(text, file);
  if (Array.isArray(document.value)) {
    const list = faultsField.superRefine((rules, context) =>
      checkTargets(rules, targets, (path, message) =>
        context.addIssue({ code: 'custom', path, message }),
      ),
    );
    return checkSchema(document, file, list);
  }
  const single = faultSchema.superRefine((rule, context) =>
    checkTargets([rule], targets, ([, ...path], message) =>
      context.addIssue({ code: 'custom', path, message }),
    ),
  );
  return [checkSchema(document, file, single)];
};
