import { SpillwayError } from '#core/errors.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import type { StoredResponse } from '#gateway/responses/response-store.ts';
import { answeredFailure } from '#gateway/upstream-failure.ts';
import { callUpstream } from '#upstream/call.ts';
import type { ReplyHeaders } from '#wire/dialect.ts';
import { openaiResponses } from '#wire/openai-responses/index.ts';

/** Questions about what is there take a vendor no time, ms. */
const PATIENCE_MS = 30_000;

interface Question {
  readonly stored: StoredResponse;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the place where responses are created. */
  readonly path: string;
  readonly query: URLSearchParams;
}

interface Answer {
  readonly status: number;
  readonly bytes: Buffer;
}

/**
 * Asks the deployment that gave a response about it: no model runs, and no quota is charged. Rejects
 * with SpillwayError where the vendor refuses, or does not answer.
 */
export const forward = (
  deps: GatewayDeps,
  http: HttpCall,
  { stored, method, path, query }: Question,
): Promise<Answer> => {
  const target = deps.targets.get(stored.deployment);
  const place = target?.pathOf('responses', { model: target.spec.model, stream: false });
  if (!target || place === undefined)
    throw new SpillwayError('not_found', 'The deployment that gave this response is gone.');
  const { clock, agents, settings } = deps;
  const [base = '', ownQuery = ''] = place.split('?');
  const all = [ownQuery, query.toString()].filter((part) => part !== '').join('&');
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: ReplyHeaders = {};
    const chunks: Buffer[] = [];
    let bytes = 0;
    const request = {
      agent: agents.of(target.origin),
      origin: target.origin,
      method,
      path: `${base}${path}${all === '' ? '' : `?${all}`}`,
      headers: target.headers,
      credentials: target.credentials,
      body: '',
      startedAt: clock.now(),
      timeouts: { betweenChunksMs: settings.timeouts.betweenChunksMs, totalMs: PATIENCE_MS },
      signal: http.signal,
    };
    callUpstream(clock, request, {
      head(code, fields) {
        status = code;
        headers = fields;
      },
      data(chunk) {
        bytes += chunk.length;
        if (bytes > settings.limits.replyBytes)
          throw new SpillwayError('upstream_invalid', 'The reply is too large; ask for less.');
        chunks.push(chunk);
      },
      end() {
        const body = Buffer.concat(chunks);
        if (status < 300) return resolve({ status, bytes: body });
        const error = openaiResponses.readError(status, headers, body.toString('utf8'));
        reject(answeredFailure(error, target, undefined).error);
      },
      failed: ({ error }) => reject(error),
    });
  });
};
