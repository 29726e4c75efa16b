import { readError, writeError } from '#wire/bedrock-converse/error.ts';
import { storedAt } from '#wire/bedrock-converse/media.ts';
import { readRequest, touchRequest } from '#wire/bedrock-converse/read-request.ts';
import { readReply, writeReply } from '#wire/bedrock-converse/reply.ts';
import { streamWriter } from '#wire/bedrock-converse/stream-writer.ts';
import { streamReader } from '#wire/bedrock-converse/stream.ts';
import { watch } from '#wire/bedrock-converse/watch.ts';
import { redirectRequest, writeRequest } from '#wire/bedrock-converse/write-request.ts';
import type { ChatDialect } from '#wire/dialect.ts';

/** Amazon's common format for the models of many vendors. */
export const bedrockConverse: ChatDialect = {
  name: 'bedrock-converse',
  toolNames: { mostChars: 64, refused: /[^\w-]/g },
  framing: 'aws-event-stream',
  wantsBytes: ({ source }) => storedAt(source) === undefined,
  paramNames: {
    temperature: 'inferenceConfig.temperature',
    topP: 'inferenceConfig.topP',
    topK: 'additionalModelRequestFields.top_k',
    stop: 'inferenceConfig.stopSequences',
    tools: 'toolConfig.tools',
    toolChoice: 'toolConfig.toolChoice',
    reasoning: 'additionalModelRequestFields.thinking',
    serviceTier: 'serviceTier',
    cacheMarks: 'cachePoint',
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
