import { isStarPattern, starPattern } from '#core/star-pattern.ts';

/** Words that stand for many models, as in LiteLLM. */
const ALL = 'all-proxy-models';
const ALL_TEAM = 'all-team-models';
export const NO_MODELS = 'no-default-models';

/** Which access groups a model is in (`model_info.access_groups`). */
export type AccessGroups = (model: string) => readonly string[];

/** Whether a model may be asked for. */
export type ModelRule = (model: string) => boolean;

/**
 * What a list of models allows: names, patterns and access groups; an empty one allows all, and so
 * does the word for all. `team`: what `all-team-models` means here.
 */
export const modelRule = (
  models: readonly string[],
  { groups, team }: { readonly groups: AccessGroups; readonly team?: readonly string[] },
): ModelRule => {
  const listed = models.flatMap((name) => (name === ALL_TEAM ? (team ?? []) : [name]));
  const isEmpty = models.length === 0 || (models.includes(ALL_TEAM) && (team ?? []).length === 0);
  if (isEmpty || listed.includes(ALL)) return () => true;
  const names = new Set(
    listed.filter((name) => name !== NO_MODELS).map((name) => name.normalize()),
  );
  const patterns = listed.filter(isStarPattern).map((name) => starPattern(name.normalize()));
  return (model) => {
    const asked = model.normalize();
    if (names.has(asked)) return true;
    if (patterns.some(({ match }) => match(asked) !== undefined)) return true;
    return groups(asked).some((group) => names.has(group));
  };
};
