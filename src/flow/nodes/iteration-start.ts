import { z } from '#core/schema.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';

const config = z.object({});

type Config = z.infer<typeof config>;

const make = (type: string, more: Partial<NodeType<Config>>, isLast = false): NodeType<Config> => ({
  type,
  config,
  outputs: () => ({}),
  reads: () => [],
  ...more,
  async *run() {
    return { outputs: {}, ...(isLast && { isLast }) };
  },
});

/** Where an iteration's rounds begin. */
const iterationStart = make('iteration-start', { begins: true });

export const loopStart = make('loop-start', { begins: true });

/** Whoever comes here wants no further round. */
export const loopEnd = make('loop-end', {}, true);

export default iterationStart;
