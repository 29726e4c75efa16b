import { type Json, type JsonObject, isObject } from '#core/json.ts';
import { borrowedBy } from '#wire/borrowed.ts';
import { marksLeft } from '#wire/cache-marks.ts';
import type { ChatRequest, LeftField, RequestField } from '#wire/chat-request.ts';
import type { WriteOptions, Written } from '#wire/dialect.ts';
import { BORROWED } from '#wire/gemini/borrowed.ts';
import { present } from '#wire/gemini/fields.ts';
import { NAME } from '#wire/gemini/name.ts';
import { writeThinking } from '#wire/gemini/thinking.ts';
import { writeFormat, writeToolConfig, writeTools } from '#wire/gemini/tools.ts';
import { writeContents } from '#wire/gemini/write-content.ts';

/** The hub's fields under Google's names. */
export const paramNames = {
  temperature: 'generationConfig.temperature',
  topP: 'generationConfig.topP',
  topK: 'generationConfig.topK',
  stop: 'generationConfig.stopSequences',
  seed: 'generationConfig.seed',
  presencePenalty: 'generationConfig.presencePenalty',
  frequencyPenalty: 'generationConfig.frequencyPenalty',
  choices: 'generationConfig.candidateCount',
  logprobs: 'generationConfig.responseLogprobs',
  tools: 'tools',
  toolChoice: 'toolConfig',
  format: 'generationConfig.responseJsonSchema',
  reasoning: 'generationConfig.thinkingConfig',
  serviceTier: 'serviceTier',
} as const satisfies Partial<Record<RequestField, string>>;

/** Fields that say what the answer is, and that only this dialect has. */
export const ownParams: ReadonlySet<string> = new Set(['cachedContent', 'cached_content']);

/** The path says the model, and whether the answer is streamed. */
export const writeRequest = (
  request: ChatRequest,
  { model, quirks = {} }: WriteOptions,
): Written => {
  const isOwn = request.dialect === NAME;
  const extra = isOwn ? request.extra : {};
  const refused = (quirks.refuses ?? []).filter((field) => request[field] !== undefined);
  const said = { ...request };
  for (const field of refused) delete said[field];
  const borrowed = borrowedBy(BORROWED, isOwn ? {} : request.extra);
  const { entries: declared, areLeft } = writeTools(said);
  const entries = [...declared, ...borrowed.tools];
  const tier = tierOf(request.serviceTier);
  const config = configOf(said, { model, isOwn });
  const { generationConfig, ...others } = extra;
  const merged = {
    ...config,
    ...borrowed.settings,
    ...(isObject(generationConfig) && generationConfig),
  };
  const { toolChoice } = said;
  const body: JsonObject = {
    ...writeContents(request.messages, { model, isOwn, ids: isOwn && quirks.noCallIds !== true }),
    ...(entries.length > 0 && { tools: entries }),
    ...(toolChoice && declared.length > 0 && { toolConfig: writeToolConfig(toolChoice) }),
    ...(Object.keys(merged).length > 0 && { generationConfig: merged }),
    ...(tier !== undefined && said.serviceTier !== undefined && { serviceTier: tier }),
    ...borrowed.fields,
    ...others,
  };
  const left = new Set<LeftField>([...refused, ...marksLeft(request)]);
  if (areLeft) left.add('tools');
  // One call at a time is nothing that can be asked for.
  if (request.parallelTools === false && declared.length > 0) left.add('parallelTools');
  if (request.serviceTier !== undefined && tier === undefined) left.add('serviceTier');
  for (const field of ['user', 'metadata'] as const)
    if (request[field] !== undefined) left.add(field);
  const { taken } = borrowed;
  return { body, left: [...left], ...(taken.length > 0 && { taken }) };
};

const configOf = (
  request: ChatRequest,
  { model, isOwn }: { readonly model: string; readonly isOwn: boolean },
): JsonObject => {
  const { logprobs, format, reasoning, stop } = request;
  const fields: Readonly<Record<string, Json | undefined>> = {
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    maxOutputTokens: request.maxOutputTokens,
    stopSequences: stop && [...stop],
    seed: request.seed,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
    candidateCount: request.choices,
    responseLogprobs: logprobs && true,
    logprobs: logprobs?.top,
    thinkingConfig: reasoning && writeThinking(reasoning, { model, isOwn }),
  };
  return { ...(present(fields) as JsonObject), ...(format && writeFormat(format)) };
};

/** Undefined for one that Google does not have. */
const tierOf = (tier: string | undefined): string | undefined =>
  tier !== undefined && Object.hasOwn(TIERS, tier) ? TIERS[tier] : undefined;

const TIERS: Readonly<Record<string, string>> = {
  default: 'standard',
  flex: 'flex',
  priority: 'priority',
  unspecified: 'unspecified',
};
