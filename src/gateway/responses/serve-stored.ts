import { SpillwayError } from '#core/errors.ts';
import { type JsonObject, own } from '#core/json.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { baseHeaders } from '#gateway/reply-headers.ts';
import { forward } from '#gateway/responses/forward.ts';
import type { KeptResponse, StoredResponse } from '#gateway/responses/response-store.ts';
import { sendBytes, sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

interface Found {
  readonly id: string;
  readonly stored: StoredResponse;
  readonly query: URLSearchParams;
}

type Serve = (deps: GatewayDeps, http: HttpCall) => Promise<Served>;

/**
 * What can be asked of a response that there is: where its vendor keeps it, the vendor is asked, with
 * `method` and the rest of the path; else `own` answers.
 */
const serveStored =
  (
    method: 'GET' | 'POST' | 'DELETE',
    rest: string,
    own: (kept: KeptResponse, found: Found) => JsonObject,
  ): Serve =>
  async (deps, http) => {
    const { id = '' } = http.params;
    const query = queryOf(http);
    if (query.get('stream') === 'true')
      throw new SpillwayError(
        'invalid_request',
        'What there is of a response is not streamed again; ask for it without `stream`.',
        { param: 'stream' },
      );
    const stored = deps.responses.get(id, http.caller);
    if (!stored) throw notFound(id);
    const found = { id, stored, query };
    if (stored.kept) sendJson(deps, http, own(stored.kept, found));
    else {
      const path = `/${encodeURIComponent(id)}${rest}`;
      const answer = await forward(deps, http, { ...found, method, path });
      sendBytes(http, answer.status, { head: baseHeaders(deps, http), bytes: answer.bytes });
      if (answer.status >= 300) return {};
    }
    if (method === 'DELETE') deps.responses.delete(id, http.caller);
    return {};
  };

export const serveResponse = serveStored('GET', '', ({ response }) => response);

export const serveResponseDeletion = serveStored('DELETE', '', (_, { id }) => ({
  id,
  object: 'response',
  deleted: true,
}));

export const serveResponseCancellation = serveStored('POST', '/cancel', () => {
  throw new SpillwayError(
    'invalid_request',
    'Cannot cancel a synchronous response: only those that were created with `background: true` can be.',
  );
});

const MOST_ITEMS = 100;
const COMMON_ITEMS = 20;

export const serveInputItems = serveStored('GET', '/input_items', ({ input }, { query }) => {
  const asked = Number(query.get('limit') ?? COMMON_ITEMS);
  if (!Number.isInteger(asked) || asked < 1 || asked > MOST_ITEMS)
    throw new SpillwayError(
      'invalid_request',
      `\`limit\` must be a whole number from 1 to ${MOST_ITEMS}.`,
      { param: 'limit' },
    );
  // The newest first, unless asked otherwise.
  const all = query.get('order') === 'asc' ? input : input.toReversed();
  const after = query.get('after');
  const from = after === null ? 0 : all.findIndex((item) => own(item, 'id') === after) + 1;
  const data = all.slice(from, from + asked);
  return {
    object: 'list',
    data,
    first_id: own(data[0] ?? {}, 'id') ?? null,
    last_id: own(data.at(-1) ?? {}, 'id') ?? null,
    has_more: from + asked < all.length,
  };
});

const queryOf = ({ req }: HttpCall): URLSearchParams => {
  const url = req.url ?? '';
  return new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '');
};

const notFound = (id: string): SpillwayError =>
  new SpillwayError(
    'not_found',
    `Response with id '${id.slice(0, 80)}' not found: it was not stored, was deleted, or was not kept for so long.`,
  );
