import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { pageOf, pageQuery, sliceOf } from '#gateway/admin/page.ts';
import { ChosenWatch } from '#keys/chosen-watch.ts';
import { durationField, keyFields, nameField } from '#keys/fields.ts';
import { fromMetadata } from '#keys/in-metadata.ts';
import {
  deleteKeys,
  generateKey,
  type KeyFields,
  payerOfKey,
  readableKey,
  regenerateKey,
  shownKey,
  updateKey,
  writableKey,
} from '#keys/manage-keys.ts';
import { demand, leads, mayReadKey } from '#keys/ownership.ts';
import { audit, type Registry, setSpend } from '#keys/registry.ts';
import { fieldsIn } from '#gateway/admin/fields-in.ts';

/** Aliases that a page has unless said. */
const USUAL_ALIASES = 50;

const keyName = z.string().min(1).max(1_024);
const generateBody = z.looseObject({ ...keyFields, key: z.string().max(1_024).nullish() });
const updateBody = z.looseObject({ ...keyFields, key: keyName });
const regenerateBody = z.looseObject({
  ...keyFields,
  key: keyName.nullish(),
  new_key: z.string().max(1_024).nullish(),
  /** How long the old key opens on. */
  grace_period: durationField.nullish(),
});
const oneKey = z.looseObject({ key: keyName });
const keyReply = z.looseObject({ key: z.string(), token: z.string(), key_name: z.string() });

const fieldsOf = (body: object): KeyFields => fieldsIn(keyFields, fromMetadata(keyFields, body));

/** What LiteLLM answers of a new key where nothing was asked for, besides what is kept. */
const UNSAID = {
  allowed_cache_controls: [],
  allowed_passthrough_routes: null,
  allowed_vector_store_indexes: null,
  model_max_budget: {},
  model_rpm_limit: null,
  model_tpm_limit: null,
  rpm_limit_type: null,
  tpm_limit_type: null,
  guardrails: null,
  prompts: null,
  enforced_params: null,
  object_permission: null,
  key_type: null,
};

/** LiteLLM's routes for virtual keys. */
export const keyRoutes = (registry: Registry): readonly AnyControlRoute[] => {
  const watch = new ChosenWatch();
  return [
    ...makingRoutes(registry, watch),
    ...changingRoutes(registry),
    ...rotatingRoutes(registry, watch),
    ...readingRoutes(registry),
    ...listingRoutes(registry),
  ];
};

const makingRoutes = (registry: Registry, watch: ChosenWatch): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/key/generate',
    access: 'key',
    summary: 'Creates a key. It is shown only once.',
    body: generateBody,
    reply: keyReply,
    async serve({ body, principal, http }) {
      if (body.key) watch.chosen(principal, http.arrivedAt);
      const { key, row } = await generateKey(registry, principal, {
        key: body.key,
        fields: fieldsOf(body),
      });
      return { ...UNSAID, ...shownKey(registry, row), key };
    },
  }),
  controlRoute({
    method: 'post',
    path: '/key/service-account/generate',
    access: 'key',
    summary: 'Creates a key that belongs to a team and to no single member.',
    body: generateBody,
    reply: keyReply,
    async serve({ body, principal, http }) {
      if (body.key) watch.chosen(principal, http.arrivedAt);
      if (!body.team_id)
        throw new SpillwayError('invalid_request', '`team_id` is required.', { param: 'team_id' });
      const team = registry.directory.teams.get(body.team_id);
      demand(
        principal.role === 'proxy_admin' || leads(principal, team),
        "Only a proxy admin, or who leads a team, may make keys that are the team's own.",
      );
      const fields = { ...fieldsOf(body), user_id: null };
      const { key, row } = await generateKey(registry, principal, { key: body.key, fields });
      return { ...UNSAID, ...shownKey(registry, row), key };
    },
  }),
];

const changingRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/key/update',
    access: 'key',
    summary: 'Changes the given fields of a key and leaves the rest.',
    body: updateBody,
    async serve({ body, principal }) {
      const of = { name: body.key, fields: fieldsOf(body) };
      const row = await updateKey(registry, principal, of);
      return { key: row.token, ...shownKey(registry, row) };
    },
  }),
  controlRoute({
    method: 'post',
    path: '/key/delete',
    access: 'key',
    summary: 'Deletes keys, named by key, token or alias.',
    body: z.looseObject({
      keys: z.array(keyName).max(1_000).nullish(),
      key_aliases: z.array(nameField).max(1_000).nullish(),
    }),
    async serve({ body, principal }) {
      const names = [...(body.keys ?? []), ...(body.key_aliases ?? [])];
      if (names.length === 0)
        throw new SpillwayError('invalid_request', '`keys` or `key_aliases` is required.', {
          param: 'keys',
        });
      await deleteKeys(registry, principal, names);
      return { deleted_keys: names };
    },
  }),
  blocking(registry, 'block', true),
  blocking(registry, 'unblock', false),
];

const rotatingRoutes = (registry: Registry, watch: ChosenWatch): readonly AnyControlRoute[] => [
  ...(['/key/regenerate', '/key/{key}/regenerate'] as const).map((path) =>
    controlRoute({
      method: 'post',
      path,
      access: 'key',
      summary: 'Replaces a key by a new one; during grace_period the old one still works.',
      body: regenerateBody,
      reply: keyReply,
      async serve({ body, principal, params, http }) {
        if (body.new_key) watch.chosen(principal, http.arrivedAt);
        const name = params['key'] ?? body.key;
        if (!name)
          throw new SpillwayError('invalid_request', '`key` is required.', { param: 'key' });
        const { key, row } = await regenerateKey(registry, principal, {
          name,
          newKey: body.new_key,
          grace: body.grace_period,
          fields: fieldsOf(body),
        });
        return { ...UNSAID, ...shownKey(registry, row), key };
      },
    }),
  ),
  controlRoute({
    method: 'post',
    path: '/key/{key}/reset_spend',
    access: 'admin',
    summary: 'Sets the spend of a key.',
    body: z.looseObject({ reset_to: z.number().min(0).max(9_000_000).default(0) }),
    async serve({ body, principal, params }) {
      const row = writableKey(registry, principal, params['key'] ?? '');
      const { spend: before = 0 } = shownKey(registry, row);
      await setSpend(registry, payerOfKey(row), {
        dollars: body.reset_to,
        duration: row.budget_duration,
      });
      await audit(registry, principal, {
        action: 'spend reset',
        subject: 'keys',
        objectId: row.token,
      });
      return { ...shownKey(registry, row), key_hash: row.token, previous_spend: before };
    },
  }),
];

const blocking = (registry: Registry, word: string, blocked: boolean): AnyControlRoute =>
  controlRoute({
    method: 'post',
    path: `/key/${word}`,
    access: 'admin',
    summary: blocked ? 'Blocks a key until it is unblocked.' : 'Unblocks a key.',
    body: oneKey,
    async serve({ body, principal }) {
      const row = await updateKey(registry, principal, { name: body.key, fields: { blocked } });
      return shownKey(registry, row);
    },
  });

const readingRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/key/info',
    access: 'key',
    summary: 'Details of a key; of the calling key where none is named.',
    query: z.object({ key: keyName.optional() }),
    serve({ query, principal }) {
      const name = query.key ?? principal.token;
      if (name === undefined)
        throw new SpillwayError('invalid_request', '`key` is required.', { param: 'key' });
      const row = readableKey(registry, principal, name);
      return { key: query.key ?? row.token, info: shownKey(registry, row) };
    },
  }),
  controlRoute({
    method: 'post',
    path: '/v2/key/info',
    access: 'key',
    summary: 'Details of several keys.',
    body: z.looseObject({ keys: z.array(keyName).max(1_000) }),
    serve: ({ body, principal }) => ({
      key: body.keys,
      info: body.keys.map((name) => shownKey(registry, readableKey(registry, principal, name))),
    }),
  }),
];

const listingRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/key/list',
    access: 'key',
    summary: 'Keys that the caller may see, page by page.',
    query: z.object({
      ...pageQuery,
      user_id: z.string().optional(),
      team_id: z.string().optional(),
      organization_id: z.string().optional(),
      key_alias: z.string().optional(),
      key_hash: z.string().optional(),
      return_full_object: z.stringbool().optional(),
      include_team_keys: z.stringbool().optional(),
    }),
    serve({ query, principal }) {
      const { user_id: user, team_id: team, key_alias: alias, key_hash: token } = query;
      const rows = [...registry.directory.keys.all()].filter(
        (row) =>
          (user === undefined || row.user_id === user) &&
          (team === undefined || row.team_id === team) &&
          (alias === undefined || (row.key_alias ?? '').includes(alias)) &&
          (token === undefined || row.token === token) &&
          mayReadKey(
            principal,
            row,
            row.team_id ? registry.directory.teams.get(row.team_id) : undefined,
          ),
      );
      const newest = rows.toSorted((a, b) =>
        (b.created_at ?? '').localeCompare(a.created_at ?? ''),
      );
      const { page, total, current, pages } = pageOf(newest, query);
      const keys = page.map((row) =>
        query.return_full_object ? shownKey(registry, row) : row.token,
      );
      return { keys, total_count: total, current_page: current, total_pages: pages };
    },
  }),
  aliasesRoute(registry),
  controlRoute({
    method: 'post',
    path: '/key/health',
    access: 'key',
    summary: 'Whether the calling key is valid. There are no callbacks.',
    serve: () => ({ key: 'healthy', logging_callbacks: null }),
  }),
];

const aliasesRoute = (registry: Registry): AnyControlRoute =>
  controlRoute({
    method: 'get',
    path: '/key/aliases',
    access: 'key',
    summary: 'The aliases of keys that the caller may see, page by page.',
    query: z.object({
      ...pageQuery,
      search: z.string().optional(),
      team_id: z.string().optional(),
    }),
    serve({ query, principal }) {
      const { keys, teams } = registry.directory;
      const search = query.search?.toLowerCase() ?? '';
      const seen = [...keys.all()].filter(
        (row) =>
          (query.team_id === undefined || row.team_id === query.team_id) &&
          (row.key_alias ?? '').toLowerCase().includes(search) &&
          mayReadKey(principal, row, row.team_id ? teams.get(row.team_id) : undefined),
      );
      const all = seen.flatMap(({ key_alias: alias }) => (alias ? [alias] : [])).toSorted();
      const { page, limit, offset } = sliceOf(query, USUAL_ALIASES);
      return {
        aliases: all.slice(offset, offset + limit),
        total_count: all.length,
        current_page: page,
        total_pages: Math.ceil(all.length / limit),
        size: limit,
      };
    },
  });
