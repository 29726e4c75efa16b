import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { nameField } from '#keys/fields.ts';
import { audit, type Registry } from '#keys/registry.ts';
import type { Store } from '#store/store.ts';

/** Records that go at once: others have their turn between two. */
const BATCH = 500;

/** Other gateways of a database have to hear whom they know no longer: they are told by the id. */
const forgetRemoved = async ({ kind, shelves }: Store, user: string): Promise<void> => {
  if (kind === 'postgres') return;
  for (const shelf of [shelves.customers, shelves.users]) await shelf.forget([user]);
};

/** Forgets a person. */
export const purgeRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/spillway/purge',
    access: 'admin',
    summary:
      'Erases every record of a person, as a user and as an end user, and their name from the audit log; totals stay, without a name.',
    body: z.looseObject({ user_id: nameField }),
    reply: z.object({ user_id: z.string(), records: z.number() }),
    async serve({ body, principal }) {
      const { store, directory } = registry;
      const user = body.user_id;
      await registry.flush();
      let records = 0;
      for (let many = BATCH; many > 0; records += many)
        many = await store.spend.forget({ user }, BATCH);
      await registry.forget(user);
      if (directory.customers.get(user)) await directory.customers.remove([user]);
      await forgetRemoved(store, user);
      await audit(registry, principal, {
        action: 'forgotten',
        subject: 'people',
        // Who was forgotten is not written down again.
        objectId: '',
      });
      const { user_email: address } = directory.users.get(user) ?? {};
      await store.audit.forget(user, address ? [address] : []);
      await store.wipe?.();
      return { user_id: user, records };
    },
  }),
];
