import type { Memory } from '#flow/nodes/llm-config.ts';
import type { Turn } from '#flow/nodes/node-type.ts';
import type { ChatMessage } from '#wire/chat-request.ts';

/** Characters of past turns that are told at most: the newest ones. */
const MOST_CHARS = 400_000;

/** The turns that a model is told of, the oldest first. */
const rememberedTurns = (history: readonly Turn[], memory: Memory): readonly Turn[] => {
  if (!memory) return [];
  const { enabled, size } = memory.window ?? {};
  const turns = enabled && size ? history.slice(-Math.max(1, Math.floor(size))) : history;
  let chars = 0;
  const from = turns.findLastIndex(({ query, answer }) => {
    chars += query.length + answer.length;
    return chars > MOST_CHARS;
  });
  return turns.slice(from + 1);
};

export const textMessage = (role: ChatMessage['role'], text: string): ChatMessage => ({
  role,
  parts: [{ kind: 'text', text }],
});

export const memoryMessages = (history: readonly Turn[], memory: Memory): ChatMessage[] =>
  rememberedTurns(history, memory).flatMap(({ query, answer }) =>
    [textMessage('user', query), textMessage('assistant', answer)].filter(
      ({ parts: [part] }) => part?.kind === 'text' && part.text !== '',
    ),
  );

/** The turns as one text, for a prompt that has a place for them. */
export const memoryText = (history: readonly Turn[], memory: Memory): string => {
  const { user, assistant } = memory?.role_prefix ?? {};
  return rememberedTurns(history, memory)
    .map(
      ({ query, answer }) => `${user || 'Human'}: ${query}\n${assistant || 'Assistant'}: ${answer}`,
    )
    .join('\n');
};
