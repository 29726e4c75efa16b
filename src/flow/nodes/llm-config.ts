import { isObject, type JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { namedVariables } from '#flow/nodes/named-variables.ts';

const objectSchema = z.custom<JsonObject>(isObject, 'a map').nullish();

/** A model as nodes name it. */
export const modelSchema = z.object({
  provider: z.string().nullish(),
  name: z.string().min(1),
  mode: z.string().nullish(),
  completion_params: objectSchema,
});

const promptSchema = z.object({
  role: z.string().nullish(),
  text: z.string().nullish(),
  edition_type: z.string().nullish(),
  jinja2_text: z.string().nullish(),
});

/** What was said before in the conversation, and how much of it is told. */
export const memorySchema = z
  .object({
    role_prefix: z
      .object({ user: z.string().nullish(), assistant: z.string().nullish() })
      .nullish(),
    window: z.object({ enabled: z.boolean().nullish(), size: z.number().nullish() }).nullish(),
    query_prompt_template: z.string().nullish(),
  })
  .nullish();

export type Memory = z.infer<typeof memorySchema>;

export const visionSchema = z
  .object({
    enabled: z.boolean().nullish(),
    configs: z
      .object({
        detail: z.string().nullish(),
        variable_selector: z.array(z.string()).nullish(),
      })
      .nullish(),
  })
  .nullish();

export type Vision = z.infer<typeof visionSchema>;

/** The `data` of an `llm` node, as far as it is read here. */
export const llmConfig = z.object({
  model: modelSchema,
  /** A list of messages; one prompt alone where the model's mode is `completion`. */
  prompt_template: z.union([z.array(promptSchema), promptSchema]),
  prompt_config: z.object({ jinja2_variables: namedVariables }).nullish(),
  context: z
    .object({
      enabled: z.boolean().nullish(),
      variable_selector: z.array(z.string()).nullish(),
    })
    .nullish(),
  memory: memorySchema,
  vision: visionSchema,
  structured_output_enabled: z.boolean().nullish(),
  structured_output_switch_on: z.boolean().nullish(),
  structured_output: z.object({ schema: objectSchema }).nullish(),
  reasoning_format: z.string().nullish(),
});

export type LlmConfig = z.infer<typeof llmConfig>;
export type ModelConfig = z.infer<typeof modelSchema>;
