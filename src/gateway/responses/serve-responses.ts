import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { type Continued, goOn } from '#gateway/responses/go-on.ts';
import { rememberer } from '#gateway/responses/remember.ts';
import { serveChat } from '#gateway/serve-chat.ts';
import type { Served } from '#gateway/served.ts';
import { openaiResponses } from '#wire/openai-responses/index.ts';

/** A new response, which may go on from an earlier one. */
export const serveResponses = (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  let continued: Continued | undefined;
  const serve = serveChat(openaiResponses, {
    prepared(_, call) {
      continued = goOn(deps, call);
      return continued.call;
    },
    heard: (_, reply) => continued && rememberer(deps, continued, reply),
  });
  return serve(deps, http);
};
