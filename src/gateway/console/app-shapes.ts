import { z } from '#core/schema.ts';

/** What the console is told of apps. Times of apps and runs are seconds since 1970. */

const text = z.string();
const amount = z.number();
const maybe = amount.nullable();

const appRow = z.object({
  id: text,
  name: text,
  /** As its file says it: `advanced-chat`, `workflow`, `chat`, `agent-chat`, `completion`. */
  mode: text,
  description: text,
  icon: z.object({ type: text, value: text, background: text }),
  dsl_version: text,
  source: z.enum(['folder', 'import']),
  /** Its name in the folder of apps. */
  file: text.nullable(),
  runnable: z.boolean(),
  problems: amount,
  created_at: amount,
  updated_at: amount,
});
export type AppRow = z.infer<typeof appRow>;

export const appsReply = z.object({ data: z.array(appRow) });
export type AppsReply = z.infer<typeof appsReply>;

const checklistItem = z.object({
  kind: z.enum(['flow', 'model', 'dataset', 'secret', 'tool', 'module', 'feature']),
  node: text.optional(),
  /** In English. */
  message: text,
  /** The same for those who say it in another language: a word for the sentence, and what is filled in. */
  said: z.object({ code: text, with: z.record(text, z.union([text, amount])) }),
});
export type AppChecklistItem = z.infer<typeof checklistItem>;

export const appReply = appRow.extend({
  workflow_id: text,
  /** Each field under its type, as the service API tells of it. */
  form: z.array(z.record(text, z.looseObject({}))),
  opening_statement: text,
  suggested_questions: z.array(text),
  file_upload: z.looseObject({}),
  checklist: z.array(checklistItem),
  findings: z.array(z.looseObject({ message: text })),
});
export type AppReply = z.infer<typeof appReply>;

export const importReply = z.object({
  id: text,
  /** `pending`: of a newer version; imported when it is asked for again with `confirm`. */
  status: z.enum(['completed', 'completed-with-warnings', 'pending', 'failed']),
  app_id: text.nullable(),
  app_mode: text.nullable(),
  current_dsl_version: text,
  imported_dsl_version: text,
  error: text,
  checklist: z.array(checklistItem),
});
export type ImportReply = z.infer<typeof importReply>;

/** A way out of a node: of a branch's case, of a class, of a failure. */
const drawnHandle = z.object({
  id: text,
  kind: z.enum(['if', 'elif', 'else', 'class', 'action', 'fail']),
  /** What it asks for, in the words of the file. */
  text: text,
});

const drawnNode = z.object({
  id: text,
  type: text,
  title: text,
  /** One more line: a model, a tool, a method. */
  about: text.nullable(),
  /** The container that it is drawn in; its place is then the container's. */
  parent: text.nullable(),
  /** Absent where the file says none. */
  place: z.object({ x: amount, y: amount }).nullable(),
  size: z.object({ width: amount, height: amount }).nullable(),
  /** Empty for a node with one way out. */
  handles: z.array(drawnHandle),
});
export type DrawnNode = z.infer<typeof drawnNode>;

/** An app as it is drawn: nothing of what its nodes do, so that no secret can be in it. */
export const drawingReply = z.object({
  name: text,
  nodes: z.array(drawnNode),
  edges: z.array(z.object({ source: text, target: text, handle: text })),
  notes: z.array(
    z.object({
      id: text,
      text: text,
      place: z.object({ x: amount, y: amount }),
      size: z.object({ width: amount, height: amount }),
    }),
  ),
});
export type Drawing = z.infer<typeof drawingReply>;

/** Where a model of apps is: one of group and endpoint is null. */
export const appModelReply = z.object({
  id: text,
  /** Null for any. */
  provider: text.nullable(),
  name: text,
  type: text,
  group: text.nullable(),
  endpoint_url: text.nullable(),
  endpoint_model_name: text.nullable(),
  /** Its end at most. */
  api_key: text.nullable(),
  updated_at: amount,
});
export type AppModel = z.infer<typeof appModelReply>;

export const appModelsReply = z.object({
  data: z.array(appModelReply),
  config: z.array(z.object({ provider: text.optional(), name: text, group: text })),
  groups: z.array(text),
  wanted: z.array(
    z.object({
      provider: text,
      name: text,
      /** Ids. */
      apps: z.array(text),
      served_by: text.nullable(),
      /** Why nobody serves it. */
      problem: text.nullable(),
    }),
  ),
});
export type AppModelsReply = z.infer<typeof appModelsReply>;

export const modelTrialReply = z.object({
  ok: z.boolean(),
  deployment: text.nullable(),
  elapsed_ms: amount,
});
export type ModelTrialReply = z.infer<typeof modelTrialReply>;

export const uploadReply = z.object({ id: text, name: text, size: amount, kind: text });
export type UploadReply = z.infer<typeof uploadReply>;

export const appKeysReply = z.object({
  data: z.array(z.object({ id: text, hint: text, created_at: amount, last_used_at: maybe })),
});
export type AppKeysReply = z.infer<typeof appKeysReply>;

export const appKeyReply = z.object({ id: text, key: text, created_at: amount });
export type AppKeyReply = z.infer<typeof appKeyReply>;

const appRun = z.object({
  id: text,
  app_id: text,
  workflow_id: text,
  status: text,
  from: text,
  user: text,
  query: text,
  inputs: z.looseObject({}),
  conversation_id: text.nullable(),
  message_id: text.nullable(),
  created_at: amount,
  elapsed_ms: maybe,
  steps: maybe,
  input_tokens: maybe,
  output_tokens: maybe,
  cost_nanos: maybe,
  outputs: z.looseObject({}).nullable(),
  error: z.looseObject({ message: text }).nullable(),
});
export type AppRunRow = z.infer<typeof appRun>;

export const appRunsReply = z.object({
  data: z.array(appRun),
  /** Of all pages. */
  total: amount,
  page: amount,
  limit: amount,
});
export type AppRunsReply = z.infer<typeof appRunsReply>;
