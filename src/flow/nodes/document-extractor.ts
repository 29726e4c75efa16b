import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import { filesIn } from '#flow/nodes/file-parts.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import { selectorsAt } from '#flow/variables.ts';

const config = z.object({
  variable_selector: z.array(z.string()),
  is_array_file: z.boolean().nullish(),
});

type Config = z.infer<typeof config>;

const documentExtractor: NodeType<Config> = {
  type: 'document-extractor',
  config,
  outputs: () => ({ text: 'any' }),
  reads: ({ variable_selector: parts }) => selectorsAt(parts),
  async *run(node) {
    const [selector] = selectorsAt(node.config.variable_selector);
    const value = selector && node.read(selector);
    if (value === undefined)
      throw new SpillwayError(
        'node_failed',
        `The file ${node.config.variable_selector.join('.')} has no value.`,
      );
    // A file that nobody had to give and nobody gave has no text.
    if (value === null) return { outputs: { text: node.config.is_array_file ? [] : '' } };
    const files = filesIn(value);
    if (files.length === 0 && !Array.isArray(value))
      throw new SpillwayError('node_failed', 'What it reads is not a file.');
    const extract = serviceOf(node, 'extractText');
    const texts: string[] = [];
    for (const file of files) {
      const bytes = await serviceOf(node, 'files').read(file, node.signal);
      texts.push(await extract(bytes, file, node.signal));
    }
    return { outputs: { text: Array.isArray(value) ? texts : (texts[0] ?? '') } };
  },
};

export default documentExtractor;
