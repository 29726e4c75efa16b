import { z } from '#core/schema.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import { parseTemplate, selectorsOf } from '#flow/template.ts';

const config = z.object({ answer: z.string() });

const answer: NodeType<z.infer<typeof config>> = {
  type: 'answer',
  config,
  outputs: () => ({ answer: 'string' }),
  reads: (config) => selectorsOf(parseTemplate(config.answer)),
  response: (config) => parseTemplate(config.answer),
  async *run(node) {
    return { outputs: { answer: node.render(parseTemplate(node.config.answer), 'markdown') } };
  },
};

export default answer;
