import { type Json, type JsonObject, isObject, own } from '#core/json.ts';

/*
 * A completion is a chat's answer in other fields: `text` where a chat has a message or a delta. Its
 * log-probabilities have a form of their own, and stay behind.
 */

const choicesOf = (body: JsonObject): JsonObject[] | undefined => {
  const choices = own(body, 'choices');
  return Array.isArray(choices) ? choices.filter(isObject) : undefined;
};

/** A reply, or a chunk of one, as a chat's. */
export const asChat = (body: JsonObject, field: 'message' | 'delta'): JsonObject => {
  const choices = choicesOf(body);
  if (!choices) return body;
  return {
    ...body,
    choices: choices.map(({ text, logprobs: _, ...choice }) => ({
      ...choice,
      ...(typeof text === 'string' && { [field]: { content: text } }),
    })),
  };
};

/** A chat's reply, or a chunk of one, as a completion's. What is no text has no place in it. */
export const asCompletion = (body: JsonObject, field: 'message' | 'delta'): JsonObject => ({
  ...body,
  object: 'text_completion',
  choices: (choicesOf(body) ?? []).map(({ index, finish_reason, ...choice }) => ({
    text: textOf(own(choice, field)),
    index: index ?? 0,
    logprobs: null,
    finish_reason: finish_reason ?? null,
  })),
});

/** Why a model would not answer is what it says. */
const textOf = (message: Json | undefined): string =>
  ['content', 'refusal']
    .map((key) => (isObject(message) ? own(message, key) : undefined))
    .map((text) => (typeof text === 'string' ? text : ''))
    .join('');
