import { abortSignalOf } from '#core/call-signal.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Clock } from '#core/clock.ts';
import { newCallId } from '#core/ids.ts';
import type { JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { wantedModels } from '#flow/wanted-models.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { appModelReply, appModelsReply, modelTrialReply } from '#gateway/console/app-shapes.ts';
import { modelId, type Route, type StoredModel } from '#server/apps/model-book.ts';
import type { Apps } from '#server/apps/open-apps.ts';
import { seconds } from '#service-api/run-app.ts';
import { createFlowServices, type FlowSurroundings } from '#server/flow-services.ts';

const word = z.string().trim().min(1).max(200);

/** The form in which Dify asks for a model, or a group of this gateway in its place. */
const modelSchema = z.strictObject({
  provider: word.optional(),
  name: word.regex(/^[^*]+$/, 'a name without *'),
  type: z.literal('llm', 'llm: apps call no other models here').optional(),
  group: word.optional(),
  endpoint_url: word.max(2_000).optional(),
  endpoint_model_name: word.regex(/^[^*]+$/, 'a name without *').optional(),
  /** Left out: the one that was given before, as long as the endpoint's host is the same. */
  api_key: z.string().trim().max(10_000).optional(),
});
type ModelForm = z.infer<typeof modelSchema>;

/** Where the models of apps are: for whoever runs the gateway. */
export const modelControl = (apps: Apps): readonly AnyControlRoute[] => {
  const { models, deps } = apps;
  return [
    controlRoute({
      method: 'get',
      path: '/spillway/app-models',
      access: 'viewer',
      summary: 'Which models apps ask for, and where each is served.',
      reply: appModelsReply,
      serve: () => ({
        data: models.all().map(shownModel),
        config: apps.config.models.map((model) => ({ ...model })),
        groups: [...apps.config.groups],
        wanted: wanted(apps),
      }),
    }),
    controlRoute({
      method: 'put',
      path: '/spillway/app-models',
      access: 'admin',
      summary:
        'Maps a model of apps to a group of this gateway or to an OpenAI-compatible endpoint.',
      body: modelSchema,
      reply: appModelReply,
      async serve({ body }) {
        const model = modelOf(apps, body);
        models.put(model);
        apps.readAgain();
        await apps.save();
        return shownModel(model);
      },
    }),
    controlRoute({
      method: 'post',
      path: '/spillway/app-models/check',
      access: 'admin',
      summary: 'Tests the model with a few tokens. Nothing is kept.',
      body: modelSchema,
      reply: modelTrialReply,
      async serve({ body, http }) {
        const route = models.trial(modelOf(apps, body));
        try {
          return await check(route, {
            around: apps.around,
            clock: deps.clock,
            signal: abortSignalOf(http.signal),
          });
        } finally {
          await route.close();
        }
      },
    }),
    controlRoute({
      method: 'delete',
      path: '/spillway/app-models/{id}',
      access: 'admin',
      summary: 'Removes the mapping of a model.',
      async serve({ params }) {
        if (!models.delete(params['id'] ?? ''))
          throw new SpillwayError('not_found', 'This model has no mapping.');
        apps.readAgain();
        await apps.save();
        return { result: 'success' };
      },
    }),
  ];
};

/** Throws SpillwayError `invalid_request`. */
const modelOf = ({ models, deps }: Apps, form: ModelForm): StoredModel => {
  const { provider, name, group, endpoint_url: url, endpoint_model_name: model = name } = form;
  const id = modelId(provider, name);
  const base = { id, name, updatedAt: seconds(deps.clock), ...(provider && { provider }) };
  if ((group === undefined) === (url === undefined))
    throw new SpillwayError(
      'invalid_request',
      'expected either `group` or `endpoint_url`: where the model is.',
      { param: 'group' },
    );
  if (url === undefined) return { ...base, group: group! };
  const apiKey = form.api_key ?? keyBefore(models.get(id), url);
  return { ...base, endpoint: { url, model, ...(apiKey && { apiKey }) } };
};

/** A key that was given to one host is never sent to another. */
const keyBefore = (before: StoredModel | undefined, url: string): string | undefined => {
  const { apiKey, url: former = '' } = before?.endpoint ?? {};
  if (!apiKey || URL.parse(former)?.origin === URL.parse(url)?.origin) return apiKey;
  throw new SpillwayError(
    'invalid_request',
    'api_key: give it again, as the endpoint is another; empty where it takes none.',
    { param: 'api_key' },
  );
};

const HINT_CHARS = 4;
const SHORTEST_HINTED = 16;

/** Of a key its end at most. */
const masked = (key: string): string =>
  key.length < SHORTEST_HINTED ? '…' : `…${key.slice(-HINT_CHARS)}`;

const shownModel = ({
  endpoint,
  updatedAt,
  id,
  provider,
  name,
  group,
}: StoredModel): JsonObject => ({
  id,
  provider: provider ?? null,
  name,
  type: 'llm',
  group: group ?? null,
  endpoint_url: endpoint?.url ?? null,
  endpoint_model_name: endpoint?.model ?? null,
  api_key: endpoint?.apiKey ? masked(endpoint.apiKey) : null,
  updated_at: updatedAt,
});

/** Which models apps name, and where each of them is; null where nobody serves it. */
const wanted = ({ deps, models }: Apps): JsonObject[] => {
  const rows = new Map<string, { provider: string; name: string; apps: string[] }>();
  for (const { id, app } of deps.apps.all())
    for (const model of wantedModels(app)) {
      const key = JSON.stringify([model.provider, model.name]);
      const row = rows.get(key) ?? { ...model, apps: [] };
      row.apps.push(id);
      rows.set(key, row);
    }
  return [...rows.values()].map((row) => {
    try {
      return { ...row, served_by: models.shown(models.resolve(row)), problem: null };
    } catch (thrown) {
      return { ...row, served_by: null, problem: SpillwayError.from(thrown).message };
    }
  });
};

const CHECK_MS = 60_000;
const CHECK_TOKENS = 5;

const check = async (
  route: Route,
  of: { readonly around: FlowSurroundings; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<JsonObject> => {
  const { around, clock, signal } = of;
  const services = createFlowServices(route.gateway, { ...around, route: () => route });
  const began = clock.now();
  const request = {
    model: route.model,
    messages: [{ role: 'user' as const, parts: [{ kind: 'text' as const, text: 'ping' }] }],
    stream: false,
    includeUsage: true,
    maxOutputTokens: CHECK_TOKENS,
    dialect: 'openai-chat',
    extra: {},
  };
  const call = { runId: newCallId(), nodeId: 'check', signal, deadline: began + CHECK_MS };
  let deployment: string | null = null;
  for await (const event of services.chat(request, call)) {
    if (event.type === 'served') ({ deployment } = event);
    if (event.type === 'error') throw new SpillwayError('upstream_rejected', event.error.message);
  }
  return { ok: true, deployment, elapsed_ms: Math.round(clock.now() - began) };
};
