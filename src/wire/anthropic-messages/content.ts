import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { DIALECT, parsedObject } from '#wire/anthropic-messages/fields.ts';
import { writeFinish } from '#wire/anthropic-messages/finish.ts';
import { writeUsage } from '#wire/anthropic-messages/usage.ts';
import { sealedId } from '#wire/sealed-id.ts';
import type { Block, ChatEvent, FinishEvent, Usage } from '#wire/chat-event.ts';

/** A block of a reply as its stream begins it. */
export const emptyBlock = (block: Block): JsonObject => {
  switch (block.kind) {
    case 'reasoning':
      return block.redacted === undefined
        ? { type: 'thinking', thinking: '', signature: '' }
        : { type: 'redacted_thinking', data: block.redacted };
    case 'tool-call':
      return {
        type: 'tool_use',
        id: sealedId(block.id, block.signature),
        name: block.name,
        input: {},
      };
    case 'image':
      return imageBlock(block.mediaType, '');
    default:
      return { type: 'text', text: '' };
  }
};

/** The same with all that was said of it. */
export const wholeBlock = (
  block: Block,
  said: { readonly text: string; readonly signature: string; readonly citations: JsonObject[] },
): JsonObject => {
  const { text, signature, citations } = said;
  const empty = emptyBlock(block);
  if (empty['type'] === 'thinking') return { ...empty, thinking: text, signature };
  if (empty['type'] === 'tool_use') return { ...empty, input: inputOf(text) };
  if (block.kind === 'image') return imageBlock(block.mediaType, text);
  if (empty['type'] !== 'text') return empty;
  return { ...empty, text, ...(citations.length > 0 && { citations }) };
};

/** Arguments that are no object stay the text that the model wrote: its caller has to see it. */
const inputOf = (text: string): Json => (text === '' ? {} : (parsedObject(text) ?? text));

/** Its clients know pictures of prompts only, but this is how those look. */
const imageBlock = (mediaType: string, data: string): JsonObject => ({
  type: 'image',
  source: { type: 'base64', media_type: mediaType, data },
});

/** What this dialect itself has said beyond the hub's words. */
export interface OwnExtra {
  /** Blocks that stand at this place. */
  readonly content: readonly JsonObject[];
  readonly usage: JsonObject;
  readonly message: JsonObject;
}

export const ownExtra = (event: Extract<ChatEvent, { type: 'extra' }>): OwnExtra => {
  const { content = [], usage = {}, ...message } = event.dialect === DIALECT ? event.value : {};
  return {
    content: Array.isArray(content) ? content.filter(isObject) : [],
    usage: isObject(usage) ? usage : {},
    message,
  };
};

const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0 };

/** How a message ends: its clients rely on counts being there. */
export const endingOf = (
  finish: FinishEvent,
  said: { usage: Usage | undefined; extra: Omit<OwnExtra, 'content'>; isRefusal: boolean },
): { readonly delta: JsonObject; readonly usage: JsonObject } => {
  const { usage = NO_USAGE, extra, isRefusal } = said;
  const ending = writeFinish(finish);
  const isRefused = isRefusal && ending['stop_reason'] === 'end_turn';
  return {
    delta: { ...ending, ...(isRefused && { stop_reason: 'refusal' }), ...extra.message },
    usage: { ...writeUsage(usage), ...extra.usage },
  };
};

export const headOf = (start: { readonly id: string; readonly model: string }): JsonObject => ({
  id: start.id,
  type: 'message',
  role: 'assistant',
  model: start.model,
});

/** The arguments of a tool that the vendor runs, which come in a stream apart from their block. */
export const serverInput = (block: JsonObject): JsonObject | undefined => {
  const input = own(block, 'type') === 'server_tool_use' ? own(block, 'input') : undefined;
  return isObject(input) && Object.keys(input).length > 0 ? input : undefined;
};
