import { isObject, type JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';

const promptSchema = z.object({
  role: z.string().nullish(),
  text: z.string().nullish(),
  edition_type: z.string().nullish(),
});

const switchSchema = z.object({ enabled: z.boolean().nullish() }).nullish();

/** The `data` of an `llm` node, as far as it is read here. */
export const llmConfig = z.object({
  model: z.object({
    provider: z.string().nullish(),
    name: z.string().min(1),
    completion_params: z.custom<JsonObject>(isObject, 'a map').nullish(),
  }),
  /** A list of messages; one prompt alone where the model's mode is `completion`. */
  prompt_template: z.union([z.array(promptSchema), promptSchema]),
  context: z
    .object({
      enabled: z.boolean().nullish(),
      variable_selector: z.array(z.string()).nullish(),
    })
    .nullish(),
  memory: z.custom<JsonObject>(isObject, 'a map').nullish(),
  vision: switchSchema,
  structured_output_enabled: z.boolean().nullish(),
  structured_output_switch_on: z.boolean().nullish(),
  reasoning_format: z.string().nullish(),
});

export type LlmConfig = z.infer<typeof llmConfig>;
