import { SpillwayError } from '#core/errors.ts';
import { APP_MODEL, type AppAsked, type AppModels } from '#gateway/app-models.ts';
import type { AnswerHead } from '#gateway/answer-head.ts';
import { beginAnswer } from '#gateway/begin-answer.ts';
import { checkMoney } from '#gateway/billing.ts';
import { type ReadHow, bodyOf, callIn } from '#gateway/call-wishes.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { type ChatReply, chat } from '#gateway/chat.ts';
import { ChunkedBody } from '#gateway/chunked-body.ts';
import { errorEvents } from '#gateway/error-envelope.ts';
import { Heartbeats } from '#gateway/heartbeats.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { JsonArray } from '#gateway/json-array.ts';
import { baseHeaders, courseLines, replyHeaders } from '#gateway/reply-headers.ts';
import type { Served } from '#gateway/served.ts';
import { sendBytes } from '#gateway/send-reply.ts';
import type { StreamedReply } from '#gateway/streamed.ts';
import type { WholeReply } from '#gateway/whole.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/** A reader who takes nothing for so long holds a place that others wait for, ms. */
const PATIENCE_MS = 120_000;

/** What an endpoint does besides. */
export interface ChatHooks extends Pick<ReadHow, 'amend'> {
  /** What it makes of a request before anybody is asked. */
  readonly prepared?: (deps: GatewayDeps, call: GatewayCall) => GatewayCall;
  /** Who hears the answer, piece by piece, before its caller does. */
  readonly heard?: (deps: GatewayDeps, reply: ChatReply) => ((bytes: Buffer) => void) | undefined;
  /** Whether a stream is told as one array of JSON; as server-sent events otherwise. */
  readonly asArray?: (http: HttpCall) => boolean;
}

/** One endpoint where conversations are held in `dialect`; `amend` puts what its path says into the body. */
export const serveChat = (
  dialect: ChatDialect,
  hooks: ChatHooks = {},
): ((deps: GatewayDeps, http: HttpCall) => Promise<Served>) => {
  const { amend, prepared, heard, asArray } = hooks;
  const how: ReadHow = { ...(amend && { amend }), ownsMetadata: dialect.name !== openaiChat.name };
  return async (deps, http) => {
    // Awaited even where it is there: the bodies of a turn are all read before the first is asked for.
    const read = await callIn(deps, http, { how, read: await bodyOf(deps, http) });
    const app = dialect === openaiChat ? deps.appModels.find(read) : undefined;
    if (app) return await serveApp(deps, http, { app, call: read });
    const call = prepared ? prepared(deps, read) : read;
    if (asArray?.(http)) http.array = new JsonArray(deps.settings.limits.eventBytes);
    const beats = heartbeatsOf(deps, http, call);
    const reply = await (beats
      ? chatInLine(deps, http, { call, beats, dialect })
      : chat(deps, call, dialect));
    const hear = heard?.(deps, reply);
    return reply.stream
      ? await serveStream(deps, http, { reply, hear, beats })
      : serveWhole(deps, http, { reply, hear });
  };
};

interface AppFound {
  readonly app: NonNullable<ReturnType<AppModels['find']>>;
  readonly call: GatewayCall;
}

const serveApp = async (
  deps: GatewayDeps,
  http: HttpCall,
  { app, call }: AppFound,
): Promise<Served> => {
  checkMoney(deps, call, APP_MODEL + app.name);
  // Its calls of models have records of their own.
  http.callType = undefined;
  await app.source.serve(askedApp(deps, http, { name: app.name, call }));
  return {};
};

const serveWhole = (
  deps: GatewayDeps,
  http: HttpCall,
  { reply, hear }: { readonly reply: WholeReply } & Pick<Piped, 'hear'>,
): Served => {
  const { bytes, text } = reply.answer;
  hear?.(bytes);
  sendBytes(http, 200, { head: replyHeaders(deps, http, reply), bytes, text });
  return reply;
};

const serveStream = async (
  deps: GatewayDeps,
  http: HttpCall,
  { reply, hear, beats }: Omit<Piped, 'to'> & { readonly beats: Heartbeats | undefined },
): Promise<Served> => {
  if (beats?.hasBegun) tellLate(http, courseLines(deps, http, reply));
  const to = http.body ?? openStream(http, replyHeaders(deps, http, reply));
  pipeStream(deps, http, { reply, hear, to });
  const { pieces, failure } = await reply.ended;
  return { decision: reply.decision, ...(failure && { pieces }) };
};

/** Its answer has the headers that every answer has. */
const askedApp = (
  deps: GatewayDeps,
  http: HttpCall,
  { name, call }: Pick<AppAsked, 'name' | 'call'>,
): AppAsked => {
  const { res } = http;
  const headers = baseHeaders(deps, http).pairs;
  for (let i = 0; i < headers.length; i += 2) res.setHeader(headers[i]!, headers[i + 1]!);
  const withUsage = deps.settings.alwaysIncludeUsage || call.pass?.alwaysUsage === true;
  return { name, call, res, withUsage };
};

const openStream = (http: HttpCall, head: AnswerHead): ChunkedBody => {
  const { res, array } = http;
  const type = array ? 'application/json; charset=utf-8' : 'text/event-stream; charset=utf-8';
  head.add('content-type', type);
  head.add('cache-control', 'no-cache');
  // Asks nginx and its kin not to gather the stream before passing it on.
  head.add('x-accel-buffering', 'no');
  beginAnswer(res, head);
  return (http.body = new ChunkedBody(res));
};

/** Headers that were not known when the head was sent, as comments: in JSON there is no place for any. */
const tellLate = ({ body, array }: HttpCall, lines: string): void => {
  if (!array) body?.write(`${lines.replaceAll(/(.+)\r\n/g, ': $1\n')}\n`);
};

const heartbeatsOf = (
  deps: GatewayDeps,
  http: HttpCall,
  { body }: GatewayCall,
): Heartbeats | undefined => {
  const { heartbeatMs: everyMs } = deps.settings.queue;
  if (everyMs === undefined || body['stream'] !== true) return undefined;
  return new Heartbeats({
    clock: deps.clock,
    everyMs,
    open: () => void openStream(http, baseHeaders(deps, http)),
    write: (comment) => void http.body?.write(http.array ? BLANK : comment),
  });
};

/** What readers of JSON pass over. */
const BLANK = '\n';

interface InLine {
  readonly call: GatewayCall;
  readonly beats: Heartbeats;
  readonly dialect: ChatDialect;
}

/** An error that comes after the first beat is told in the stream. */
const chatInLine = async (
  deps: GatewayDeps,
  http: HttpCall,
  { call, beats, dialect }: InLine,
): Promise<ChatReply> => {
  try {
    return await chat(deps, { ...call, line: beats }, dialect);
  } catch (thrown) {
    if (beats.hasBegun) failStream(deps, http, SpillwayError.from(thrown));
    throw thrown;
  } finally {
    beats.over();
  }
};

/** No end mark: what breaks off must not look complete. */
const failStream = (deps: GatewayDeps, http: HttpCall, error: SpillwayError): void => {
  const { res, body, array } = http;
  if (res.destroyed) return;
  const events = errorEvents(deps, http, error);
  body?.end(array ? array.write(events) + array.end() : events);
};

interface Piped {
  readonly reply: StreamedReply;
  readonly hear: ((bytes: Buffer) => void) | undefined;
  readonly to: ChunkedBody;
}

const pipeStream = (deps: GatewayDeps, http: HttpCall, { reply, hear, to }: Piped): void => {
  const { body } = reply;
  const { clock } = deps;
  const { res, array } = http;
  let cancel: (() => void) | undefined;
  const taken = (): void => {
    cancel?.();
    cancel = undefined;
  };
  to.onDrain(() => {
    taken();
    body.resume();
  });
  res.once('close', taken);
  body.pipe({
    write(bytes) {
      hear?.(bytes);
      const goesOn = to.write(array ? array.write(bytes) : bytes);
      if (!goesOn) cancel ??= clock.after(PATIENCE_MS, () => res.destroy());
      return goesOn;
    },
    end(last) {
      hear?.(last);
      to.end(array ? array.write(last) + array.end() : last);
    },
    fail: (error) => failStream(deps, http, error),
  });
};
