import { SpillwayError } from '#core/errors.ts';
import { type JsonObject, isObject } from '#core/json.ts';
import { type ReadHow, readCall } from '#gateway/call-wishes.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { embeddings } from '#gateway/embeddings.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { replyHeaders } from '#gateway/reply-headers.ts';
import type { Route } from '#gateway/route-table.ts';
import { sendBytes, sendJson } from '#gateway/send-reply.ts';
import { serveCount } from '#gateway/serve-count.ts';
import { serveChat } from '#gateway/serve-chat.ts';
import type { Served } from '#gateway/served.ts';
import { geminiEmbeddings } from '#wire/gemini-embeddings/index.ts';
import { gemini } from '#wire/gemini/index.ts';

/** Its clients may write their key into the address. */
const common = { access: 'key', dialect: gemini, keyParam: 'key' } as const;

const post = (serve: Route['serve']): Route => ({ ...common, method: 'POST', serve });

/** A client may name a model as a resource. */
const plainModel = ({ params: { model = '' } }: HttpCall): string =>
  model.replace(/^(?:models|publishers\/google\/models)\//, '');

/** What the path says goes into the body. */
const amend =
  (stream: boolean) =>
  (body: JsonObject, http: HttpCall): JsonObject => ({ ...body, model: plainModel(http), stream });

const asksEvents = ({ req }: HttpCall): boolean =>
  new URLSearchParams(req.url?.split('?')[1] ?? '').get('alt') === 'sse';

const generate: Route = {
  ...post(serveChat(gemini, { amend: amend(false) })),
  callType: 'agenerate_content',
};

/** Without `alt=sse` a stream is one array, element by element. */
const generateStreamed: Route = {
  ...post(serveChat(gemini, { amend: amend(true), asArray: (http) => !asksEvents(http) })),
  callType: 'agenerate_content_stream',
};

const serveEmbed = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const call = await readCall(deps, http, { amend: amend(false), ownsMetadata: true });
  const reply = await embeddings(deps, call, geminiEmbeddings);
  const head = replyHeaders(deps, http, reply);
  sendBytes(http, 200, { head, bytes: reply.answer.bytes });
  return { decision: reply.decision };
};
const embed: Route = { ...post(serveEmbed), callType: 'aembedding' };

/** Some clients send the whole request that they mean to make. */
const counted: ReadHow['amend'] = (body, http) => {
  const { generateContentRequest: whole } = body;
  return amend(false)(isObject(whole) ? whole : body, http);
};

const count = post(serveCount({ dialect: gemini, field: 'totalTokens', amend: counted }));

const METHODS = ['generateContent', 'streamGenerateContent', 'countTokens', 'embedContent'];

const modelJson = (name: string): JsonObject => ({
  name: `models/${name}`,
  displayName: name,
  supportedGenerationMethods: [...METHODS],
});

/** Whether this caller's key may use a model: of others it hears nothing. */
const isSeen = ({ pass }: HttpCall, name: string): boolean => pass?.mayUse(name) ?? true;

const serveList: Route['serve'] = async (deps, http) => {
  const names = deps.groups.list().filter((name) => isSeen(http, name));
  sendJson(deps, http, { models: names.map(modelJson) });
  return {};
};

const serveOne: Route['serve'] = async (deps, http) => {
  const name = plainModel(http);
  if (!deps.groups.find(name) || !isSeen(http, name)) {
    const shown = JSON.stringify(name.slice(0, LONGEST_NAME));
    const message = `There is no model ${shown}; GET /v1beta/models lists those there are.`;
    throw new SpillwayError('not_found', message, { param: 'model' });
  }
  sendJson(deps, http, modelJson(name));
  return {};
};

const LONGEST_NAME = 200;

/** A verb that there is not; an address without one takes questions only, and is taken for the same. */
const noVerb = post((_, { params: { model = '' } }) => {
  const verb = /:([^:/]*)$/.exec(model)?.[1] ?? '';
  const message = `Models have no method ${JSON.stringify(verb.slice(0, LONGEST_NAME))}; there are ${METHODS.join(', ')} and batchEmbedContents.`;
  return Promise.reject(new SpillwayError('not_found', message));
});

const get = (serve: Route['serve']): Route => ({ ...common, method: 'GET', serve });

/** Its clients share one path with those of the common dialect, and are told by their own header. */
const KEY_HEADER = 'x-goog-api-key';

const OWN = { list: serveList, one: serveOne };

/** Models in the form that the client knows: `serve` is that of the common dialect. */
export const modelsFor = (which: keyof typeof OWN, serve: Route['serve']): Route => ({
  method: 'GET',
  access: 'key',
  serve: (deps, http) => (http.req.headers[KEY_HEADER] ? OWN[which] : serve)(deps, http),
});

/** Where its clients look: with a key of one endpoint, or of the other and its projects. */
const PREFIXES = [
  '/v1beta/models/',
  '/v1/models/',
  '/v1beta1/publishers/google/models/',
  '/v1beta1/projects/{project}/locations/{location}/publishers/google/models/',
];

export const geminiRoutes: readonly (readonly [path: string, route: Route])[] = [
  ...PREFIXES.flatMap((prefix): (readonly [string, Route])[] => [
    [`${prefix}{model}:generateContent`, generate],
    [`${prefix}{model}:streamGenerateContent`, generateStreamed],
    [`${prefix}{model}:countTokens`, count],
    [`${prefix}{model}:embedContent`, embed],
    [`${prefix}{model}:batchEmbedContents`, embed],
  ]),
  ['/v1beta/models', get(serveList)],
  ['/v1beta/models/{model}', get(serveOne)],
  ['/v1beta/models/{model}', noVerb],
];
