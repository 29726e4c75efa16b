import { SpillwayError } from '#core/errors.ts';
import { own } from '#core/json.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { modelAt } from '#gateway/course.ts';
import { type WholeOptions, type WholeReply, askWhole } from '#gateway/whole.ts';
import type { ReplyCodec } from '#gateway/whole-exchange.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';

const codec: ReplyCodec = {
  answerOf: (reply) =>
    Array.isArray(own(reply, 'data')) ? { usage: openaiEmbeddings.readUsage(reply) } : undefined,
  readError: (...answer) => openaiEmbeddings.readError(...answer),
};

const speak: WholeOptions['speak'] = (target, course) => {
  const { spec } = target;
  const model = modelAt(spec, course);
  const path = target.pathOf('embeddings', { model, stream: false });
  if (path === undefined) {
    const message = `Deployment ${spec.name} does not offer embeddings.`;
    throw new SpillwayError('invalid_request', message);
  }
  const body = { ...spec.defaults, ...spec.extraBody, ...course.body, model };
  return { path, body: JSON.stringify(body), dropped: [], codec };
};

/** A request for embeddings in, a reply out; no HTTP in it. */
export const embeddings = (deps: GatewayDeps, call: GatewayCall): Promise<WholeReply> => {
  const { model } = openaiEmbeddings.touchRequest(call.body);
  return askWhole(deps, call, { model, speak });
};
