import { z } from '#core/schema.ts';
import { namedReads, namedValues, namedVariables } from '#flow/nodes/named-variables.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';

const config = z.object({ variables: namedVariables, template: z.string() });

type Config = z.infer<typeof config>;

/** As Dify bounds it, characters. */
const LONGEST_OUTPUT = 400_000;

const templateTransform: NodeType<Config> = {
  type: 'template-transform',
  config,
  outputs: () => ({ output: 'string' }),
  reads: ({ variables }) => namedReads(variables),
  async *run(node) {
    const inputs = namedValues(node.config.variables, node.read);
    const { template } = node.config;
    const job = { template, values: inputs, limitChars: LONGEST_OUTPUT };
    const output = await serviceOf(node, 'renderJinja')(job, node.signal);
    return { inputs, outputs: { output } };
  },
};

export default templateTransform;
