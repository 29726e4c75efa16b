import { z } from '#core/schema.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import type { Segment } from '#flow/template.ts';
import { toSelector } from '#flow/variables.ts';

const config = z.object({
  outputs: z
    .array(z.object({ variable: z.string(), value_selector: z.array(z.string()).nullish() }))
    .nullish(),
});

type Config = z.infer<typeof config>;

const selected = ({ outputs }: Config) =>
  (outputs ?? []).map(({ variable, value_selector: parts }) => ({
    variable,
    selector: toSelector(parts ?? []),
  }));

const end: NodeType<Config> = {
  type: 'end',
  config,
  outputs: (config) =>
    Object.fromEntries(selected(config).map(({ variable }) => [variable, 'any'])),
  reads: (config) => selected(config).flatMap(({ selector }) => (selector ? [selector] : [])),
  // What it leaves is read out while it comes, a line for each.
  response: (config) =>
    selected(config).flatMap(({ selector }, i): Segment[] => {
      const break_: Segment[] = i === 0 ? [] : [{ kind: 'text', text: '\n' }];
      return selector ? [...break_, { kind: 'variable', selector, name: '' }] : [];
    }),
  async *run(node) {
    const values = selected(node.config).map(
      ({ variable, selector }) => [variable, (selector && node.read(selector)) ?? null] as const,
    );
    return { inputs: Object.fromEntries(values), outputs: Object.fromEntries(values) };
  },
};

export default end;
