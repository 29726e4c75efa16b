import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { DIALECT, parsedObject, writeCache } from '#wire/anthropic-messages/fields.ts';
import { isSealed } from '#wire/anthropic-messages/reasoning.ts';
import { callId } from '#wire/anthropic-messages/tools.ts';
import type { Part, Source } from '#wire/chat-request.ts';

export interface PartOptions {
  /** In the caller's words, for errors: `messages.2`. */
  readonly at: string;
  /** The request came in this dialect: nothing in it has to be made to fit. */
  readonly isSame: boolean;
}

/** Parts → blocks. Throws SpillwayError `invalid_request` on what this dialect cannot say. */
export const writeParts = (parts: readonly Part[], options: PartOptions): JsonObject[] =>
  parts.flatMap((part, i) => {
    const block = blockOf(part, { ...options, at: part.at ?? `${options.at}.${i}` });
    if (!block) return [];
    const extra = options.isSame ? part.extra : undefined;
    return [{ ...block, ...writeCache(part.cache), ...extra }];
  });

/** Undefined for what has no place here: empty texts, thoughts of others, what only others know. */
const blockOf = (part: Part, options: PartOptions): JsonObject | undefined => {
  const { at, isSame } = options;
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' && !isSame ? undefined : { type: 'text', text: part.text };
    case 'image':
      return { type: 'image', source: imageSource(part.source, at) };
    case 'document':
      return {
        type: 'document',
        source: documentSource(part.source, at),
        ...(part.name !== undefined && { title: part.name }),
      };
    case 'reasoning':
      return thoughtOf(part, isSame);
    case 'tool-call':
      return {
        type: 'tool_use',
        id: callId(part.id),
        name: part.name,
        // Arguments that are no object cannot be said here; that they were none the result tells.
        input: parsedObject(part.input) ?? {},
      };
    case 'tool-result':
      return {
        type: 'tool_result',
        tool_use_id: callId(part.id),
        ...contentField(writeParts(part.content, options)),
        ...(part.isError === true && { is_error: true }),
      };
    case 'audio':
      return refuse(at, 'audio: this model hears nothing; send a transcript');
    default:
      return part.dialect === DIALECT ? (part.value as JsonObject) : undefined;
  }
};

const thoughtOf = (
  part: Extract<Part, { kind: 'reasoning' }>,
  isSame: boolean,
): JsonObject | undefined => {
  if (!isSame && !isSealed(part)) return undefined;
  if (part.redacted !== undefined) return { type: 'redacted_thinking', data: part.redacted };
  return { type: 'thinking', thinking: part.text, signature: part.signature ?? '' };
};

const refuse = (param: string, what: string): never => {
  throw new SpillwayError('invalid_request', `\`${param}\` is ${what}.`, { param });
};

const reference = (source: Exclude<Source, { kind: 'data' }>): JsonObject =>
  source.kind === 'url' ? { type: 'url', url: source.url } : { type: 'file', file_id: source.id };

const IMAGE_TYPES: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
]);

const imageSource = (source: Source, at: string): JsonObject => {
  if (source.kind !== 'data') return reference(source);
  const { data, mediaType } = source;
  if (!IMAGE_TYPES.has(mediaType))
    refuse(at, `an image of type ${mediaType}; this model takes JPEG, PNG, GIF and WebP`);
  return { type: 'base64', media_type: mediaType, data };
};

const PDF = 'application/pdf';
const TEXT = /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|javascript)\b)/;

const documentSource = (source: Source, at: string): JsonObject => {
  if (source.kind !== 'data') return reference(source);
  const { data, mediaType } = source;
  if (mediaType === PDF) return { type: 'base64', media_type: PDF, data };
  if (!TEXT.test(mediaType))
    refuse(at, `a document of type ${mediaType}; this model takes PDF and plain text`);
  const text = Buffer.from(data, 'base64').toString('utf8');
  return { type: 'text', media_type: 'text/plain', data: text };
};

/** Blocks as the content of something; a text alone is written as one. */
export const contentField = (blocks: readonly JsonObject[]): JsonObject => {
  if (blocks.length === 0) return {};
  const [first] = blocks;
  const isText = blocks.length === 1 && first?.['type'] === 'text';
  return { content: isText && Object.keys(first).length === 2 ? first['text']! : [...blocks] };
};
