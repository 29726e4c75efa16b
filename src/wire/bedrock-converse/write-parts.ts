import { type Json, type JsonObject, isObject } from '#core/json.ts';
import { isSealed } from '#wire/anthropic-messages/reasoning.ts';
import { formatOf, storedAt, takenTypes } from '#wire/bedrock-converse/media.ts';
import { DIALECT } from '#wire/bedrock-converse/read-parts.ts';
import type { CacheMark, Part, ToolResultPart } from '#wire/chat-request.ts';
import { refused } from '#wire/refused-part.ts';

/** What the blocks of one request have in common. */
export interface Writing {
  /** Whether the request came in this dialect: then nothing that it says is left out. */
  readonly isOwn: boolean;
  /** Names of documents so far, each as often as it was given: the vendor wants them to differ. */
  readonly documents: Map<string, number>;
}

export const cachePoint = ({ ttl }: CacheMark): JsonObject => ({
  cachePoint: { type: 'default', ...(ttl !== undefined && { ttl }) },
});

/**
 * Parts → blocks, with a point of the cache behind each that is marked. A text of nothing is refused by
 * the vendor, and says nothing: it stays out unless it is all there is.
 * Throws SpillwayError `invalid_request` on a part that the vendor cannot take.
 */
export const writeParts = (parts: readonly Part[], writing: Writing): JsonObject[] => {
  const written = parts.map((part) => ({ part, blocks: writePart(part, writing) }));
  const spoken = written.filter(
    ({ part, blocks }) => blocks.length > 0 && !(part.kind === 'text' && part.text.trim() === ''),
  );
  const kept = writing.isOwn || spoken.length === 0 ? written : spoken;
  return kept.flatMap(({ part, blocks }) =>
    part.cache && blocks.length > 0 ? [...blocks, cachePoint(part.cache)] : blocks,
  );
};

const writePart = (part: Part, writing: Writing): JsonObject[] => {
  const extra = writing.isOwn ? part.extra : undefined;
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return [{ text: part.text }];
    case 'image':
    case 'audio':
      return [{ [part.kind]: { ...bytesOf(part), ...extra } }];
    case 'document':
      return [{ document: { ...bytesOf(part), name: documentName(part.name, writing), ...extra } }];
    case 'reasoning':
      return reasoning(part, writing);
    case 'tool-call': {
      const { id, name, input } = part;
      return [{ toolUse: { toolUseId: callId(id), name, input: argumentsOf(input), ...extra } }];
    }
    case 'tool-result':
      return [{ toolResult: { ...toolResult(part, writing), ...extra } }];
    default:
      return part.dialect === DIALECT && isObject(part.value) ? [part.value] : [];
  }
};

/** Thoughts without their seal are refused, and so are those under somebody else's. */
const reasoning = (
  part: Extract<Part, { kind: 'reasoning' }>,
  { isOwn }: Writing,
): JsonObject[] => {
  const { text, signature, redacted } = part;
  if (!isOwn && !isSealed(part)) return [];
  if (redacted !== undefined) return [{ reasoningContent: { redactedContent: redacted } }];
  const said = { text, ...(signature !== undefined && { signature }) };
  return [{ reasoningContent: { reasoningText: said } }];
};

const toolResult = ({ id, content, isError }: ToolResultPart, writing: Writing): JsonObject => ({
  toolUseId: callId(id),
  content: writeParts(content, writing),
  ...(isError !== undefined && { status: isError ? 'error' : 'success' }),
});

/** The vendor takes letters, digits, `_` and `-`, 64 of them; both sides of a call are changed alike. */
const callId = (id: string): string => id.replaceAll(/[^\w-]/g, '_').slice(0, 64);

/** What the model wrote and is no JSON object the vendor refuses: nothing remains of it. */
const argumentsOf = (input: string): Json => {
  try {
    const value = JSON.parse(input) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
};

type Media = Extract<Part, { kind: 'image' | 'audio' | 'document' }>;

const bytesOf = (part: Media): JsonObject => {
  const { kind, source } = part;
  if (source.kind === 'file')
    throw refused(part, 'as bytes; this vendor does not know the file that its id names');
  const stored = storedAt(source);
  if (stored !== undefined && source.kind === 'url')
    return { format: formatByName(part, source.url), source: stored };
  if (source.kind === 'url')
    throw refused(part, 'as bytes, in a data URL: this vendor fetches nothing');
  const format = formatOf(kind, source.mediaType, source.data);
  if (format !== undefined) return { format, source: { bytes: source.data } };
  throw refused(part, `as one of the types ${takenTypes(kind)}; found ${source.mediaType}`);
};

/** A file in the vendor's store tells its format by its name alone. */
const formatByName = (part: Media, url: string): string => {
  const ending = /\.(\w{1,5})$/.exec(url)?.[1]?.toLowerCase() ?? '';
  if (ending === 'jpg') return 'jpeg';
  if (ending !== '') return ending;
  throw refused(part, 'as a file whose name ends in its format, such as .png');
};

/** Letters, digits, single spaces, hyphens and brackets, and no name twice. */
const documentName = (name = 'document', { documents, isOwn }: Writing): string => {
  if (isOwn) return name;
  const clean =
    name
      .replace(/\.\w+$/, '')
      .replaceAll(/[^\p{L}\p{N}\s()[\]-]/gu, '-')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, 180) || 'document';
  const times = (documents.get(clean) ?? 0) + 1;
  documents.set(clean, times);
  return times === 1 ? clean : `${clean} ${times}`;
};
