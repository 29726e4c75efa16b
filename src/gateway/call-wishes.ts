import type { IncomingHttpHeaders } from 'node:http';
import type { Priority } from '#balancer/admit.ts';
import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own, valueAt } from '#core/json.ts';
import { isLarge, parseJsonInTurns, parseJsonObject } from '#core/parse-json.ts';
import { wishesOf } from '#gateway/billing.ts';
import { readFallbacks } from '#gateway/call-fallbacks.ts';
import { newCallId } from '#core/ids.ts';
import { allowed } from '#gateway/allowed.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { speaksToUs } from '#gateway/control-fields.ts';
import { demandParams } from '#gateway/enforced-params.ts';
import { extraHeadersOf, forwarded } from '#gateway/extra-headers.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import type { Writable } from '#core/writable.ts';
import type { Pass } from '#keys/pass.ts';
import { SMALL_BYTES } from '#gateway/large-bodies.ts';
import { readBody } from '#gateway/read-body.ts';
import type { CallerHeaders } from '#upstream/target.ts';
import { heardHeaders } from '#providers/index.ts';
import { addressOf } from '#keys/entrance.ts';

/** More tries than this help nobody and burn quota. */
const MAX_RETRIES = 10;
const DAY_S = 86_400;
const MAX_TAGS = 50;
const NAME_CHARS = 200;

type Value = JsonObject[string] | readonly string[] | undefined;

export interface ReadHow {
  /** Puts what the path says into the body. */
  readonly amend?: (body: JsonObject, http: HttpCall) => JsonObject;
  /** The body's `metadata` is for the vendor, not for LiteLLM's logs. */
  readonly ownsMetadata?: boolean;
}

/** Reads the body and what the caller wishes for itself: fields first, headers second. */
export const readCall = async (
  deps: GatewayDeps,
  http: HttpCall,
  how: ReadHow = {},
): Promise<GatewayCall> => callIn(deps, http, { how, read: await bodyOf(deps, http) });

/** The same of a body that is there: at once, unless it is large. */
export const callIn = (
  deps: GatewayDeps,
  http: HttpCall,
  { how, read }: { readonly how: ReadHow; readonly read: Buffer },
): GatewayCall | Promise<GatewayCall> => {
  const { jsonDepth } = deps.settings.limits;
  const bytes = read.length;
  if (!isLarge(read))
    return callOf(deps, http, { how, parsed: parseJsonObject(read, jsonDepth), bytes });
  const inTurns = parseJsonInTurns(read, jsonDepth, () => deps.bodies.turn());
  return inTurns.then((parsed) => callOf(deps, http, { how, parsed, bytes }));
};

/** In a body that is for the vendor alone. */
const NOTHING_SAID: JsonObject = {};

interface Parsed {
  readonly how: ReadHow;
  readonly parsed: JsonObject;
  readonly bytes: number;
}

const callOf = (deps: GatewayDeps, http: HttpCall, { how, parsed, bytes }: Parsed): GatewayCall => {
  const { amend = withModel, ownsMetadata = false } = how;
  const sent = amend(withExtras(parsed), http);
  const isForUs = speaksToUs(sent);
  const said = isForUs ? sent : NOTHING_SAID;
  const { pass, req } = http;
  const { headers } = req;
  const { params } = deps.settings.entrance;
  const call: Writable<GatewayCall> = {
    id: http.id,
    progress: http.progress,
    arrivedAt: http.arrivedAt,
    wallMs: http.wallMs,
    body: sent,
    signal: http.signal,
    tenant: { key: http.caller, user: named(userOf(said, ownsMetadata)) ?? '' },
    priority: 'interactive',
    bytes,
    answersAtTurnEnd: true,
  };
  const tags = tagsOf(said, headers['x-litellm-tags']);
  if (tags.length > 0) call.tags = tags;
  if (deps.billing) {
    tellOrigin(deps, call, http);
    const session = sessionOf(said, headers, ownsMetadata);
    if (session !== undefined) call.session = session;
  }
  http.call = call;
  const fallbacks = isForUs ? readFallbacks(said) : undefined;
  const asked = own(sent, 'model') === undefined ? withDefaultModel(deps, call, sent) : sent;
  const body = pass ? allowed(asked, pass, fallbacks) : asked;
  if (params) demandParams(body, params);
  if (pass?.key.enforced_params) demandParams(body, pass.key.enforced_params);
  const streamTimeout = own(said, 'stream_timeout') ?? headers['x-litellm-stream-timeout'];
  const streamTimeoutS = wished('stream_timeout', streamTimeout, DAY_S);
  const tries = own(said, 'num_retries') ?? headers['x-litellm-num-retries'];
  const retries = wished('num_retries', tries, MAX_RETRIES);
  const queueS = wished('x-queue-timeout', headers['x-queue-timeout'], DAY_S);
  const patienceS = hinted(headers['x-stainless-timeout']);
  const run = named(headers['x-spillway-run']);
  const extra = extraHeadersOf(said);
  const { forwardsHeaders } = deps.settings;
  const vendorHeaders = forVendors(headers, extra?.heard);
  call.body = body;
  call.priority = priorityOf(headers['x-spillway-priority']);
  useDeadline(call, said, headers);
  // Zero and nothing are the same to LiteLLM.
  if (streamTimeoutS) call.streamTimeoutMs = streamTimeoutS * 1000;
  if (retries !== undefined) call.retries = Math.floor(retries);
  if (queueS !== undefined) call.queueMs = queueS * 1000;
  if (pass) usePass(call, pass);
  if (patienceS !== undefined) call.patienceMs = patienceS * 1000;
  if (fallbacks) call.fallbacks = fallbacks;
  if (run !== undefined) call.run = run;
  if (ownsMetadata) call.ownsMetadata = true;
  if (vendorHeaders) call.vendorHeaders = vendorHeaders;
  if (forwardsHeaders)
    call.extraHeaders = { ...forwarded(headers, forwardsHeaders.except), ...extra?.plain };
  else if (extra?.plain) call.extraHeaders = extra.plain;
  return call;
};

/**
 * How long it waits in all. By LiteLLM's words that is the time of each try as well; by the header with
 * which one gateway tells another what is left, tries keep the config's own. The shorter one holds.
 */
const useDeadline = (
  call: Writable<GatewayCall>,
  body: JsonObject,
  headers: IncomingHttpHeaders,
): void => {
  const { arrivedAt } = call;
  const said = own(body, 'timeout') ?? headers['x-litellm-timeout'] ?? own(body, 'request_timeout');
  const timeoutS = wished('timeout', said, DAY_S);
  const leftS = wished('x-request-timeout', headers['x-request-timeout'], DAY_S);
  if (leftS) call.deadline = arrivedAt + leftS * 1000;
  if (timeoutS && !(leftS && leftS <= timeoutS)) call.timeoutMs = timeoutS * 1000;
};

/** `extra_body` as LiteLLM's clients send it: fields of the body for a vendor, looked at as all others are. */
const withExtras = (body: JsonObject): JsonObject => {
  const extra = own(body, 'extra_body');
  if (!isObject(extra)) return body;
  const { extra_body: _, ...fields } = body;
  return { ...fields, ...extra };
};

/** Where the vendor's own metadata say for whom a request is made. */
const userOf = (body: JsonObject, ownsMetadata: boolean): Value =>
  own(body, 'user') ?? (ownsMetadata ? valueAt(body, ['metadata', 'user_id']) : undefined);

const forVendors = (
  headers: IncomingHttpHeaders,
  more: CallerHeaders | undefined,
): GatewayCall['vendorHeaders'] => {
  let said: Record<string, string> | undefined;
  for (const name of heardHeaders) {
    const value = headers[name];
    if (typeof value === 'string') (said ??= {})[name] = value;
  }
  return said || more ? { ...said, ...more } : undefined;
};

/** An end user may have a model for requests that name none. */
const withDefaultModel = (deps: GatewayDeps, call: GatewayCall, body: JsonObject): JsonObject => {
  const model = wishesOf(deps, call)?.default_model;
  return model ? { ...body, model } : body;
};

/** The model that the path names, where it does. */
const withModel = (body: JsonObject, { params: { model } }: HttpCall): JsonObject =>
  model === undefined ? body : { ...body, model };

/** The body, once there is room for it: until then one that says how long it is stays where it is. */
export const bodyOf = (deps: GatewayDeps, http: HttpCall): Promise<Buffer> => {
  const saidBytes = Number(http.req.headers['content-length']);
  return saidBytes <= SMALL_BYTES ? readFrom(deps, http) : largeBody(deps, http, saidBytes);
};

const readFrom = ({ settings, clock }: GatewayDeps, { req }: HttpCall): Promise<Buffer> =>
  readBody(req, { limitBytes: settings.limits.requestBytes, clock });

const largeBody = async (deps: GatewayDeps, http: HttpCall, saidBytes: number): Promise<Buffer> => {
  if (deps.memory() === 'much') throw noMemory();
  const isSaid = saidBytes <= deps.settings.limits.requestBytes;
  if (isSaid) await enter(deps, http, saidBytes);
  const bytes = await readFrom(deps, http);
  if (!isSaid && bytes.length > SMALL_BYTES) await enter(deps, http, bytes.length);
  return bytes;
};

/** It has its room until its answer has been given. */
const enter = async (deps: GatewayDeps, http: HttpCall, bytes: number): Promise<void> => {
  const { res, req, signal } = http;
  const isBatch = priorityOf(req.headers['x-spillway-priority']) === 'batch';
  const leave = await deps.bodies.enter(bytes, { signal, isBatch });
  if (res.closed) leave();
  else res.once('close', leave);
};

const noMemory = (): SpillwayError =>
  new SpillwayError(
    'unavailable',
    'Memory is nearly full, and bodies as large as this one are not read; try again in a few seconds.',
    { retryAfterMs: 5_000 },
  );

const wished = (field: string, value: Value, most: number): number | undefined => {
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' ? Number(value.trim() || Number.NaN) : value;
  if (typeof number === 'number' && number >= 0 && Number.isFinite(number))
    return Math.min(number, most);
  throw new SpillwayError('invalid_request', `\`${field}\` must be a number of at least 0.`, {
    param: field,
  });
};

/** What an SDK says of itself is believed where it makes sense and ignored where not. */
const hinted = (value: Value): number | undefined => {
  const seconds = typeof value === 'string' ? Number(value) : Number.NaN;
  return seconds > 0 && seconds <= DAY_S ? seconds : undefined;
};

const named = (value: Value): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, NAME_CHARS) : undefined;

const priorityOf = (value: Value): Priority => {
  if (value === undefined || value === 'interactive') return 'interactive';
  if (value === 'batch') return 'batch';
  throw new SpillwayError(
    'invalid_request',
    '`x-spillway-priority` must be `interactive` or `batch`.',
    { param: 'x-spillway-priority' },
  );
};

const NO_TAGS: readonly string[] = [];

/** Wherever LiteLLM looks for them: each place adds its own. */
const tagsOf = (body: JsonObject, header: Value): readonly string[] => {
  const listed = own(body, 'tags');
  const metadata = own(body, 'metadata');
  const noted = isObject(metadata) ? own(metadata, 'tags') : undefined;
  if (listed === undefined && noted === undefined && header === undefined) return NO_TAGS;
  const more = typeof header === 'string' ? header.split(',').map((tag) => tag.trim()) : [];
  const tags = [...textsIn(noted), ...textsIn(listed), ...more].filter((tag) => tag !== '');
  return [...new Set(tags)].slice(0, MAX_TAGS);
};

const textsIn = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : NO_TAGS;

/** A key may say how long its requests wait at most; its caller may say less. */
const usePass = (call: Writable<GatewayCall>, pass: Pass): void => {
  call.pass = pass;
  if (pass.waitMs > 0 && pass.waitMs < (call.queueMs ?? Infinity) && pass.waitMs !== Infinity)
    call.queueMs = pass.waitMs;
};

/** As LiteLLM reads it: what a header says goes before what a body does. */
const sessionOf = (
  body: JsonObject,
  headers: IncomingHttpHeaders,
  ownsMetadata: boolean,
): string | undefined =>
  named(
    headers['x-litellm-trace-id'] ??
      headers['x-litellm-session-id'] ??
      (body === NOTHING_SAID ? undefined : saidSession(body, ownsMetadata)),
  );

const saidSession = (body: JsonObject, ownsMetadata: boolean): Value => {
  const said = own(body, 'litellm_session_id') ?? own(body, 'litellm_trace_id');
  if (said !== undefined || ownsMetadata) return said;
  const metadata = own(body, 'metadata');
  return isObject(metadata)
    ? (own(metadata, 'session_id') ?? own(metadata, 'trace_id'))
    : undefined;
};

/** For its record of spend. A caller's own id may come twice: then the record has another. */
const tellOrigin = (
  { settings }: GatewayDeps,
  call: Writable<GatewayCall>,
  { req, id, callType }: HttpCall,
): void => {
  const { headers } = req;
  const endUser = named(headers['x-litellm-customer-id'] ?? headers['x-litellm-end-user-id']);
  if (endUser !== undefined) call.endUser = endUser;
  const address = addressOf(req, settings.entrance);
  if (address !== '') call.address = address;
  if (callType !== undefined) call.callType = callType;
  const notes = headers['x-litellm-spend-logs-metadata'];
  if (typeof notes === 'string') useNotes(call, notes);
  call.recordId = headers['x-litellm-call-id'] === id ? newCallId() : id;
};

/** Deeper notes are none. */
const NOTES_DEPTH = 8;

/** What is no JSON object is no note: nothing is refused for it, as in LiteLLM. */
const useNotes = (call: Writable<GatewayCall>, text: string): void => {
  try {
    call.notes = parseJsonObject(Buffer.from(text, 'latin1'), NOTES_DEPTH);
  } catch {
    // Its sender meant something else.
  }
};
