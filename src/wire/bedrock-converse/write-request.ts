import { type JsonObject, isObject, own } from '#core/json.ts';
import { type ModelFields, modelFields } from '#wire/bedrock-converse/models.ts';
import { DIALECT } from '#wire/bedrock-converse/read-parts.ts';
import { withClaudeChoice } from '#wire/bedrock-converse/claude-choice.ts';
import { writeTools } from '#wire/bedrock-converse/tools.ts';
import { type Writing, writeParts } from '#wire/bedrock-converse/write-parts.ts';
import type { ChatMessage, ChatRequest, RequestField } from '#wire/chat-request.ts';
import type { WriteOptions, Written } from '#wire/dialect.ts';

/** Fields that mean the same whoever writes them: callers of every dialect reach them by name. */
const OWN_FIELDS = [
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'guardrailConfig',
  'outputConfig',
  'performanceConfig',
  'promptVariables',
  'requestMetadata',
] as const;

export const writeRequest = (request: ChatRequest, { model }: WriteOptions): Written => {
  const writing: Writing = { isOwn: request.dialect === DIALECT, documents: new Map() };
  const said = writeTools(request);
  const tools = writing.isOwn ? said : withClaudeChoice(request, said, model);
  const fields = writing.isOwn
    ? ownFields(request)
    : modelFields(request, { model, isForced: tools.isForced });
  const system = request.messages.filter(({ role }) => role === 'system');
  const systemBlocks = writeParts(
    system.flatMap(({ parts }) => parts),
    writing,
  );
  const extra = ownExtra(request);
  const inference = {
    ...(request.maxOutputTokens !== undefined && { maxTokens: request.maxOutputTokens }),
    ...fields.inference,
    ...objectAt(extra, 'inferenceConfig'),
  };
  const additional = {
    ...fields.additional,
    ...tools.additional,
    ...objectAt(extra, 'additionalModelRequestFields'),
  };
  const tier = tierOf(request);
  const body: JsonObject = {
    ...extra,
    messages: writeMessages(request.messages, writing),
    ...(systemBlocks.length > 0 && { system: systemBlocks }),
    ...(Object.keys(inference).length > 0 && { inferenceConfig: inference }),
    ...(tools.config && { toolConfig: tools.config }),
    ...(Object.keys(additional).length > 0 && { additionalModelRequestFields: additional }),
    ...(tier !== undefined && { serviceTier: { type: tier } }),
  };
  const left = [...new Set([...leftOut(request), ...fields.left, ...tools.left])];
  const taken = writing.isOwn ? [] : Object.keys(extra);
  return {
    body,
    left,
    ...(taken.length > 0 && { taken }),
    ...(tools.emulates && { emulates: tools.emulates }),
  };
};

/** The same body without what its path says. */
export const redirectRequest = (body: JsonObject): JsonObject => {
  const { model: _, stream: __, ...rest } = body;
  return rest;
};

const objectAt = (object: JsonObject, key: string): JsonObject => {
  const value = own(object, key);
  return isObject(value) ? value : {};
};

const ownExtra = ({ dialect, extra }: ChatRequest): JsonObject =>
  dialect === DIALECT
    ? extra
    : Object.fromEntries(
        OWN_FIELDS.flatMap((key) => {
          const value = own(extra, key);
          return value === undefined ? [] : [[key, value]];
        }),
      );

/** The vendor wants the two to take turns: messages of one role that follow each other become one. */
const writeMessages = (messages: readonly ChatMessage[], writing: Writing): JsonObject[] => {
  const turns: { role: string; content: JsonObject[]; extra: JsonObject }[] = [];
  for (const { role, parts, extra = {} } of messages) {
    if (role === 'system') continue;
    const content = writeParts(parts, writing);
    const last = turns.at(-1);
    if (last?.role === role && !writing.isOwn) last.content.push(...content);
    else if (content.length > 0 || writing.isOwn)
      turns.push({ role, content, extra: writing.isOwn ? extra : {} });
  }
  return turns.map(({ role, content, extra }) => ({ role, content, ...extra }));
};

/** What its own callers have said: the rest stands in the model's own fields, and stays there. */
const ownFields = ({ temperature, topP, stop }: ChatRequest): ModelFields => ({
  inference: {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stop && { stopSequences: [...stop] }),
  },
  additional: {},
  left: [],
});

const TIERS = new Set(['default', 'flex', 'priority', 'reserved']);

const tierOf = ({ serviceTier = '' }: ChatRequest): string | undefined =>
  TIERS.has(serviceTier) ? serviceTier : undefined;

/** Of what the vendor has no word for: what would change the answer. */
const leftOut = (request: ChatRequest): RequestField[] => {
  const { choices = 1, presencePenalty = 0, frequencyPenalty = 0 } = request;
  const left: RequestField[] = [];
  if (request.seed !== undefined) left.push('seed');
  if (presencePenalty !== 0) left.push('presencePenalty');
  if (frequencyPenalty !== 0) left.push('frequencyPenalty');
  if (choices > 1) left.push('choices');
  if (request.logprobs) left.push('logprobs');
  if (request.user !== undefined) left.push('user');
  if (request.metadata) left.push('metadata');
  if (request.serviceTier !== undefined && tierOf(request) === undefined) left.push('serviceTier');
  return left;
};
