import type { Json, JsonObject } from '#core/json.ts';
import { isObject } from '#core/json.ts';
import type { Usage } from '#wire/chat-event.ts';
import { countIn, without } from '#wire/gemini/fields.ts';

/** Undefined when the prompt was not counted, or not credibly. */
export const readUsage = (value: Json | undefined): Usage | undefined => {
  if (!isObject(value)) return undefined;
  const prompt = countIn(value, 'promptTokenCount');
  if (prompt === undefined) return undefined;
  // Counted apart: what the vendor's tools read, and what was thought.
  const tools = countIn(value, 'toolUsePromptTokenCount') ?? 0;
  const thoughts = countIn(value, 'thoughtsTokenCount');
  const cached = countIn(value, 'cachedContentTokenCount');
  return {
    inputTokens: prompt + tools,
    outputTokens: (countIn(value, 'candidatesTokenCount') ?? 0) + (thoughts ?? 0),
    ...(cached !== undefined && { cachedTokens: cached }),
    ...(thoughts !== undefined && { reasoningTokens: thoughts }),
  };
};

const COUNTED = [
  'promptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'cachedContentTokenCount',
  'totalTokenCount',
];

/** What else it says: counts by modality, and the kind of traffic. */
export const usageDetails = (value: JsonObject): JsonObject => without(value, COUNTED);

export const writeUsage = (usage: Usage, details: JsonObject = {}): JsonObject => {
  const { inputTokens, outputTokens, cachedTokens, reasoningTokens } = usage;
  const tools = countIn(details, 'toolUsePromptTokenCount') ?? 0;
  return {
    promptTokenCount: Math.max(0, inputTokens - tools),
    candidatesTokenCount: Math.max(0, outputTokens - (reasoningTokens ?? 0)),
    totalTokenCount: inputTokens + outputTokens,
    ...(cachedTokens !== undefined && { cachedContentTokenCount: cachedTokens }),
    ...(reasoningTokens !== undefined && { thoughtsTokenCount: reasoningTokens }),
    ...details,
  };
};
