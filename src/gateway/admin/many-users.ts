import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { fieldsIn } from '#gateway/admin/fields-in.ts';
import { nameField, type UserRow, userFields } from '#keys/fields.ts';
import { shownUser, updateUser } from '#keys/manage-people.ts';
import type { Registry } from '#keys/registry.ts';

/** Each is a change of its own, written down for itself. */
const MOST_USERS = 500;

const which = { user_id: nameField.nullish() };
const { user_email: _, ...others } = userFields;
const body = z.looseObject({
  users: z
    .array(z.looseObject({ ...userFields, ...which }))
    .max(MOST_USERS)
    .nullish(),
  all_users: z.boolean().nullish(),
  user_updates: z.looseObject(others).nullish(),
});

/** Changes of several users in one request. */
export const manyUsersRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/user/bulk_update',
    access: 'admin',
    summary:
      'Changes several users, or all, each on their own: says who could be changed and who not.',
    body,
    async serve({ body: asked, principal }) {
      const results: JsonObject[] = [];
      for (const { user_id: id, ...fields } of changesOf(registry, asked)) {
        const { user_email: email = null } = fields;
        const of = { id, email, fields: fieldsIn(userFields, fields) as Partial<UserRow> };
        try {
          const row = await updateUser(registry, principal, of);
          const user = shownUser(registry, row);
          const shown = { user_id: row.user_id, user_email: row.user_email ?? null };
          results.push({ ...shown, success: true, error: null, updated_user: user });
        } catch (thrown) {
          // One that a caller can mend; anything else concerns them all.
          const error = SpillwayError.from(thrown);
          if (error.status >= 500) throw error;
          const whose = { user_id: id ?? null, user_email: email };
          results.push({ ...whose, success: false, error: error.message, updated_user: null });
        }
      }
      const done = results.filter(({ success }) => success).length;
      return {
        results,
        total_requested: results.length,
        successful_updates: done,
        failed_updates: results.length - done,
      };
    },
  }),
];

type Change = Partial<UserRow> & { readonly user_id?: string | null | undefined };

const changesOf = ({ directory }: Registry, asked: z.infer<typeof body>): readonly Change[] => {
  const { users, all_users: isAll, user_updates: updates } = asked;
  if (users && isAll) throw refused("Cannot specify both 'users' and 'all_users=True'.");
  if (users && users.length > 0) return users as readonly Change[];
  if (!isAll || !updates)
    throw refused(
      "Must specify either 'users' for individual updates or 'all_users=True' with 'user_updates' for bulk updates",
    );
  const all = [...directory.users.all()];
  if (all.length > MOST_USERS)
    throw refused(`Maximum ${MOST_USERS} users can be updated at once. Found ${all.length} users.`);
  if (all.length === 0) throw refused('No users found to update');
  const fields = fieldsIn(others, updates);
  return all.map(({ user_id: id }) => ({ ...fields, user_id: id }));
};

const refused = (text: string): SpillwayError =>
  new SpillwayError('invalid_request', text, { param: 'users' });
