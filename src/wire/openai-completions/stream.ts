import type { JsonObject } from '#core/json.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { Frame, Passing, Step, StreamWriteOptions } from '#wire/dialect.ts';
import { DONE, parseChunk, streamReader as chatReader } from '#wire/openai-chat/read-stream.ts';
import { watch as watchChat } from '#wire/openai-chat/watch.ts';
import { streamWriter as chatWriter } from '#wire/openai-chat/write-stream.ts';
import { asChat, asCompletion } from '#wire/openai-completions/as-chat.ts';

export const streamReader = (): Step<Frame, ChatEvent> => {
  const reader = chatReader();
  return {
    push: ({ data }) => reader.push({ data: data === DONE ? data : chatChunk(data) }),
    end: () => reader.end(),
  };
};

/** What is no chunk is the chat's reader's to refuse. */
const chatChunk = (data: string): string => {
  try {
    return JSON.stringify(asChat(parseChunk(data), 'delta'));
  } catch {
    return data;
  }
};

export const streamWriter = (options: StreamWriteOptions): Step<ChatEvent, Frame> => {
  const writer = chatWriter(options);
  const frames = (all: readonly Frame[]): Frame[] => all.flatMap(completionFrame);
  return { push: (event) => frames(writer.push(event)), end: () => frames(writer.end()) };
};

const completionFrame = ({ data }: Frame): Frame[] => {
  if (data === DONE) return [{ data }];
  const chunk = JSON.parse(data) as JsonObject;
  if ('error' in chunk) return [{ data }];
  const completion = asCompletion(chunk, 'delta');
  return says(completion) ? [{ data: JSON.stringify(completion) }] : [];
};

/** A role, a thought or a call leaves an empty chunk. */
const says = ({ choices, usage }: JsonObject): boolean => {
  const all = choices as JsonObject[];
  if (all.length === 0) return usage !== null;
  return all.some(({ text, finish_reason }) => text !== '' || finish_reason !== null);
};

export const watch = (data: Buffer, begun: boolean): Passing => {
  const text = data.toString('utf8');
  return watchChat(text === DONE ? data : Buffer.from(chatChunk(text)), begun);
};
