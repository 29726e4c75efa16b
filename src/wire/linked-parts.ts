import type { ChatMessage, ChatRequest, Part, Source } from '#wire/chat-request.ts';

/** A part that is a file. */
export type FilePart = Extract<Part, { readonly source: Source }>;

/** A file that stands in a request by its address. */
export interface LinkedPart {
  readonly kind: FilePart['kind'];
  readonly url: string;
  /** Its path in the caller's body. */
  readonly at: string;
}

const isFile = (part: Part): part is FilePart => 'source' in part;

/** Files of a request that are wanted as bytes, in their order; results of tools have some, too. */
export const linkedParts = (
  { messages }: ChatRequest,
  wants: (part: FilePart) => boolean,
): LinkedPart[] => {
  const linksIn = (parts: readonly Part[]): LinkedPart[] =>
    parts.flatMap((part) => {
      if (part.kind === 'tool-result') return linksIn(part.content);
      if (!isFile(part) || part.source.kind !== 'url' || !wants(part)) return [];
      const { kind, at = 'messages' } = part;
      return [{ kind, url: part.source.url, at }];
    });
  return messages.flatMap(({ parts }) => linksIn(parts));
};

/** The request with bytes in the place of addresses. */
export const withBytes = (
  request: ChatRequest,
  files: ReadonlyMap<string, Source>,
): ChatRequest => {
  if (files.size === 0) return request;
  const filled = (parts: readonly Part[]): readonly Part[] =>
    parts.map((part) => {
      if (part.kind === 'tool-result') return { ...part, content: filled(part.content) };
      if (!isFile(part) || part.source.kind !== 'url') return part;
      const source = files.get(part.source.url);
      return source ? { ...part, source } : part;
    });
  const messages = request.messages.map((message): ChatMessage => {
    const parts = filled(message.parts);
    return { ...message, parts };
  });
  return { ...request, messages };
};
