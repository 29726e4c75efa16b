import type { Memory } from '#flow/nodes/llm-config.ts';
import type { NodeRun, Turn } from '#flow/nodes/node-type.ts';
import type { ChatMessage } from '#wire/chat-request.ts';

/** Characters of past turns that are told at most: the newest ones. */
const MOST_CHARS = 400_000;

const WIDE = /[^\p{Script=Latin}\p{Script=Common}]/gu;

/** Tokens of a text, rather too many than too few: letters of the West come four to one, others by themselves. */
const tokensOf = (text: string): number => {
  const wide = text.match(WIDE)?.length ?? 0;
  return Math.ceil((text.length - wide) / 3.5 + wide);
};
/** What a message has besides its words. */
const TOKENS_A_TURN = 8;

/** What is to be said besides the past, and what answers it. */
export interface Spoken {
  /** As the balance calls it. */
  readonly model: string;
  readonly texts: readonly string[];
  readonly maxOutputTokens?: number;
}

/** The past as far as the model has room for it: the newest turns, whole. */
export const fittingHistory = (
  { history, services }: Pick<NodeRun<unknown>, 'history' | 'services'>,
  { model, texts, maxOutputTokens = 0 }: Spoken,
): readonly Turn[] => {
  const context = history.length === 0 ? undefined : services.contextTokens?.(model);
  if (context === undefined) return history;
  let room = context - maxOutputTokens - texts.reduce((sum, text) => sum + tokensOf(text), 0);
  const from = history.findLastIndex(({ query, answer }) => {
    room -= tokensOf(query) + tokensOf(answer) + TOKENS_A_TURN;
    return room < 0;
  });
  return history.slice(from + 1);
};

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
