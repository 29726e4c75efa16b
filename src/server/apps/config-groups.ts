import type { LoadedConfig } from '#config/loaded.ts';
import { isStarPattern, starPattern } from '#core/star-pattern.ts';
import { modelResolver, type ResolveModel } from '#flow/model-map.ts';

/** The names that a config serves, patterns among them. */
export const groupsOf = ({ deployments }: LoadedConfig): string[] => [
  ...new Set(deployments.map(({ group }) => group)),
];

/** Whether somebody who says this name is served. */
export const isGroupOf = (config: LoadedConfig): ((name: string) => boolean) => {
  const names = new Set(groupsOf(config));
  const patterns = [...names].filter(isStarPattern).map(starPattern);
  return (name) => names.has(name) || patterns.some(({ match }) => match(name));
};

/** Where the config alone says that models of apps are. */
export const resolverOf = (config: LoadedConfig): ResolveModel => {
  const { apps } = config;
  const names = groupsOf(config);
  return modelResolver({
    groups: names.filter((name) => !isStarPattern(name)),
    patterns: names.filter(isStarPattern),
    mappings: apps.models,
  });
};
