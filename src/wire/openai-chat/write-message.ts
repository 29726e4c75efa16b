import { type JsonObject, own } from '#core/json.ts';
import type { CacheMark, ChatMessage, Part, Source, ToolResultPart } from '#wire/chat-request.ts';
import { bad } from '#wire/check.ts';
import { dataUrl } from '#wire/data-url.ts';
import { NAME } from '#wire/openai-chat/name.ts';

/** How messages are said to one vendor. */
export interface Saying {
  /** The request was read from this dialect: what only it knows is said again. */
  readonly isOwn: boolean;
  readonly noSystemRole: boolean;
  readonly thoughts: boolean;
  readonly cacheMarks: boolean;
}

type ToolResult = Extract<Part, ToolResultPart>;

export const writeMessages = (messages: readonly ChatMessage[], saying: Saying): JsonObject[] =>
  messages.flatMap((message, i) => writeMessage(message, { saying, at: `messages.${i}` }));

interface At {
  readonly saying: Saying;
  /** Its path, for errors. */
  readonly at: string;
}

const writeMessage = (message: ChatMessage, at: At): JsonObject[] => {
  const { saying } = at;
  const head = {
    ...(message.name !== undefined && { name: message.name }),
    ...(saying.isOwn && message.extra),
  };
  if (message.role === 'assistant') return [{ ...assistantOf(message.parts, at), ...head }];
  if (message.role === 'system') {
    const role = saying.noSystemRole ? 'user' : 'system';
    return [
      { role, content: contentOf(message.parts, at), ...head, ...(role === 'user' && { role }) },
    ];
  }
  // Results stand right behind the calls they answer; what else the user says comes after them.
  const results = message.parts.filter((part) => part.kind === 'tool-result');
  const others = message.parts.filter((part) => part.kind !== 'tool-result');
  const said = [...results.flatMap(untold), ...others];
  const isOneResult = said.length === 0 && results.length === 1;
  return [
    ...results.map((result) => ({
      ...resultOf(result, at),
      ...(isOneResult && saying.isOwn && message.extra),
    })),
    ...(said.length > 0 || results.length === 0
      ? [{ role: 'user', content: contentOf(said, at), ...head }]
      : []),
  ];
};

const isText = ({ kind }: Part): boolean => kind === 'text';

/** Pictures and files of a tool, for which its message has no place. */
const untold = ({ content }: ToolResult): Part[] => content.filter((part) => !isText(part));

const resultOf = (result: ToolResult, at: At): JsonObject => ({
  role: 'tool',
  tool_call_id: result.id,
  ...(result.name !== undefined && at.saying.isOwn && { name: result.name }),
  content: contentOf(result.content.filter(isText), at),
  ...markedBy(result.cache, at),
});

const assistantOf = (parts: readonly Part[], at: At): JsonObject => {
  const said = parts.filter(({ kind }) => kind !== 'tool-call' && kind !== 'reasoning');
  const refusal = said.length === 1 && said[0]?.kind === 'refusal' ? said[0] : undefined;
  const calls = parts.filter((part) => part.kind === 'tool-call');
  const foreign = parts.flatMap((part) =>
    part.kind === 'other' && isCall(part.value) && part.dialect === NAME ? [part.value] : [],
  );
  const spoken = said.filter((part) => !(part.kind === 'other' && isCall(part.value)));
  const silent = refusal !== undefined || (spoken.length === 0 && calls.length > 0);
  const tool_calls = [...calls.map(callOf), ...foreign];
  return {
    role: 'assistant',
    content: silent ? null : contentOf(spoken, at),
    ...(refusal && { refusal: refusal.text }),
    ...(tool_calls.length > 0 && { tool_calls }),
    ...(at.saying.thoughts && thoughtsOf(parts)),
  };
};

const isCall = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && 'id' in value && !('image_url' in value);

export const callOf = ({
  id,
  name,
  input,
  signature,
}: Extract<Part, { kind: 'tool-call' }>): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: input },
  ...(signature !== undefined && {
    provider_specific_fields: { thought_signature: signature },
  }),
});

const thoughtsOf = (parts: readonly Part[]): JsonObject => {
  const thoughts = parts.filter((part) => part.kind === 'reasoning');
  const reasoning_content = thoughts.map(({ text }) => text).join('');
  const sealed = thoughts.filter(({ signature, redacted }) => signature ?? redacted);
  return {
    ...(reasoning_content !== '' && { reasoning_content }),
    ...(sealed.length > 0 && { thinking_blocks: sealed.map(thinkingBlock) }),
  };
};

/** A sealed thought as LiteLLM's clients carry it. */
export const thinkingBlock = (thought: {
  readonly text: string;
  readonly signature?: string | undefined;
  readonly redacted?: string | undefined;
}): JsonObject =>
  thought.redacted === undefined
    ? { type: 'thinking', thinking: thought.text, signature: thought.signature ?? '' }
    : { type: 'redacted_thinking', data: thought.redacted };

/** One plain text stands alone: servers that know no parts take it. */
const contentOf = (parts: readonly Part[], at: At): string | JsonObject[] => {
  const written = parts.flatMap((part, i) => partOf(part, { ...at, at: `${at.at}.content.${i}` }));
  const [first] = written;
  if (first === undefined) return '';
  const isPlain = written.length === 1 && own(first, 'type') === 'text';
  return isPlain && Object.keys(first).length === 2 ? (first['text'] as string) : written;
};

const partOf = (part: Part, at: At): JsonObject[] => {
  const body = bodyOf(part, at);
  if (!body) return [];
  return [{ ...body, ...markedBy(part.cache, at), ...(at.saying.isOwn && part.extra) }];
};

const markedBy = (cache: CacheMark | undefined, { saying }: At): JsonObject =>
  cache && saying.cacheMarks ? { cache_control: markOf(cache) } : {};

/** `cache_control`, as LiteLLM's clients and some vendors know it. */
export const markOf = ({ ttl }: CacheMark): JsonObject => ({
  type: 'ephemeral',
  ...(ttl && { ttl }),
});

/** Undefined for what has no words here. */
const bodyOf = (part: Part, { at: place }: At): JsonObject | undefined => {
  const { at = place } = part;
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'refusal':
      return { type: 'refusal', refusal: part.text };
    case 'image': {
      const { detail } = part;
      const url = urlOf(part.source, at);
      return { type: 'image_url', image_url: { url, ...(detail !== undefined && { detail }) } };
    }
    case 'audio':
      return audioOf(part.source, at);
    case 'document':
      return documentOf(part.source, { at, name: part.name });
    case 'other':
      return part.dialect === NAME ? (part.value as JsonObject) : undefined;
    default:
      return undefined;
  }
};

const urlOf = (source: Source, at: string): string => {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'data') return dataUrl(source.mediaType, source.data);
  return bad(at, 'an image by URL or as data for this model', 'a file id');
};

const audioOf = (source: Source, at: string): JsonObject => {
  if (source.kind !== 'data') return bad(at, 'audio as data for this model', source.kind);
  const subtype = source.mediaType.replace(/^audio\/(?:x-)?/, '');
  const format = subtype === 'mpeg' ? 'mp3' : subtype;
  return { type: 'input_audio', input_audio: { data: source.data, format } };
};

const documentOf = (source: Source, of: { at: string; name: string | undefined }): JsonObject => {
  if (source.kind === 'file') return { type: 'file', file: { file_id: source.id } };
  if (source.kind === 'url')
    return bad(of.at, 'a document as data, or by a file id, for this model', source.url);
  const { mediaType, data } = source;
  if (mediaType.startsWith('text/'))
    return { type: 'text', text: Buffer.from(data, 'base64').toString('utf8') };
  const filename = of.name ?? 'document';
  return { type: 'file', file: { filename, file_data: dataUrl(mediaType, data) } };
};
