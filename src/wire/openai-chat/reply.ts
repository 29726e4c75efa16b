import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Block, ChatEvent, FinishReason, Usage } from '#wire/chat-event.ts';
import { collect } from '#wire/collect.ts';
import { TEXT_FIELD, fieldText, textsOf, toolCallsOf } from '#wire/openai-chat/parts.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
};

export const finishEvent = (raw: string): ChatEvent => ({
  type: 'finish',
  reason: Object.hasOwn(REASONS, raw) ? REASONS[raw]! : 'other',
  raw,
});

const OPENAI_WORD: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  other: 'stop',
};

/** Our reason in OpenAI's word: the vendor's own when it is one that OpenAI has. */
export const finishWord = (reason: FinishReason, raw: string): string =>
  Object.hasOwn(REASONS, raw) ? raw : OPENAI_WORD[reason];

const wholeNumber = (value: Json | undefined): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** Reads `usage`; undefined when a count that must be there is missing, negative or no number. */
export const readUsage = (value: Json | undefined): Usage | undefined => {
  if (!isObject(value)) return undefined;
  const inputTokens = wholeNumber(own(value, 'prompt_tokens'));
  // Embeddings produce no output and say so by leaving it out.
  const outputTokens = wholeNumber(own(value, 'completion_tokens') ?? 0);
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const cachedTokens = detail(value, 'prompt_tokens_details', 'cached_tokens');
  const reasoningTokens = detail(value, 'completion_tokens_details', 'reasoning_tokens');
  return {
    inputTokens,
    outputTokens,
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
  };
};

const detail = (usage: JsonObject, group: string, key: string): number | undefined => {
  const details = own(usage, group);
  return isObject(details) ? wholeNumber(own(details, key)) : undefined;
};

export const writeUsage = (usage: Usage): JsonObject => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  total_tokens: usage.inputTokens + usage.outputTokens,
  ...(usage.cachedTokens !== undefined && {
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
  }),
  ...(usage.reasoningTokens !== undefined && {
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  }),
});

export const readReply = (body: Json): ChatEvent[] => {
  const choices = isObject(body) ? own(body, 'choices') : undefined;
  const first = Array.isArray(choices) ? choices[0] : undefined;
  const message = isObject(first) ? own(first, 'message') : undefined;
  if (!isObject(body) || !isObject(first) || !isObject(message))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without a message; try again.',
    );
  const events: ChatEvent[] = [startEvent(body)];
  let index = 0;
  const add = (block: Block, delta: string): void => {
    events.push({ type: 'block-start', index, block });
    events.push({ type: 'block-delta', index, delta });
    events.push({ type: 'block-end', index: index++ });
  };
  for (const { kind, text } of textsOf(message)) add({ kind }, text);
  for (const { id, name, input } of toolCallsOf(message))
    add({ kind: 'tool-call', id, name }, input);
  const usage = readUsage(own(body, 'usage'));
  if (usage) events.push({ type: 'usage', usage });
  events.push(finishEvent(fieldText(first, 'finish_reason')));
  return events;
};

export const startEvent = (body: JsonObject): ChatEvent => ({
  type: 'start',
  id: fieldText(body, 'id'),
  model: fieldText(body, 'model'),
  created: wholeNumber(own(body, 'created')) ?? 0,
});

export const writeReply = (events: readonly ChatEvent[]): JsonObject => {
  const whole = collect(events);
  const message: JsonObject = {
    role: 'assistant',
    [TEXT_FIELD.text]: whole.text || null,
    [TEXT_FIELD.refusal]: whole.refusal || null,
  };
  if (whole.reasoning) message[TEXT_FIELD.reasoning] = whole.reasoning;
  if (whole.toolCalls.length > 0)
    message['tool_calls'] = whole.toolCalls.map(({ id, name, input }) => ({
      id,
      type: 'function',
      function: { name, arguments: input },
    }));
  const finish_reason = finishWord(whole.finish.reason, whole.finish.raw);
  return {
    id: whole.id,
    object: 'chat.completion',
    created: whole.created,
    model: whole.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason }],
    ...(whole.usage && { usage: writeUsage(whole.usage) }),
  };
};
