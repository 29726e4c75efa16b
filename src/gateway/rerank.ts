import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { modelAt } from '#gateway/course.ts';
import { type WholeOptions, type WholeReply, askWhole } from '#gateway/whole.ts';
import type { ReplyCodec } from '#gateway/whole-exchange.ts';
import { type RerankRequest, cohereRerank } from '#wire/cohere-rerank/index.ts';

const codecFor = (request: RerankRequest): ReplyCodec => ({
  readsAll: true,
  answerOf(reply) {
    const read = answerIn(reply, request);
    if (!read) return undefined;
    return { usage: read.usage, bytes: Buffer.from(JSON.stringify(read.body)) };
  },
  readError: (...answer) => cohereRerank.readError(...answer),
});

/** Undefined where it is no reply. */
const answerIn = (
  reply: JsonObject,
  request: RerankRequest,
): ReturnType<typeof cohereRerank.readReply> | undefined => {
  try {
    return cohereRerank.readReply(reply, request);
  } catch {
    return undefined;
  }
};

/** Documents in the order of a question: one request in, one reply out; no HTTP in it. */
export const rerank = (deps: GatewayDeps, call: GatewayCall): Promise<WholeReply> => {
  const { model } = cohereRerank.readRequest(call.body);
  const speak: WholeOptions['speak'] = ({ spec, pathOf }, course) => {
    const name = modelAt(spec, course);
    const path = pathOf('rerank', { model: name, stream: false });
    if (path === undefined) {
      const message = `Deployment ${spec.name} does not offer rerank.`;
      throw new SpillwayError('invalid_request', message);
    }
    const request = cohereRerank.readRequest(course.body);
    const said = { ...spec.extraBody, ...course.body };
    const body = JSON.stringify(cohereRerank.writeRequest(said, request, { model: name }));
    return { path, body, dropped: [], codec: codecFor(request) };
  };
  return askWhole(deps, call, { model, speak });
};
