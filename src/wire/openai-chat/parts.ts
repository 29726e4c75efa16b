import { type Json, type JsonObject, isObject, own, valueAt } from '#core/json.ts';
import type { Block, Citation } from '#wire/chat-event.ts';
import { dataUrl, sourceOf } from '#wire/data-url.ts';

export type TextKind = Exclude<Block['kind'], 'tool-call' | 'image'>;

/** The field that carries a text of each kind; compatible vendors agree on the name for reasoning. */
export const TEXT_FIELD: Readonly<Record<TextKind, string>> = {
  reasoning: 'reasoning_content',
  text: 'content',
  refusal: 'refusal',
};

/** The text of a delta that holds nothing else, as nearly all do; empty for any other. */
export const wordsAlone = (delta: JsonObject): string => {
  for (const key in delta) if (key !== TEXT_FIELD.text) return '';
  return fieldText(delta, TEXT_FIELD.text);
};

interface TextPart {
  readonly kind: TextKind;
  readonly text: string;
}

/** One tool call of a message, or a piece of one; what is not given is empty. */
export interface ToolCallPiece {
  readonly index: number | undefined;
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly signature: string | undefined;
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
export const toolCallsOf = (part: JsonObject): ToolCallPiece[] => {
  const calls = own(part, 'tool_calls');
  return Array.isArray(calls) ? calls.flatMap(toolCall) : [];
};

const toolCall = (call: Json): ToolCallPiece | [] => {
  const fn = isObject(call) ? own(call, 'function') : undefined;
  if (!isObject(call) || !isObject(fn)) return [];
  const index = own(call, 'index');
  return {
    index: typeof index === 'number' ? index : undefined,
    id: fieldText(call, 'id'),
    name: fieldText(fn, 'name'),
    input: fieldText(fn, 'arguments'),
    signature: signatureOf(call),
  };
};

/** A call's seal: where LiteLLM puts it, or where its vendor's own server of this dialect does. */
export const signatureOf = (call: JsonObject): string | undefined => {
  const said = [
    valueAt(call, ['provider_specific_fields', 'thought_signature']),
    valueAt(call, ['extra_content', 'google', 'thought_signature']),
  ];
  return said.find((value) => typeof value === 'string' && value !== '') as string | undefined;
};

/** The seal of a thought, where LiteLLM puts it. */
export const thoughtSeal = (part: JsonObject): string | undefined => {
  const blocks = own(part, 'thinking_blocks');
  const sealed = (Array.isArray(blocks) ? blocks : []).filter(isObject);
  const seal = sealed.map((block) => fieldText(block, 'signature')).findLast((text) => text !== '');
  return seal;
};

/** Sealed thoughts that nobody may read. */
export const redactedOf = (part: JsonObject): string[] => {
  const blocks = own(part, 'thinking_blocks');
  return (Array.isArray(blocks) ? blocks : [])
    .filter(isObject)
    .filter((block) => own(block, 'type') === 'redacted_thinking')
    .map((block) => fieldText(block, 'data'));
};

/** Where the text comes from, as searching models say it. */
export const citationsOf = (part: JsonObject): Citation[] => {
  const annotations = own(part, 'annotations');
  return (Array.isArray(annotations) ? annotations : []).flatMap((annotation) => {
    const said = isObject(annotation) ? own(annotation, 'url_citation') : undefined;
    if (!isObject(said)) return [];
    const [from, to] = [own(said, 'start_index'), own(said, 'end_index')];
    const title = fieldText(said, 'title');
    return [
      {
        url: fieldText(said, 'url'),
        ...(title !== '' && { title }),
        ...(typeof from === 'number' && { from }),
        ...(typeof to === 'number' && { to }),
      },
    ];
  });
};

/** One of them again: those without a URL are no annotations, and go beside them. */
export const citationField = (citations: readonly Citation[]): JsonObject => {
  const linked = citations.filter(({ url }) => url !== undefined);
  const others = citations.filter(({ url }) => url === undefined);
  return {
    ...(linked.length > 0 && { annotations: linked.map(annotationOf) }),
    ...(others.length > 0 && {
      provider_specific_fields: { citations: others.map((each) => ({ ...each })) },
    }),
  };
};

const annotationOf = ({ url = '', title, from, to }: Citation): JsonObject => ({
  type: 'url_citation',
  url_citation: {
    url,
    ...(title !== undefined && { title }),
    ...(from !== undefined && { start_index: from }),
    ...(to !== undefined && { end_index: to }),
  },
});

/** Pictures of an answer, where LiteLLM and others put them: only those that came as bytes. */
export const imagesOf = (part: JsonObject): { mediaType: string; data: string }[] => {
  const images = own(part, 'images');
  return (Array.isArray(images) ? images : []).flatMap((image) => {
    const url = valueAt(image, ['image_url', 'url']);
    const source = typeof url === 'string' ? sourceOf(url) : undefined;
    return source?.kind === 'data' ? [source] : [];
  });
};

export const imageField = (mediaType: string, data: string): JsonObject => ({
  type: 'image_url',
  image_url: { url: dataUrl(mediaType, data) },
});

/** A field that holds a text; empty when it holds anything else. */
export const fieldText = (object: JsonObject, key: string): string => {
  const value = own(object, key);
  return typeof value === 'string' ? value : '';
};

export const wholeNumber = (value: Json | undefined): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
