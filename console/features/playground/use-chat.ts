import { useCallback, useMemo, useRef, useState } from 'react';
import {
  type ChatAnswer,
  type ChatAsk,
  type ChatMessage,
  type ContentPart,
  streamChat,
} from '../../data/stream-chat.ts';
import type { Prompt } from './pane.tsx';

/** A prompt and what came of it. */
export interface ChatTurn {
  /** Itself: an answer that ends late is not taken for the next one's end. */
  readonly id: object;
  readonly prompt: Prompt;
  readonly model: string;
  readonly answer: ChatAnswer | undefined;
  readonly error: unknown;
  readonly isBusy: boolean;
}

export interface ChatState {
  readonly turns: readonly ChatTurn[];
  readonly messages: readonly ChatMessage[];
  readonly isBusy: boolean;
  send(prompt: Prompt, askOf: (messages: readonly ChatMessage[]) => ChatAsk): void;
  readonly stop: () => void;
  readonly clear: () => void;
}

export const useChat = (): ChatState => {
  const [turns, setTurns] = useState<readonly ChatTurn[]>([]);
  const stopper = useRef<AbortController>(undefined);
  const change = (id: object, fields: Partial<ChatTurn>): void =>
    setTurns((before) => before.map((turn) => (turn.id === id ? { ...turn, ...fields } : turn)));
  const stop = useCallback(() => stopper.current?.abort(), []);
  const messages = useMemo(() => messagesOf(turns), [turns]);
  const send: ChatState['send'] = (prompt, askOf) => {
    stop();
    const stopping = new AbortController();
    stopper.current = stopping;
    const ask = askOf([...messages, { role: 'user', content: contentOf(prompt) }]);
    const id = {};
    const nothingYet = { answer: undefined, error: undefined, isBusy: true };
    setTurns((before) => [...before, { id, prompt, model: ask.model, ...nothingYet }]);
    streamChat(ask, stopping.signal, (answer) => change(id, { answer }))
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) change(id, { error });
      })
      .finally(() => change(id, { isBusy: false }));
  };
  const clear = useCallback(() => {
    stop();
    setTurns([]);
  }, [stop]);
  return { turns, messages, isBusy: turns.at(-1)?.isBusy ?? false, send, stop, clear };
};

const contentOf = ({ text, image }: Prompt): string | readonly ContentPart[] =>
  image === undefined
    ? text
    : [
        { type: 'text', text },
        { type: 'image_url', image_url: { url: image } },
      ];

const messagesOf = (turns: readonly ChatTurn[]): ChatMessage[] =>
  turns.flatMap(({ prompt, answer }) => [
    { role: 'user' as const, content: contentOf(prompt) },
    ...(answer && answer.text !== '' ? [{ role: 'assistant' as const, content: answer.text }] : []),
  ]);
