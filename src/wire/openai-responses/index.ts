import type { ChatDialect } from '#wire/dialect.ts';
import { readError, writeError } from '#wire/openai-responses/error.ts';
import { NAME } from '#wire/openai-responses/name.ts';
import { readReply } from '#wire/openai-responses/read-reply.ts';
import { readRequest } from '#wire/openai-responses/read-request.ts';
import { streamReader } from '#wire/openai-responses/read-stream.ts';
import { redirectRequest, touchRequest } from '#wire/openai-responses/request.ts';
import { watch } from '#wire/openai-responses/watch.ts';
import { replyId } from '#wire/openai-responses/response.ts';
import { writeReply } from '#wire/openai-responses/write-reply.ts';
import { ownParams, paramNames, writeRequest } from '#wire/openai-responses/write-request.ts';
import { streamWriter } from '#wire/openai-responses/write-stream.ts';

export const openaiResponses: ChatDialect = {
  name: NAME,
  toolNames: { mostChars: 64, refused: /[^\w-]/g },
  wantsBytes: ({ kind }) => kind === 'audio',
  paramNames,
  ownParams,
  touchRequest,
  readRequest,
  writeRequest,
  redirectRequest,
  readReply,
  writeReply,
  replyId,
  streamReader,
  streamWriter,
  watch,
  readError,
  writeError,
};
