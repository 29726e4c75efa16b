import { beginAnswer } from '#gateway/begin-answer.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { baseHeaders } from '#gateway/reply-headers.ts';
import type { Served } from '#gateway/served.ts';

/** All metrics as text, and of which type that is. */
export interface MetricsPage {
  readonly type: string;
  readonly text: string;
}

export const serveMetrics = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const { type, text } = await deps.metrics();
  const bytes = Buffer.from(text);
  const head = baseHeaders(deps, http);
  head.add('content-type', type);
  beginAnswer(http.res, head, bytes.length);
  http.res.end(bytes);
  return {};
};
