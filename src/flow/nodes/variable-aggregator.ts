import type { Json } from '#core/json.ts';
import { z } from '#core/schema.ts';
import type { NodeRun, NodeType } from '#flow/nodes/node-type.ts';
import { type Selector, selectorsAt } from '#flow/variables.ts';

const listSchema = z.array(z.array(z.string())).nullish();

const config = z.object({
  variables: listSchema,
  advanced_settings: z
    .object({
      group_enabled: z.boolean().nullish(),
      groups: z.array(z.object({ group_name: z.string(), variables: listSchema })).nullish(),
    })
    .nullish(),
});

type Config = z.infer<typeof config>;

const selectorsIn = (list: z.infer<typeof listSchema>): Selector[] =>
  (list ?? []).flatMap((parts) => selectorsAt(parts));

const groupsOf = ({ advanced_settings: settings }: Config) =>
  settings?.group_enabled
    ? (settings.groups ?? []).map((group) => ({
        name: group.group_name,
        selectors: selectorsIn(group.variables),
      }))
    : undefined;

const all = (config: Config): Selector[] =>
  groupsOf(config)?.flatMap(({ selectors }) => selectors) ?? selectorsIn(config.variables);

/** The first that has a value: of several branches, the one that ran. */
const first = (selectors: readonly Selector[], node: NodeRun<Config>): Json | undefined => {
  for (const selector of selectors) {
    const value = node.read(selector);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
};

const make = (type: string): NodeType<Config> => ({
  type,
  config,
  outputs: (config) =>
    Object.fromEntries(
      groupsOf(config)?.map(({ name }) => [name, 'object'] as const) ?? [['output', 'any']],
    ),
  reads: all,
  async *run(node) {
    const groups = groupsOf(node.config);
    if (!groups) {
      const value = first(selectorsIn(node.config.variables), node);
      return { outputs: value === undefined ? {} : { output: value } };
    }
    const found = groups.flatMap(({ name, selectors }) => {
      const value = first(selectors, node);
      return value === undefined ? [] : [[name, { output: value }] as const];
    });
    return { outputs: Object.fromEntries(found) };
  },
});

const aggregator = make('variable-aggregator');

/** What old files call it. */
export const oldAggregator = make('variable-assigner');

export default aggregator;
