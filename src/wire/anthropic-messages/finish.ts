import { type JsonObject, own } from '#core/json.ts';
import { fieldText } from '#wire/anthropic-messages/fields.ts';
import type { FinishEvent, FinishReason } from '#wire/chat-event.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
  pause_turn: 'other',
};

/** From a message, or from the delta that ends one; undefined where it has not ended. */
export const readFinish = (message: JsonObject): FinishEvent | undefined => {
  const raw = fieldText(message, 'stop_reason');
  if (raw === '') return undefined;
  const sequence = own(message, 'stop_sequence');
  return {
    type: 'finish',
    reason: Object.hasOwn(REASONS, raw) ? REASONS[raw]! : 'other',
    raw,
    ...(typeof sequence === 'string' && { stopSequence: sequence }),
  };
};

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  other: 'end_turn',
};

/** The vendor's own word where it is one of ours. */
export const writeFinish = ({ reason, raw, stopSequence }: FinishEvent): JsonObject => {
  const word = stopSequence === undefined ? WORDS[reason] : 'stop_sequence';
  return {
    stop_reason: Object.hasOwn(REASONS, raw) ? raw : word,
    stop_sequence: stopSequence ?? null,
  };
};
