import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Block } from '#wire/chat-event.ts';

export type TextKind = Exclude<Block['kind'], 'tool-call'>;

/** The field that carries a text of each kind; compatible vendors agree on the name for reasoning. */
export const TEXT_FIELD: Readonly<Record<TextKind, string>> = {
  reasoning: 'reasoning_content',
  text: 'content',
  refusal: 'refusal',
};

interface TextPart {
  readonly kind: TextKind;
  readonly text: string;
}

/** One tool call of a message, or a piece of one; what is not given is empty. */
export interface ToolCallPart {
  readonly index: number | undefined;
  readonly id: string;
  readonly name: string;
  readonly input: string;
}

/** The texts of a whole message or of a delta, in the order in which a model produces them. */
export const textsOf = (part: JsonObject): TextPart[] => {
  // Some vendors call it `reasoning`.
  const reasoning = fieldText(part, TEXT_FIELD.reasoning) || fieldText(part, 'reasoning');
  const all: TextPart[] = [
    { kind: 'reasoning', text: reasoning },
    { kind: 'text', text: fieldText(part, TEXT_FIELD.text) },
    { kind: 'refusal', text: fieldText(part, TEXT_FIELD.refusal) },
  ];
  return all.filter(({ text }) => text !== '');
};

/** The calls of functions; what is no function call has no block of its own and stays out. */
export const toolCallsOf = (part: JsonObject): ToolCallPart[] => {
  const calls = own(part, 'tool_calls');
  return Array.isArray(calls) ? calls.flatMap(toolCall) : [];
};

const toolCall = (call: Json): ToolCallPart | [] => {
  const fn = isObject(call) ? own(call, 'function') : undefined;
  if (!isObject(call) || !isObject(fn)) return [];
  const index = own(call, 'index');
  return {
    index: typeof index === 'number' ? index : undefined,
    id: fieldText(call, 'id'),
    name: fieldText(fn, 'name'),
    input: fieldText(fn, 'arguments'),
  };
};

/** A field that holds a text; empty when it holds anything else. */
export const fieldText = (object: JsonObject, key: string): string => {
  const value = own(object, key);
  return typeof value === 'string' ? value : '';
};
