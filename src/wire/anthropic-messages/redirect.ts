import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { fieldText } from '#wire/anthropic-messages/fields.ts';
import { isSealed } from '#wire/anthropic-messages/reasoning.ts';
import type { Redirection } from '#wire/dialect.ts';

/**
 * The same body for another model. A conversation that another vendor has taken a turn in brings that
 * one's thoughts along, which this one refuses: they stay behind.
 */
export const redirectRequest = (body: JsonObject, { model }: Redirection): JsonObject => {
  const messages = own(body, 'messages');
  if (!Array.isArray(messages) || !messages.some(hasForeignThought)) return { ...body, model };
  return { ...body, model, messages: messages.map(withoutForeignThoughts) };
};

const hasForeignThought = (message: Json): boolean => blocksOf(message).some(isForeignThought);

const blocksOf = (message: Json): Json[] => {
  const content =
    isObject(message) && own(message, 'role') === 'assistant' ? own(message, 'content') : undefined;
  return Array.isArray(content) ? content : [];
};

const isForeignThought = (block: Json): boolean => {
  if (!isObject(block)) return false;
  const type = own(block, 'type');
  if (type === 'thinking') return !isSealed({ signature: fieldText(block, 'signature') });
  return type === 'redacted_thinking' && !isSealed({ redacted: fieldText(block, 'data') });
};

/** A turn of thoughts alone stays as it is: without them it would be none. */
const withoutForeignThoughts = (message: Json): Json => {
  if (!isObject(message)) return message;
  const blocks = blocksOf(message);
  const kept = blocks.filter((block) => !isForeignThought(block));
  return kept.length === 0 || kept.length === blocks.length
    ? message
    : { ...message, content: kept };
};
