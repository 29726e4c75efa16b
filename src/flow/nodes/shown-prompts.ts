import type { Json } from '#core/json.ts';
import type { ChatMessage } from '#wire/chat-request.ts';

/** What a model was sent, for people: texts, and a word for everything else. */
export const shownPrompts = (messages: readonly ChatMessage[]): Json =>
  messages.map(({ role, parts }) => ({
    role,
    text: parts
      .flatMap((part) => {
        if (part.kind === 'text') return part.text;
        if (part.kind === 'tool-call') return `${part.name}(${part.input})`;
        return part.kind === 'tool-result'
          ? part.content.flatMap((piece) => (piece.kind === 'text' ? piece.text : []))
          : [];
      })
      .join('\n'),
    files: parts.flatMap((part) =>
      part.kind === 'image' || part.kind === 'audio' || part.kind === 'document' ? part.kind : [],
    ),
  }));
