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

/** Our reason in OpenAI's word: the vendor's own when it is one that OpenAI has. */
export const finishWord = (reason: FinishReason, raw: string): string =>
  Object.hasOwn(REASONS, raw) ? raw : OPENAI_WORD[reason];
