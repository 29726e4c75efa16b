import type { ChatDialect } from '#wire/dialect.ts';
import { readError } from '#wire/openai-chat/error.ts';
import { readReply, writeReply } from '#wire/openai-chat/reply.ts';
import {
  readRequest,
  redirectRequest,
  touchRequest,
  writeRequest,
} from '#wire/openai-chat/request.ts';
import { streamReader, streamWriter } from '#wire/openai-chat/stream.ts';
import { watch } from '#wire/openai-chat/watch.ts';

export const openaiChat: ChatDialect = {
  name: 'openai-chat',
  touchRequest,
  readRequest,
  writeRequest,
  redirectRequest,
  readReply,
  writeReply,
  streamReader,
  streamWriter,
  watch,
  readError,
};
