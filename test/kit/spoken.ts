import type { ServerResponse } from 'node:http';
import type { JsonObject } from '#core/json.ts';
import { providers } from '#providers/index.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
import type { ChatDialect, Frame } from '#wire/dialect.ts';
import { type DialectName, chatDialect, dialects } from '#wire/dialects.ts';
import { writeAwsEvent } from '#wire/framing/aws-event-stream.ts';
import { frameReader } from '#wire/framing/frames.ts';
import { writeSse } from '#wire/framing/sse.ts';
import { grammarFault, runStep } from '#wire/test-kit.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './gateway.ts';
import { type ScriptedUpstream, type SeenCall, startUpstream } from './upstream.ts';

/* A caller of any dialect and a vendor of any, over real connections; what the vendor sends is a test's. */

const all = (Object.keys(dialects) as DialectName[]).flatMap((name) => chatDialect(name) ?? []);

/** Every dialect that some provider speaks, and that knows tools. */
export const vendors: readonly ChatDialect[] = all.filter(
  ({ name, paramNames }) =>
    paramNames.tools !== undefined &&
    providers.some(({ operations }) => operations.chat?.dialect === name),
);

type PathOf = (model: string, stream: boolean) => string;

/** Where callers of a dialect knock. */
export const DOORS: Readonly<Record<string, PathOf>> = {
  'openai-chat': () => '/v1/chat/completions',
  'openai-responses': () => '/v1/responses',
  'anthropic-messages': () => '/v1/messages',
  gemini: (model, stream) =>
    `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
};

export const callers: readonly ChatDialect[] = all.filter(({ name }) => Object.hasOwn(DOORS, name));

/** Bytes of one message of a vendor's stream. */
export const framed = ({ framing }: ChatDialect, { event, data }: Frame): Buffer =>
  framing === 'aws-event-stream' ? writeAwsEvent(data) : Buffer.from(writeSse(data, event));

export const framesOf = (dialect: ChatDialect, events: readonly ChatEvent[]): Frame[] =>
  runStep(dialect.streamWriter({ includeUsage: true }), events);

export type Played = (vendor: ChatDialect, call: SeenCall, res: ServerResponse) => void;

export const streamHead = (vendor: ChatDialect, res: ServerResponse): void => {
  const type =
    vendor.framing === 'aws-event-stream'
      ? 'application/vnd.amazon.eventstream'
      : 'text/event-stream';
  res.writeHead(200, { 'content-type': type });
};

/** Plays an answer as it should be, whole or streamed as asked; `bytesOf` may spoil the messages. */
export const plays =
  (
    events: readonly ChatEvent[],
    bytesOf: (frames: Frame[], vendor: ChatDialect) => (Frame | Buffer)[] = (frames) => frames,
  ): Played =>
  (vendor, call, res) => {
    if (isStream(call)) {
      streamHead(vendor, res);
      for (const piece of bytesOf(framesOf(vendor, events), vendor))
        res.write(Buffer.isBuffer(piece) ? piece : framed(vendor, piece));
      res.end();
    } else {
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify(vendor.writeReply(events)));
    }
  };

/** Whether a vendor is asked for a stream: some are asked by their path. */
export const isStream = ({ path, body }: SeenCall): boolean =>
  body['stream'] === true || /stream/i.test(path);

/** What a caller has heard. */
export interface Heard {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of an answer, as its dialect reads it; of a stream that broke off, the last one is the error. */
  readonly events: readonly ChatEvent[];
  /** Of an answer that is none, as its dialect reads it. */
  readonly error?: string;
}

export interface SpokenWorld {
  readonly gateway: Awaited<ReturnType<typeof startGateway>>;
  /** Of the vendor that speaks this dialect. */
  readonly upstream: (vendor: ChatDialect) => ScriptedUpstream;
  /** How all vendors answer from now on. */
  play(played: Played): void;
  /** A call under way. */
  open(
    caller: ChatDialect,
    vendor: ChatDialect,
    asked: { readonly request: ChatRequest; readonly signal?: AbortSignal },
  ): Promise<Response>;
  ask(caller: ChatDialect, vendor: ChatDialect, request: ChatRequest): Promise<Heard>;
  close(): Promise<void>;
}

/** Each vendor is a group that bears its dialect's name. Nothing is tried twice. */
export const startSpoken = async (eventBytes = 4_194_304): Promise<SpokenWorld> => {
  let current: Played = () => {};
  const upstreams = new Map<string, ScriptedUpstream>();
  for (const vendor of vendors)
    upstreams.set(vendor.name, await startUpstream((call, res) => current(vendor, call, res)));
  const rows = vendors.map(({ name }) =>
    deployment(name, upstreams.get(name)!.url, {
      group: name,
      provider: providers.find(({ operations }) => operations.chat?.dialect === name)!.name,
      model: 'vendor-model',
    }),
  );
  const config = configOf(rows);
  const gateway = await startGateway({
    ...config,
    routing: { ...config.routing, numRetries: 0 },
    limits: { ...config.limits, eventBytes, requestBytes: 32_000_000, replyBytes: 32_000_000 },
  });
  const open: SpokenWorld['open'] = (caller, vendor, { request, signal }) => {
    const { body } = caller.writeRequest(request, { model: vendor.name, asksUsage: true });
    return fetch(gateway.url + DOORS[caller.name]!(vendor.name, request.stream), {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  };
  return {
    gateway,
    upstream: ({ name }) => upstreams.get(name)!,
    play: (played) => void (current = played),
    open,
    ask: async (caller, vendor, request) =>
      heardIn(caller, await open(caller, vendor, { request }), request.stream),
    close: async () => {
      await gateway.close();
      for (const upstream of upstreams.values()) await upstream.close();
    },
  };
};

const EVENT_BYTES = 64_000_000;

const heardIn = async (
  caller: ChatDialect,
  response: Response,
  stream: boolean,
): Promise<Heard> => {
  const { status, headers } = response;
  const { bytes, isCut } = await bytesOf(response);
  const text = bytes.toString('utf8');
  const heard = { status, headers, text };
  if (status !== 200) {
    const { message } = caller.readError(status, {}, text);
    return { ...heard, events: [], error: message };
  }
  if (!stream) return { ...heard, events: caller.readReply(JSON.parse(text) as JsonObject) };
  const reader = frameReader(caller, EVENT_BYTES);
  const frames = [...reader.push(bytes), ...(isCut ? [] : reader.end())];
  const events = runStep(caller.streamReader(), frames);
  const fault = grammarFault(events);
  if (fault !== undefined) throw new Error(`${fault} in ${text}`);
  return { ...heard, events };
};

/** All that came, also where the connection broke. */
const bytesOf = async ({ body }: Response): Promise<{ bytes: Buffer; isCut: boolean }> => {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body ?? []) chunks.push(chunk as Uint8Array);
    return { bytes: Buffer.concat(chunks), isCut: false };
  } catch {
    return { bytes: Buffer.concat(chunks), isCut: true };
  }
};
