import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { bad, optional, rest } from '#wire/check.ts';

/*
 * Functions are what tools were called before an answer could call several: one call, without an id,
 * as a field of its message. Clients that know nothing else are still about.
 */

/** Whether a request names functions and no tools: then its answer is told in the same words. */
export const speaksFunctions = (body: JsonObject): boolean =>
  Array.isArray(own(body, 'functions')) && optional(body, 'tools') === undefined;

const OLD_FIELDS = new Set(['functions', 'function_call']);

/** The same request in today's words; itself where it speaks them. */
export const asTools = (body: JsonObject): JsonObject => {
  const messages = own(body, 'messages') as JsonObject[];
  const said = messages.some(isOldCall) ? { ...body, messages: withIds(messages) } : body;
  if (!speaksFunctions(body)) return said;
  const choice = choiceOf(optional(body, 'function_call'));
  return {
    ...rest(said, OLD_FIELDS),
    tools: (own(body, 'functions') as Json[]).map(toolOf),
    ...(choice !== undefined && { tool_choice: choice }),
  };
};

const toolOf = (fn: Json, i: number): JsonObject =>
  isObject(fn) ? { type: 'function', function: fn } : bad(`functions.${i}`, 'an object', fn);

const choiceOf = (choice: Json | undefined): Json | undefined =>
  isObject(choice) ? { type: 'function', function: choice } : choice;

const isOldCall = (message: JsonObject): boolean =>
  isObject(own(message, 'function_call')) && optional(message, 'tool_calls') === undefined;

/** A result belongs to the call before it: other dialects find that by an id. */
const withIds = (messages: readonly JsonObject[]): JsonObject[] => {
  let id = '';
  return messages.map((message, i) => {
    if (isOldCall(message)) {
      id = `call_${i}`;
      const { function_call: fn = null, ...others } = message;
      return { ...others, tool_calls: [{ id, type: 'function', function: fn }] };
    }
    const isResult = own(message, 'role') === 'function' && id !== '';
    return isResult ? { ...message, tool_call_id: id } : message;
  });
};

/** An answer's message with its first call in the old words, which have no place for another. */
export const asFunctionCall = ({ tool_calls: calls, ...message }: JsonObject): JsonObject => {
  const first = Array.isArray(calls) ? calls[0] : undefined;
  return isObject(first) ? { ...message, function_call: own(first, 'function') ?? null } : message;
};

/** Why an answer ended, in the old words. */
export const oldFinishWord = (word: string): string =>
  word === 'tool_calls' ? 'function_call' : word;
