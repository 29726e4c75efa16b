import { own } from '#core/json.ts';
import { readCall } from '#gateway/call-wishes.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { replyHeaders } from '#gateway/reply-headers.ts';
import { sendBytes } from '#gateway/send-reply.ts';
import { type Served, servedBy } from '#gateway/served.ts';
import { type WholeCodec, askWhole } from '#gateway/whole.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';

export const serveEmbeddings = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const call = await readCall(deps, http);
  const { model } = openaiEmbeddings.touchRequest(call.body);
  const codec: WholeCodec = {
    operation: 'embeddings',
    write: ({ spec }, { models, body }) =>
      JSON.stringify({
        ...spec.defaults,
        ...body,
        model: models?.get(spec.name) ?? spec.model,
      }),
    isAnswer: (reply) => Array.isArray(own(reply, 'data')),
    readUsage: (reply) => openaiEmbeddings.readUsage(reply),
    readError: (...answer) => openaiEmbeddings.readError(...answer),
  };
  const reply = await askWhole(deps, call, { model, codec });
  sendBytes(http.res, 200, {
    headers: replyHeaders(deps, http, reply),
    bytes: reply.answer.bytes,
  });
  return servedBy(reply.decision, reply.answer.usage);
};
