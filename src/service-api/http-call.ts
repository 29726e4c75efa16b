import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '#core/clock.ts';
import { textAt } from '#core/fields.ts';
import { isObject, type Json, type JsonObject } from '#core/json.ts';
import { ApiError, invalidParam } from '#service-api/dify-error.ts';
import type { ServedApp } from '#service-api/served-apps.ts';

/** One request to an app. */
export interface ApiCall {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly served: ServedApp;
  /** What stands in the path's `{name}` places. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
}

/** Texts and settings are small; files come otherwise, bytes. */
const MOST_JSON_BYTES = 8 * 1024 * 1024;
/** A body that comes slower than that holds a place for nothing, ms. */
const BODY_MS = 120_000;

/** Throws ApiError when it is larger than that, or does not come in time. */
export const readBytes = (
  req: IncomingMessage,
  clock: Clock,
  limitBytes: number,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (error?: Error): void => {
      cancel();
      req.removeAllListeners('data');
      if (error) reject(error);
      else resolve(Buffer.concat(chunks));
    };
    const cancel = clock.after(BODY_MS, () =>
      end(new ApiError(408, 'timeout', 'The request did not arrive in time.')),
    );
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) end(tooLarge(limitBytes));
      else chunks.push(chunk);
    });
    req.once('end', () => end());
    req.once('error', () => end(new ApiError(400, 'invalid_param', 'The request broke off.')));
  });

const tooLarge = (limitBytes: number): ApiError =>
  new ApiError(413, 'file_too_large', `At most ${limitBytes} bytes are taken.`);

/** A body that is an object; none at all is an empty one. */
export const readJson = async (req: IncomingMessage, clock: Clock): Promise<JsonObject> => {
  const bytes = await readBytes(req, clock, MOST_JSON_BYTES);
  if (bytes.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalidParam('The body is no JSON.');
  }
  if (!isObject(value)) throw invalidParam('The body must be a JSON object.');
  return value;
};

export const sendJson = (res: ServerResponse, body: Json, status = 200): void => {
  const bytes = Buffer.from(JSON.stringify(body));
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  res.end(bytes);
};

/** Throws ApiError when it is missing or no text. */
const textIn = (body: JsonObject, name: string): string => {
  const value = textAt(body, name);
  if (value !== '') return value;
  throw invalidParam(`Arg ${name} must be provided.`);
};

/** Who asks, as the caller calls them: conversations, runs and files are theirs alone. */
export const userIn = (body: JsonObject): string => textIn(body, 'user');

/** Routes that take no body name the user in the query, and some do without. */
export const userOf = ({ query }: ApiCall): string => query.get('user') ?? '';

export const limitOf = ({ query }: ApiCall): number => {
  const limit = Number(query.get('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw invalidParam('limit must be between 1 and 100.');
  return limit;
};
