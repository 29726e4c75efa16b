import { readError, writeError } from '#wire/anthropic-messages/error.ts';
import { DIALECT } from '#wire/anthropic-messages/fields.ts';
import { readRequest, touchRequest } from '#wire/anthropic-messages/read-request.ts';
import { redirectRequest } from '#wire/anthropic-messages/redirect.ts';
import { readReply } from '#wire/anthropic-messages/reply.ts';
import { streamReader } from '#wire/anthropic-messages/stream-reader.ts';
import { streamWriter } from '#wire/anthropic-messages/stream-writer.ts';
import { watch } from '#wire/anthropic-messages/watch.ts';
import { writeReply } from '#wire/anthropic-messages/write-reply.ts';
import { writeRequest } from '#wire/anthropic-messages/write-request.ts';
import type { ChatDialect } from '#wire/dialect.ts';

export const anthropicMessages: ChatDialect = {
  name: DIALECT,
  requestIdHeader: 'request-id',
  toolNames: { mostChars: 128, refused: /[^\w-]/g },
  paramNames: {
    temperature: 'temperature',
    topP: 'top_p',
    topK: 'top_k',
    stop: 'stop_sequences',
    tools: 'tools',
    toolChoice: 'tool_choice',
    parallelTools: 'tool_choice.disable_parallel_tool_use',
    format: 'output_config.format',
    reasoning: 'thinking',
    user: 'metadata.user_id',
    serviceTier: 'service_tier',
    cacheMarks: 'cache_control',
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
