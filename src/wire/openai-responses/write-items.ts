import type { JsonObject } from '#core/json.ts';
import type { ChatMessage, Part, Source } from '#wire/chat-request.ts';
import { bad } from '#wire/check.ts';
import { dataUrl } from '#wire/data-url.ts';
import { textAt } from '#core/fields.ts';
import { NAME } from '#wire/openai-responses/name.ts';
import { isOwnSeal, sealText } from '#wire/openai-responses/seal.ts';

/** How messages are said. */
interface At {
  /** The request was read from this dialect: what only it knows is said again. */
  readonly isOwn: boolean;
  /** Its path, for errors. */
  readonly at: string;
}

/** Messages → items: of one message there may be several. */
export const writeItems = (messages: readonly ChatMessage[], isOwn: boolean): JsonObject[] =>
  messages.flatMap((message, i) => writeMessage(message, { isOwn, at: `messages.${i}` }));

const writeMessage = (message: ChatMessage, at: At): JsonObject[] => {
  const extra = at.isOwn ? (message.extra ?? {}) : {};
  const said = message.parts.filter(isContent);
  const isSilent = said.length === 0 && Object.keys(extra).length === 0 && message.parts.length > 0;
  const text = isSilent ? [] : [{ ...messageOf(message.role, said, at), ...extra }];
  const items = message.parts.flatMap((part, i) =>
    itemsOf(part, { ...at, at: `${at.at}.content.${i}` }),
  );
  if (message.role !== 'assistant') return [...items, ...text];
  // Thoughts come before what they led to, calls after it.
  const first = items.findIndex(({ type }) => type !== 'reasoning');
  const thoughts = first < 0 ? items.length : first;
  return [...items.slice(0, thoughts), ...text, ...items.slice(thoughts)];
};

const OWN_ITEMS: ReadonlySet<Part['kind']> = new Set(['tool-call', 'tool-result', 'reasoning']);

/** Whether a part stands inside a message; others are items of their own. */
const isContent = (part: Part): boolean =>
  !OWN_ITEMS.has(part.kind) && !(part.kind === 'other' && isItem(part.value));

/** Parts of a message that only this dialect knows begin with where they go, as its own do. */
const isItem = (value: unknown): boolean =>
  !/^(?:input|output)_/.test(textAt(value as JsonObject, 'type'));

const itemsOf = (part: Part, at: At): JsonObject[] => {
  const extra = at.isOwn ? part.extra : undefined;
  switch (part.kind) {
    case 'tool-call': {
      const { id, name, input } = part;
      return [{ type: 'function_call', call_id: id, name, arguments: input, ...extra }];
    }
    case 'tool-result': {
      const output = contentOf(part.content, { ...at, words: 'input_text' });
      return [{ type: 'function_call_output', call_id: part.id, output, ...extra }];
    }
    case 'reasoning': {
      const seal = sealText(part);
      // Thoughts without a seal, or under somebody else's, are nothing that this vendor takes back.
      if (seal === undefined ? !at.isOwn : !isOwnSeal(seal)) return [];
      const summary = part.text === '' ? [] : [{ type: 'summary_text', text: part.text }];
      return [
        {
          type: 'reasoning',
          ...(part.id !== undefined && { id: part.id }),
          summary,
          ...(seal !== undefined && { encrypted_content: seal }),
          ...extra,
        },
      ];
    }
    case 'other':
      return part.dialect === NAME && isItem(part.value) ? [part.value as JsonObject] : [];
    default:
      return [];
  }
};

const messageOf = (role: ChatMessage['role'], parts: readonly Part[], at: At): JsonObject => {
  const words = role === 'assistant' ? 'output_text' : 'input_text';
  return { type: 'message', role, content: contentOf(parts, { ...at, words }) };
};

type Words = At & { readonly words: 'input_text' | 'output_text' };

/** One plain text stands alone. */
const contentOf = (parts: readonly Part[], at: Words): string | JsonObject[] => {
  const written = parts.flatMap((part, i) => partOf(part, { ...at, at: `${at.at}.content.${i}` }));
  const [first] = written;
  if (!first && at.words === 'input_text') return '';
  if (written.length === 1 && first && at.words === 'input_text' && first['type'] === at.words)
    if (Object.keys(first).length === 2) return first['text'] as string;
  return written;
};

const partOf = (part: Part, at: Words): JsonObject[] => {
  const body = bodyOf(part, at);
  return body ? [{ ...body, ...(at.isOwn && part.extra) }] : [];
};

/** Undefined for what has no words here. */
const bodyOf = (part: Part, at: Words): JsonObject | undefined => {
  switch (part.kind) {
    case 'text':
      return { type: at.words, text: part.text };
    case 'refusal':
      return at.words === 'output_text'
        ? { type: 'refusal', refusal: part.text }
        : { type: at.words, text: part.text };
    case 'image': {
      const { detail = 'auto' } = part;
      return { type: 'input_image', ...imageSource(part.source), detail };
    }
    case 'document':
      return documentOf(part.source, part.name);
    case 'audio':
      return audioOf(part.source, part.at ?? at.at);
    case 'other':
      return part.dialect === NAME ? (part.value as JsonObject) : undefined;
    default:
      return undefined;
  }
};

const imageSource = (source: Source): JsonObject => {
  if (source.kind === 'file') return { file_id: source.id };
  return {
    image_url: source.kind === 'url' ? source.url : dataUrl(source.mediaType, source.data),
  };
};

const documentOf = (source: Source, name: string | undefined): JsonObject => {
  const named = name === undefined ? {} : { filename: name };
  if (source.kind === 'file') return { type: 'input_file', file_id: source.id, ...named };
  if (source.kind === 'url') return { type: 'input_file', file_url: source.url, ...named };
  const { mediaType, data } = source;
  if (mediaType.startsWith('text/'))
    return { type: 'input_text', text: Buffer.from(data, 'base64').toString('utf8') };
  const file_data = dataUrl(mediaType, data);
  return { type: 'input_file', filename: name ?? 'document', file_data };
};

const audioOf = (source: Source, at: string): JsonObject => {
  if (source.kind !== 'data') return bad(at, 'audio as data for this model', source.kind);
  const subtype = source.mediaType.replace(/^audio\/(?:x-)?/, '');
  const format = subtype === 'mpeg' ? 'mp3' : subtype;
  return { type: 'input_audio', input_audio: { data: source.data, format } };
};
