import type { ChatDialect } from '#wire/dialect.ts';
import { readError, writeError } from '#wire/openai-chat/error.ts';
import { NAME } from '#wire/openai-chat/name.ts';
import { readReply } from '#wire/openai-chat/read-reply.ts';
import { readRequest } from '#wire/openai-chat/read-request.ts';
import { DONE, streamReader } from '#wire/openai-chat/read-stream.ts';
import { redirectRequest, touchRequest } from '#wire/openai-chat/request.ts';
import { watch } from '#wire/openai-chat/watch.ts';
import { writeReply } from '#wire/openai-chat/write-reply.ts';
import { ownParams, paramNames, writeRequest } from '#wire/openai-chat/write-request.ts';
import { streamWriter } from '#wire/openai-chat/write-stream.ts';

export const openaiChat: ChatDialect = {
  name: NAME,
  toolNames: { mostChars: 64, refused: /[^\w-]/g },
  endMark: DONE,
  wantsBytes: ({ kind }) => kind !== 'image',
  paramNames,
  ownParams,
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
  writeError,
};
