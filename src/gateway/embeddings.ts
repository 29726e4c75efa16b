import { own } from '#core/json.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { modelAt } from '#gateway/course.ts';
import { type WholeCodec, type WholeReply, askWhole } from '#gateway/whole.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';

const codec: WholeCodec = {
  operation: 'embeddings',
  write: ({ spec }, course) =>
    JSON.stringify({ ...spec.defaults, ...course.body, model: modelAt(spec, course) }),
  isAnswer: (reply) => Array.isArray(own(reply, 'data')),
  readUsage: (reply) => openaiEmbeddings.readUsage(reply),
  readError: (...answer) => openaiEmbeddings.readError(...answer),
};

/** A request for embeddings in, a reply out; no HTTP in it. */
export const embeddings = (deps: GatewayDeps, call: GatewayCall): Promise<WholeReply> => {
  const { model } = openaiEmbeddings.touchRequest(call.body);
  return askWhole(deps, call, { model, codec });
};
