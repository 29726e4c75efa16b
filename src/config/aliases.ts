import type { Part } from '#core/check-schema.ts';
import { z } from '#core/schema.ts';
import { servedName } from '#config/group-name.ts';
import type { RoutingSettings } from '#config/loaded-routing.ts';
import { keyFindingAt, type Report } from '#config/section.ts';
import { flag, name } from '#config/values.ts';

/** `model_group_alias`. */
export const aliasesSchema = (groups: ReadonlySet<string>) => {
  const group = servedName(groups);
  return z.record(name, z.union([group, z.looseObject({ model: group, hidden: flag.nullish() })]));
};

type Written = z.infer<ReturnType<typeof aliasesSchema>>;

export const loadAliases = (written: Written | null | undefined): RoutingSettings['aliases'] => {
  // Clients choose the names that are looked up here: `constructor` must find nothing.
  const aliases = Object.create(null) as Record<string, { group: string; hidden: boolean }>;
  for (const [alias, target] of Object.entries(written ?? {}))
    aliases[alias] =
      typeof target === 'string'
        ? { group: target, hidden: false }
        : { group: target.model, hidden: target.hidden === true };
  return aliases;
};

export const warnOfHidden = (
  section: Part,
  written: Written | null | undefined,
  { groups, report }: { readonly groups: ReadonlySet<string>; readonly report: Report },
): void => {
  for (const alias of Object.keys(written ?? {}))
    if (groups.has(alias)) {
      const path = ['model_group_alias', alias];
      report.warn(keyFindingAt(section, path, 'this alias hides the model_name of the same name'));
    }
};
