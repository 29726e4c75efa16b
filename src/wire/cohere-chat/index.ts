import { readError, writeError } from '#wire/cohere-chat/error.ts';
import { readRequest, touchRequest } from '#wire/cohere-chat/read-request.ts';
import { readReply, writeReply } from '#wire/cohere-chat/reply.ts';
import { streamWriter } from '#wire/cohere-chat/stream-writer.ts';
import { streamReader } from '#wire/cohere-chat/stream.ts';
import { watch } from '#wire/cohere-chat/watch.ts';
import { redirectRequest, writeRequest } from '#wire/cohere-chat/write-request.ts';
import type { ChatDialect } from '#wire/dialect.ts';

/** Cohere's chat, version 2. */
export const cohereChat: ChatDialect = {
  name: 'cohere-chat',
  wantsBytes: ({ kind }) => kind === 'document',
  paramNames: {
    temperature: 'temperature',
    topP: 'p',
    topK: 'k',
    stop: 'stop_sequences',
    seed: 'seed',
    presencePenalty: 'presence_penalty',
    frequencyPenalty: 'frequency_penalty',
    tools: 'tools',
    toolChoice: 'tool_choice',
    format: 'response_format',
    reasoning: 'thinking',
  },
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
