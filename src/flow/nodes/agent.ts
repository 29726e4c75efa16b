import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { fileValue } from '#flow/file.ts';
import { agentTools } from '#flow/nodes/agent-tools.ts';
import { converse } from '#flow/nodes/agent-loop.ts';
import { memorySchema, modelSchema, visionSchema } from '#flow/nodes/llm-config.ts';
import { visionParts, visionReads, withFiles } from '#flow/nodes/llm-request.ts';
import { memoryMessages, textMessage } from '#flow/nodes/memory.ts';
import { modelOf, settingsOf } from '#flow/nodes/model-params.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import { filledValues, valueReads } from '#flow/nodes/tool-values.ts';
import { usageValue } from '#flow/spent.ts';
import { asText } from '#flow/show.ts';
import { parseTemplate } from '#flow/template.ts';

const agentModelSchema = z
  .object({ value: z.custom<JsonObject>(isObject, 'a map') })
  .transform(({ value }, context) => {
    // The strategy's form calls the model's name `model`.
    const name = own(value, 'name') ?? own(value, 'model');
    const read = modelSchema.safeParse({ ...value, ...(name !== undefined && { name }) });
    if (read.success) return read.data;
    context.addIssue({ code: 'custom', message: 'a model with its name' });
    return z.NEVER;
  });

const config = z.object({
  agent_strategy_name: z.string().nullish(),
  agent_parameters: z.looseObject({
    model: agentModelSchema,
    tools: z.looseObject({ value: z.json().nullish() }).nullish(),
  }),
  memory: memorySchema,
  vision: visionSchema,
});

type Config = z.infer<typeof config>;

/** As Dify bounds it. */
const MOST_ROUNDS = 99;
const USUAL_ROUNDS = 5;

const wishesOf = ({ agent_parameters: given }: Config): JsonObject =>
  Object.fromEntries(
    ['instruction', 'query', 'maximum_iterations'].flatMap((name) => {
      const value = given[name];
      return value === undefined ? [] : [[name, value as Json]];
    }),
  );

const agent: NodeType<Config> = {
  type: 'agent',
  config,
  outputs: () => ({ text: 'string', files: 'array', json: 'array', usage: 'object' }),
  reads: (config) => [...valueReads(wishesOf(config)), ...visionReads(config.vision)],
  models: ({ agent_parameters: { model } }) => [modelOf(model)],
  async *run(node) {
    const { agent_parameters: given, memory, vision } = node.config;
    const {
      instruction,
      query,
      maximum_iterations: most,
    } = filledValues(wishesOf(node.config), node);
    const fill = (text: string): string => node.render(parseTemplate(text), 'text');
    const messages = withFiles(
      [
        ...(instruction ? [textMessage('system', asText(instruction))] : []),
        ...memoryMessages(node.history, memory),
        textMessage('user', asText(query ?? '')),
      ],
      await visionParts(node, vision),
    );
    const { model } = given;
    const said = yield* converse(node, {
      request: {
        model: node.groupOf(modelOf(model)),
        messages,
        stream: true,
        includeUsage: true,
        ...settingsOf(model.completion_params ?? {}, fill),
      },
      tools: agentTools(node, given.tools?.value ?? null),
      mostRounds: roundsOf(most),
    });
    return {
      inputs: { instruction: instruction ?? '', query: query ?? '' },
      outputs: {
        text: said.text,
        json: [...said.json],
        files: said.files.map(fileValue),
        usage: usageValue(said.spent, said.took),
      },
      ...said.spent,
    };
  },
};

export default agent;

const roundsOf = (value: Json | undefined): number => {
  const count = Number(value);
  if (!Number.isFinite(count) || count < 1) return USUAL_ROUNDS;
  return Math.min(Math.floor(count), MOST_ROUNDS);
};
