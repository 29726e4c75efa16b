import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { fieldsIn } from '#gateway/admin/fields-in.ts';
import { keyFields } from '#keys/fields.ts';
import { fromMetadata } from '#keys/in-metadata.ts';
import { shownKey, updateKey } from '#keys/manage-keys.ts';
import type { Registry } from '#keys/registry.ts';
import { shownName } from '#keys/secret.ts';

/** Each is a change of its own, written down for itself. */
const MOST_KEYS = 500;

const body = z.looseObject({
  keys: z
    .array(z.looseObject({ ...keyFields, key: z.string().min(1).max(1_024) }))
    .min(1)
    .max(MOST_KEYS),
});

/** Changes of several keys in one request. */
export const manyKeysRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/key/bulk_update',
    access: 'admin',
    summary: 'Changes several keys, each on its own: says which could be changed and which not.',
    body,
    async serve({ body: { keys }, principal }) {
      const done: JsonObject[] = [];
      const failed: JsonObject[] = [];
      for (const { key: name, ...fields } of keys)
        try {
          const of = { name, fields: fieldsIn(keyFields, fromMetadata(keyFields, fields)) };
          const row = await updateKey(registry, principal, of);
          done.push({ key: row.token, key_info: shownKey(registry, row) });
        } catch (thrown) {
          // One that a caller can mend; anything else concerns them all.
          const error = SpillwayError.from(thrown);
          if (error.status >= 500) throw error;
          failed.push({ key: nameOf(name), failed_reason: error.message });
        }
      return {
        total_requested: keys.length,
        successful_updates: done,
        failed_updates: failed,
      };
    },
  }),
];

/** Somebody may have sent a key where its token would do. */
const nameOf = (name: string): string => (name.startsWith('sk-') ? shownName(name) : name);
