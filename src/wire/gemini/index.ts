import type { ChatDialect } from '#wire/dialect.ts';
import { readError, writeError } from '#wire/gemini/error.ts';
import { NAME } from '#wire/gemini/name.ts';
import { readRequest } from '#wire/gemini/read-request.ts';
import { readReply, streamReader } from '#wire/gemini/read-stream.ts';
import { redirectRequest, touchRequest } from '#wire/gemini/request.ts';
import { watch } from '#wire/gemini/watch.ts';
import { writeReply } from '#wire/gemini/write-reply.ts';
import { ownParams, paramNames, writeRequest } from '#wire/gemini/write-request.ts';
import { streamWriter } from '#wire/gemini/write-stream.ts';

export const gemini: ChatDialect = {
  name: NAME,
  toolNames: { mostChars: 64, refused: /[^\w.:-]/g },
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
