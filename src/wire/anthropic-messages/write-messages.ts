import type { JsonObject } from '#core/json.ts';
import { DIALECT } from '#wire/anthropic-messages/fields.ts';
import { contentField, writeParts } from '#wire/anthropic-messages/write-parts.ts';
import type { ChatMessage, ChatRequest } from '#wire/chat-request.ts';

/** What the system says, gathered in its one place. */
export const writeSystem = ({ messages, dialect }: ChatRequest): JsonObject[] => {
  const isSame = dialect === DIALECT;
  return messages
    .map((message, i) => ({ message, at: `messages.${i}` }))
    .filter(({ message }, i) => message.role === 'system' && (!isSame || i === 0))
    .flatMap(({ message, at }) => writeParts(message.parts, { at, isSame }));
};

/** All others. A caller of this dialect has put them as they must stand; those of others are made to. */
export const writeMessages = ({ messages, dialect }: ChatRequest): JsonObject[] => {
  const isSame = dialect === DIALECT;
  const turns = messages
    .map((message, i) => ({ message, at: `messages.${i}` }))
    .filter(({ message }, i) => message.role !== 'system' || (isSame && i > 0));
  if (isSame) return turns.map(({ message, at }) => sameMessage(message, at));
  const merged: { role: string; blocks: JsonObject[] }[] = [];
  for (const { message, at } of turns) {
    const blocks = writeParts(message.parts, { at, isSame });
    const last = merged.at(-1);
    if (last?.role === message.role) last.blocks.push(...blocks);
    else merged.push({ role: message.role, blocks });
  }
  const filled = merged.filter(({ blocks }) => blocks.length > 0);
  return filled.map(({ role, blocks }, i) => ({
    role,
    ...contentField(i === filled.length - 1 ? trimmed(role, blocks) : resultsFirst(blocks)),
  }));
};

const sameMessage = (message: ChatMessage, at: string): JsonObject => ({
  role: message.role,
  content: [],
  ...contentField(writeParts(message.parts, { at, isSame: true })),
  ...message.extra,
});

/** Results must follow their calls at once. */
const resultsFirst = (blocks: readonly JsonObject[]): JsonObject[] => {
  const isResult = (block: JsonObject): boolean => block['type'] === 'tool_result';
  return [...blocks.filter(isResult), ...blocks.filter((block) => !isResult(block))];
};

/** An answer that was begun for the model may not end in white space. */
const trimmed = (role: string, blocks: readonly JsonObject[]): JsonObject[] => {
  const ordered = resultsFirst(blocks);
  const last = ordered.at(-1);
  const text = last?.['type'] === 'text' ? last['text'] : undefined;
  if (role !== 'assistant' || typeof text !== 'string') return ordered;
  const said = text.trimEnd();
  return said === '' ? ordered.slice(0, -1) : [...ordered.slice(0, -1), { ...last, text: said }];
};
