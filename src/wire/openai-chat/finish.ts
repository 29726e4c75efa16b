import type { JsonObject } from '#core/json.ts';
import type { FinishEvent, FinishReason } from '#wire/chat-event.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
};

export const finishEvent = (raw: string, choice = 0): FinishEvent => ({
  type: 'finish',
  reason: Object.hasOwn(REASONS, raw) ? REASONS[raw]! : 'other',
  raw,
  ...(choice > 0 && { choice }),
});

const OPENAI_WORD: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  other: 'stop',
};

/** Words of vendors that say no more than OpenAI's. */
const USUAL =
  /^(?:stop|end_turn|complete|completed|length|max_tokens|max_output_tokens|tool_use|tool_calls?|function_call|content_filter(?:ed)?)?$/i;

/** The vendor's own word, where it says more than OpenAI's beside it: a pause, whose filter it was. */
export const nativeWord = (raw: string): JsonObject =>
  USUAL.test(raw) ? {} : { provider_specific_fields: { native_finish_reason: raw } };

/** Our reason in OpenAI's word: the vendor's own when it is one that OpenAI has. */
export const finishWord = (reason: FinishReason, raw: string): string =>
  Object.hasOwn(REASONS, raw) ? raw : OPENAI_WORD[reason];
