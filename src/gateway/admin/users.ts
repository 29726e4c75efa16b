import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { fieldsIn } from '#gateway/admin/fields-in.ts';
import { pageOf, pageQuery, sliceOf } from '#gateway/admin/page.ts';
import { deleteUsers } from '#keys/delete-users.ts';
import { keyFields, nameField, type UserRow, userFields } from '#keys/fields.ts';
import { draftKey, keepKey, type KeyFields, shownKey } from '#keys/manage-keys.ts';
import {
  createRow,
  demandCreatable,
  demandFreeEmail,
  newId,
  readableUser,
  setUserSpend,
  shownUser,
  updateUser,
  usersOf,
} from '#keys/manage-people.ts';
import { shownTeam } from '#keys/manage-teams.ts';
import { mayReadUser } from '#keys/ownership.ts';
import type { Principal } from '#keys/principal.ts';
import type { Registry } from '#keys/registry.ts';

const userBody = z.looseObject({
  ...keyFields,
  ...userFields,
  user_id: nameField.nullish(),
  auto_create_key: z.boolean().nullish(),
});

/** Of a user of whom nothing else is said. */
const USUAL = {
  user_email: null,
  user_alias: null,
  max_budget: null,
  models: [],
  budget_duration: null,
  metadata: null,
  sso_user_id: null,
};

/** LiteLLM's routes for the people who have keys. */
export const userRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/user/new',
    access: 'admin',
    summary: 'Creates a user, and a key for them unless auto_create_key is false.',
    body: userBody,
    async serve({ body, principal }) {
      const id = body.user_id ?? newId();
      const { spend, ...fields } = fieldsIn(userFields, body) as Partial<UserRow>;
      demandFreeEmail(registry, id, fields.user_email);
      const creation = {
        subject: usersOf(registry),
        id,
        row: { user_role: 'internal_user', ...fields, user_id: id } satisfies UserRow,
      };
      demandCreatable(registry, creation);
      const { duration, key_alias, team_id, models } = body;
      const wished: KeyFields = { duration, key_alias, team_id, models, user_id: id };
      // A user whose key is refused would be there already when they are made again.
      const draft =
        body.auto_create_key === false
          ? undefined
          : draftKey(registry, principal, { fields: fieldsIn(keyFields, wished) });
      const row = await createRow<UserRow>(registry, principal, creation);
      if (spend) await setUserSpend(registry, row, spend);
      const user = { ...shownUser(registry, row), user_id: id };
      if (!draft) return { ...user, key: null };
      await keepKey(registry, principal, draft);
      return { ...shownKey(registry, draft.row), ...user, key: draft.key };
    },
  }),
  controlRoute({
    method: 'post',
    path: '/user/update',
    access: 'admin',
    summary: 'Changes the given fields of a user and leaves the rest.',
    body: userBody,
    async serve({ body, principal }) {
      const { user_id: id, user_email: email } = body;
      const fields = fieldsIn(userFields, body) as Partial<UserRow>;
      const row = await updateUser(registry, principal, { id, email, fields });
      return { user_id: row.user_id, data: shownUser(registry, row) };
    },
  }),
  controlRoute({
    method: 'post',
    path: '/user/delete',
    access: 'admin',
    summary: 'Deletes users and their keys, and removes them from their teams.',
    body: z.looseObject({ user_ids: z.array(nameField).min(1).max(1_000) }),
    async serve({ body, principal }) {
      await deleteUsers(registry, principal, body.user_ids);
      return { deleted_users: body.user_ids };
    },
  }),
  ...readingRoutes(registry),
];

/** Whoever asks, where none is named; with the teams that they are in. */
const userAsked = (registry: Registry, principal: Principal, id = principal.userId) => {
  if (id === undefined)
    throw new SpillwayError('invalid_request', '`user_id` is required.', { param: 'user_id' });
  const row = readableUser(registry, principal, id);
  const teams = [...registry.directory.teams.all()].filter(({ members_with_roles: members }) =>
    (members ?? []).some(({ user_id: user }) => user === id),
  );
  return { row, teams };
};

const readingRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/user/info',
    access: 'key',
    summary: 'A user with their keys and teams; the caller where none is named.',
    query: z.object({ user_id: nameField.optional() }),
    serve({ query, principal }) {
      const { row, teams } = userAsked(registry, principal, query.user_id);
      const { user_id: id } = row;
      return {
        user_id: id,
        user_info: shownUser(registry, row),
        keys: [...registry.directory.keys.all()]
          .filter(({ user_id: user }) => user === id)
          .map((key) => shownKey(registry, key)),
        teams: teams.map((team) => shownTeam(registry, team)),
      };
    },
  }),
  ...newerRoutes(registry),
  controlRoute({
    method: 'get',
    path: '/user/list',
    access: 'key',
    summary: 'Users that the caller may see, page by page.',
    query: z.object({
      ...pageQuery,
      role: z.string().optional(),
      user_ids: z.string().optional(),
      user_email: z.string().optional(),
    }),
    serve({ query, principal }) {
      const ids = query.user_ids?.split(',').map((id) => id.trim());
      const rows = [...registry.directory.users.all()].filter(
        ({ user_id: id, user_role: role, user_email: email }) =>
          mayReadUser(principal, id) &&
          (query.role === undefined || role === query.role) &&
          (ids === undefined || ids.includes(id)) &&
          (query.user_email === undefined || (email ?? '').includes(query.user_email)),
      );
      const { page, total, current, pages } = pageOf(rows, query);
      return {
        users: page.map((row) => shownUser(registry, row)),
        total,
        page: current,
        page_size: sliceOf(query).limit,
        total_pages: pages,
      };
    },
  }),
];

const newerRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/v2/user/info',
    access: 'key',
    summary: 'A user without their keys; the caller where none is named.',
    query: z.object({ user_id: nameField.optional() }),
    serve({ query, principal }) {
      const { row, teams } = userAsked(registry, principal, query.user_id);
      return {
        ...USUAL,
        ...shownUser(registry, row),
        teams: teams.map(({ team_id: team }) => team),
      };
    },
  }),
  controlRoute({
    method: 'get',
    path: '/user/available_users',
    access: 'viewer',
    summary: 'The number of users and teams; neither has a limit.',
    serve() {
      const { users, teams } = registry.directory;
      return {
        total_users: null,
        total_teams: null,
        total_users_used: users.size,
        total_teams_used: teams.size,
        total_teams_remaining: null,
        total_users_remaining: null,
      };
    },
  }),
];
