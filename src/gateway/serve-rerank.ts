import { readCall } from '#gateway/call-wishes.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { rerank } from '#gateway/rerank.ts';
import { replyHeaders } from '#gateway/reply-headers.ts';
import { sendBytes } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

export const serveRerank = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const reply = await rerank(deps, await readCall(deps, http));
  sendBytes(http, 200, {
    head: replyHeaders(deps, http, reply),
    bytes: reply.answer.bytes,
  });
  return { decision: reply.decision };
};
