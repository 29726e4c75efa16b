import { isObject } from '#core/json.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { readError, writeError } from '#wire/openai-chat/error.ts';
import { readReply } from '#wire/openai-chat/read-reply.ts';
import { DONE } from '#wire/openai-chat/read-stream.ts';
import { redirectRequest } from '#wire/openai-chat/request.ts';
import { writeReply } from '#wire/openai-chat/write-reply.ts';
import { asChat, asCompletion } from '#wire/openai-completions/as-chat.ts';
import { NAME } from '#wire/openai-completions/name.ts';
import {
  ownParams,
  paramNames,
  readRequest,
  touchRequest,
  writeRequest,
} from '#wire/openai-completions/request.ts';
import { streamReader, streamWriter, watch } from '#wire/openai-completions/stream.ts';

/** OpenAI's first dialect: a prompt, and how it goes on. */
export const openaiCompletions: ChatDialect = {
  name: NAME,
  endMark: DONE,
  paramNames,
  ownParams,
  touchRequest,
  readRequest,
  writeRequest,
  redirectRequest,
  readReply: (body) => readReply(isObject(body) ? asChat(body, 'message') : body),
  writeReply: (events) => asCompletion(writeReply(events), 'message'),
  streamReader,
  streamWriter,
  watch,
  readError,
  writeError,
};
