import {
  invalidJson,
  missingHeader,
  tooLarge,
  unauthorized,
  unknownPath,
  wrongSignature,
  wrongMethod,
} from '#simulator/complaints.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import { serveChat } from '#simulator/chat.ts';
import { serveCount } from '#simulator/count-tokens.ts';
import { SPOKEN, type Spoken } from '#simulator/dialects.ts';
import { serveEmbeddings } from '#simulator/embeddings.ts';
import { serveRerank } from '#simulator/rerank.ts';
import { EMBEDDINGS, serveTranslatedEmbeddings } from '#simulator/translated-embeddings.ts';
import type { Exchange } from '#simulator/exchange.ts';
import { ModelCall } from '#simulator/model-call.ts';
import type { Project } from '#simulator/project.ts';
import { CONTROL_ROUTES } from '#simulator/control-routes.ts';
import { drawId } from '#simulator/draw.ts';
import { locate, profileAt } from '#simulator/profiles/index.ts';
import { Refused } from '#simulator/refused.ts';
import { isKeptPath, keptAnswer } from '#simulator/responses.ts';
import { isSigned, signerOf } from '#simulator/signature.ts';
import type { Handler, Site } from '#simulator/site.ts';
import type { FaultScript } from '#simulator/faults/script.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { dialects } from '#wire/dialects.ts';

/** Largest body of a call: room for pictures in a prompt, small enough to parse in one go. */
const MOST_BODY_BYTES = 8 * 1024 * 1024;

/** Answers one request. Rejects only for a fault of the simulator's own. */
export const route = async (site: Site, exchange: Exchange): Promise<void> => {
  const { method, path } = exchange;
  const { path: place } = locate(path);
  const methods = ROUTES.get(place);
  const handler = methods?.get(method);
  try {
    if (isKeptPath(place)) return await serveKept(site, exchange);
    if (methods === undefined) throw new Refused(unknownPath(method, path.slice(0, 200)));
    if (handler === undefined) throw new Refused(wrongMethod(method, path));
    await handler(site, exchange);
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    const { status, headers, body } = thrown.answer(profileAt(site.world.profile, path));
    await exchange.sendJson(status, { ...baseHeaders(site, exchange), ...headers }, body);
  }
};

const baseHeaders = (
  { world }: Site,
  exchange: Exchange,
  project?: Project,
): Record<string, string> =>
  (project?.profile ?? world.profile).baseHeaders({
    requestId: drawId('req_', 32, world.random),
    elapsedMs: exchange.elapsedMs,
    organisation: project?.organisation,
    project: project?.id,
  });

const authenticated = ({ projectOf, signingKeyOf }: Site, exchange: Exchange): Project => {
  const signer = signerOf(exchange);
  const key = signer === undefined ? exchange.key : signingKeyOf(signer);
  const project = key === undefined ? undefined : projectOf(key);
  if (project === undefined) throw new Refused(unauthorized(key));
  return project;
};

const checkSignature = ({ signingKeyOf, world }: Site, exchange: Exchange, body: string): void => {
  const signer = signerOf(exchange);
  const key = signer === undefined ? undefined : signingKeyOf(signer);
  if (key !== undefined && !isSigned(exchange, { key, body, wallMs: world.clock.wall() }))
    throw new Refused(wrongSignature());
};

/** Authenticates, reads the body and lets `serve` answer; its refusals go to the project's log. */
const modelRoute =
  (serve: (call: ModelCall) => Promise<void>, dialect: ChatDialect): Handler =>
  async (site, exchange) => {
    const { world } = site;
    const project = authenticated(site, exchange);
    const text = await exchange.readBody(MOST_BODY_BYTES).catch(() => null);
    // The client broke off: nobody is left to answer, and there was no call to log.
    if (text === null) return;
    const body = text === undefined ? undefined : parseObject(text);
    const { path, model, stream } = locate(exchange.path);
    const named = {
      ...body,
      ...(model !== undefined && { model }),
      ...(stream !== undefined && { stream }),
    };
    const call = new ModelCall({ world, project, exchange, body: named });
    try {
      if (text === undefined) throw new Refused(tooLarge(MOST_BODY_BYTES));
      checkSignature(site, exchange, text);
      if (body === undefined) throw new Refused(invalidJson());
      const missing = project.profile.demands?.(path).find((name) => !exchange.hasHeader(name));
      if (missing !== undefined) throw new Refused(missingHeader(missing));
      if (await call.meet(site.faults.strike({ ...victimOf(call), dialect }))) return;
      await serve(call);
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      await call.refuse(thrown);
    }
  };

const victimOf = ({
  body,
  project,
  exchange,
  world,
}: ModelCall): Omit<Parameters<FaultScript['strike']>[0], 'dialect'> => {
  const model = own(body, 'model');
  return {
    project: project.id,
    model: typeof model === 'string' ? model : '',
    stream: own(body, 'stream') === true,
    reusedConnection: exchange.reusedConnection,
    random: world.random,
  };
};

const parseObject = (text: string): JsonObject | undefined => {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const listModels: Handler = async (site, exchange) => {
  const project = authenticated(site, exchange);
  const created = Math.floor(site.world.clock.wall() / 1000);
  const data = project.models.map((id) => ({
    id,
    object: 'model',
    created,
    owned_by: 'simulator',
  }));
  await exchange.sendJson(200, baseHeaders(site, exchange, project), { object: 'list', data });
};

const serveKept: Handler = async (site, exchange) => {
  const project = authenticated(site, exchange);
  const { method, path } = exchange;
  await exchange.sendJson(
    200,
    baseHeaders(site, exchange, project),
    keptAnswer(project, { method, path: locate(path).path }),
  );
};

const posted = (handler: Handler): ReadonlyMap<string, Handler> => new Map([['POST', handler]]);

/** Where a dialect's models answer, and where they count what they would read. */
const spokenRoutes = ([path, spoken]: readonly [string, Spoken]): [
  string,
  ReadonlyMap<string, Handler>,
][] => {
  const { dialect, counting } = spoken;
  const answers = posted(modelRoute((call) => serveChat(call, spoken), dialect));
  if (!counting) return [[path, answers]];
  const counts = posted(modelRoute((call) => serveCount(call, { dialect, counting }), dialect));
  return [
    [path, answers],
    [counting.path, counts],
  ];
};

const ROUTES: ReadonlyMap<string, ReadonlyMap<string, Handler>> = new Map([
  ['/v1/embeddings', posted(modelRoute(serveEmbeddings, dialects['openai-chat']))],
  ...['/rerank', '/v1/rerank', '/v2/rerank'].map(
    (path) => [path, posted(modelRoute(serveRerank, dialects['cohere-chat']))] as const,
  ),
  ...[...EMBEDDINGS].map(
    ([path, { dialect, vendor }]) =>
      [
        path,
        posted(modelRoute((call) => serveTranslatedEmbeddings(call, dialect), vendor)),
      ] as const,
  ),
  ['/v1/models', new Map([['GET', listModels]])],
  ...[...SPOKEN].flatMap(spokenRoutes),
  ...CONTROL_ROUTES,
]);
