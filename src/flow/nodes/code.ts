import { z } from '#core/schema.ts';
import { checkOutputs } from '#flow/nodes/code-outputs.ts';
import { namedReads, namedValues, namedVariables } from '#flow/nodes/named-variables.ts';
import type { NodeType, ValueType } from '#flow/nodes/node-type.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';

const outputSchema = z.object({ type: z.string(), children: z.json().nullish() });

const config = z.object({
  code_language: z.string(),
  code: z.string(),
  variables: namedVariables,
  outputs: z.record(z.string(), outputSchema).nullish(),
});

type Config = z.infer<typeof config>;

const LANGUAGES: readonly string[] = ['javascript', 'python3'];

const code: NodeType<Config> = {
  type: 'code',
  config,
  outputs: ({ outputs }) =>
    Object.fromEntries(
      Object.entries(outputs ?? {}).map(([name, { type }]) => [name, typeOf(type)] as const),
    ),
  reads: ({ variables }) => namedReads(variables),
  unsupported: ({ code_language: language }) =>
    LANGUAGES.includes(language) ? [] : ['code_language'],
  async *run(node) {
    const { code, code_language: language, variables, outputs } = node.config;
    const inputs = namedValues(variables, node.read);
    const job = {
      language: language === 'javascript' ? ('javascript' as const) : ('python3' as const),
      code,
      inputs,
    };
    const result = await serviceOf(node, 'runCode')(job, node.signal);
    return { inputs, outputs: checkOutputs(result, outputs ?? {}) };
  },
};

export default code;

const typeOf = (type: string): ValueType => {
  if (type.startsWith('array')) return 'array';
  return type === 'number' || type === 'object' || type === 'boolean' ? type : 'string';
};
