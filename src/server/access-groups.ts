import type { LoadedConfig } from '#config/loaded.ts';
import { derived } from '#core/derived.ts';
import type { Groups } from '#gateway/groups.ts';
import type { AccessGroups } from '#keys/model-rule.ts';

/**
 * What a name that callers use belongs to: the group that it stands for (an alias and a name that fits a
 * pattern stand for another), and the access groups of all of that group's rows. A deployment that is
 * asked for itself belongs to nothing.
 */
export const accessGroupsOf = (
  config: LoadedConfig,
  groups: Pick<Groups, 'find'>,
): AccessGroups => {
  const listed = derived(
    () => config.deployments,
    (rows) => Map.groupBy(rows, ({ group }) => group),
  );
  return (model) => {
    const found = groups.find(model);
    if (!found || found.pinned !== undefined) return [];
    const rows = listed().get(found.group) ?? [];
    return [found.group, ...rows.flatMap(({ modelInfo }) => namesIn(modelInfo['access_groups']))];
  };
};

const namesIn = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
