import { SpillwayError } from '#core/errors.ts';
import { starPattern } from '#core/star-pattern.ts';
import type { ModelRef } from '#flow/nodes/node-type.ts';

/** One entry of `spillway_settings.apps.models`: a model of the DSL, and the group that serves it. */
export interface ModelMapping {
  /** Left out: any provider. */
  readonly provider?: string;
  readonly name: string;
  readonly group: string;
}

export interface ModelMap {
  readonly groups: readonly string[];
  /** Names with `*` in them: a model that fits one is served under its own name. */
  readonly patterns?: readonly string[];
  readonly mappings: readonly ModelMapping[];
}

/** A model of the DSL → the group that serves it. Throws SpillwayError `flow_invalid`. */
export type ResolveModel = (model: ModelRef) => string;

/** A group of that name, else the first mapping that fits, else a pattern, else the only group there is. */
export const modelResolver = ({ groups, patterns = [], mappings }: ModelMap): ResolveModel => {
  const matchers = patterns.map(starPattern);
  const fits = (name: string): boolean => matchers.some(({ match }) => match(name));
  return (model) => {
    const { provider, name } = model;
    if (groups.includes(name)) return name;
    const mapping = mappings.find(
      (entry) => entry.name === name && (entry.provider ?? provider) === provider,
    );
    const [first] = groups;
    if (!mapping && fits(name)) return name;
    if (!mapping && groups.length === 1 && first !== undefined) return first;
    if (mapping && (groups.includes(mapping.group) || fits(mapping.group))) return mapping.group;
    throw new SpillwayError(
      'flow_invalid',
      first === undefined
        ? 'no model group is configured; add a deployment to `model_list`'
        : mapping
          ? `spillway_settings.apps.models gives ${described(model)} to ${quoted(mapping.group)}, which is no model group; ${listed(groups)}`
          : `${described(model)} is no model group; ${listed(groups)}. Say which serves it: spillway_settings: {apps: {models: [{name: ${quoted(name)}, group: ${quoted(first)}}]}}`,
    );
  };
};

const MOST_GROUPS = 20;
const LONGEST_NAME = 100;

const quoted = (text: string): string => JSON.stringify(text.slice(0, LONGEST_NAME));

const described = ({ provider, name }: ModelRef): string =>
  provider === ''
    ? `the model ${quoted(name)}`
    : `the model ${quoted(name)} of the provider ${quoted(provider)}`;

const listed = (groups: readonly string[]): string => {
  const more = groups.length > MOST_GROUPS ? ` and ${groups.length - MOST_GROUPS} more` : '';
  return `the groups are ${groups.slice(0, MOST_GROUPS).map(quoted).join(', ')}${more}`;
};
