import type { SpillwayError } from '#core/errors.ts';
import { readCall } from '#gateway/call-wishes.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { chat } from '#gateway/chat.ts';
import { errorEnvelope } from '#gateway/error-envelope.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { replyHeaders } from '#gateway/reply-headers.ts';
import { type Served, servedBy } from '#gateway/served.ts';
import { sendBytes } from '#gateway/send-reply.ts';
import type { StreamedReply } from '#gateway/streamed.ts';
import { writeSse } from '#wire/framing/sse.ts';

export const serveChat = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const reply = await chat(deps, await readCall(deps, http));
  const headers = replyHeaders(deps, http, reply);
  if (!reply.stream) {
    sendBytes(http.res, 200, { headers, bytes: reply.answer.bytes });
    return servedBy(reply.decision, reply.answer.usage);
  }
  headers.push('content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache');
  // Asks nginx and its kin not to gather the stream before passing it on.
  headers.push('x-accel-buffering', 'no');
  http.res.writeHead(200, headers);
  pipeStream(http, reply);
  const { usage } = await reply.ended;
  return servedBy(reply.decision, usage);
};

const pipeStream = ({ res, id }: HttpCall, { body }: StreamedReply): void => {
  res.on('drain', () => body.resume());
  body.pipe({
    write: (bytes) => res.write(bytes),
    end: () => void res.end(),
    // No end mark: what breaks off must not look complete.
    fail: (error: SpillwayError) => {
      if (!res.destroyed) res.end(writeSse(JSON.stringify(errorEnvelope(error, id))));
    },
  });
};
