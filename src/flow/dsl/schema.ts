import { isObject, type Json, type JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';

// As permissive as Dify's importer: only what this program stands on is checked, an empty value is
// as good as none, and the document itself keeps every key that is not named here.

const jsonSchema = z.custom<Json>((value) => value !== undefined, 'a value');

/** A word that a file written by hand may have without quotes, `true` among them. */
const wordSchema = z
  .union([z.string(), z.number(), z.boolean()])
  .nullish()
  .transform((word) => (word === null || word === undefined ? undefined : String(word)));

/** Ids are texts; a file written by hand may have them without quotes. */
const idSchema = z.union([z.string().min(1), z.int()]).transform(String);

/** One end of an edge; empty when the file leaves it out. */
const endSchema = z
  .union([z.string(), z.int()])
  .nullish()
  .transform((id) => String(id ?? ''));

const nodeSchema = z.object({
  id: idSchema,
  type: z.string().nullish(),
  parentId: wordSchema,
  data: z.custom<JsonObject>(isObject, 'a map').nullish(),
});

const edgeSchema = z.object({
  source: endSchema,
  target: endSchema,
  sourceHandle: wordSchema,
});

const variableSchema = z.object({
  id: z.union([z.string(), z.int()]).nullish(),
  name: z.string(),
  description: z.string().nullish(),
  value: jsonSchema.nullish(),
  value_type: z.string().nullish(),
});

export const headSchema = z.object({
  app: z.object({
    mode: z.string(),
    name: wordSchema,
    description: wordSchema,
    icon: wordSchema,
    icon_type: wordSchema,
    icon_background: wordSchema,
  }),
  version: z
    .custom<string>((value) => typeof value === 'string', 'a text in quotes, like "0.4.0"')
    .nullish(),
});

export const bodySchema = z.object({
  workflow: z.object({
    graph: z.object({
      nodes: z.array(nodeSchema).nullish(),
      edges: z.array(edgeSchema).nullish(),
    }),
    environment_variables: z.array(variableSchema).nullish(),
    conversation_variables: z.array(variableSchema).nullish(),
    features: z.custom<JsonObject>(isObject, 'a map').nullish(),
  }),
});

/** Of an app without a workflow. */
export const modelConfigSchema = z.object({
  model_config: z.custom<JsonObject>(isObject, 'a map'),
});

export type Workflow = z.infer<typeof bodySchema>['workflow'];
