import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { fieldsIn } from '#gateway/admin/fields-in.ts';
import { type CustomerRow, customerFields, nameField } from '#keys/fields.ts';
import {
  changeRow,
  createRow,
  customersOf,
  removeRows,
  shownCustomer,
} from '#keys/manage-people.ts';
import { notYours } from '#keys/ownership.ts';
import type { Registry } from '#keys/registry.ts';

const customerBody = z.looseObject({ ...customerFields, user_id: nameField });
const ids = z.looseObject({ user_ids: z.array(nameField).min(1).max(1_000) });

/** LiteLLM's routes for end users: whoever a caller says that it asks for. Both of its names work. */
export const customerRoutes = (registry: Registry): readonly AnyControlRoute[] =>
  ['/customer', '/end_user'].flatMap((base) => [
    ...writingRoutes(registry, base),
    ...blockingRoutes(registry, base),
    ...readingRoutes(registry, base),
  ]);

const writingRoutes = (registry: Registry, base: string): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: `${base}/new`,
    access: 'admin',
    summary: 'Registers an end user with their budget and limits.',
    body: customerBody,
    async serve({ body, principal }) {
      const row = await createRow<CustomerRow>(registry, principal, {
        subject: customersOf(registry),
        id: body.user_id,
        row: { blocked: false, ...fieldsIn(customerFields, body), user_id: body.user_id },
      });
      return shownCustomer(registry, row);
    },
  }),
  controlRoute({
    method: 'post',
    path: `${base}/update`,
    access: 'admin',
    summary: 'Changes the given fields of an end user and leaves the rest.',
    body: customerBody,
    async serve({ body, principal }) {
      const fields = fieldsIn(customerFields, body);
      const of = { subject: customersOf(registry), id: body.user_id, fields };
      return shownCustomer(registry, await changeRow(registry, principal, of));
    },
  }),
  controlRoute({
    method: 'post',
    path: `${base}/delete`,
    access: 'admin',
    summary: 'Removes end users; their spend stays.',
    body: ids,
    async serve({ body, principal }) {
      const of = { subject: customersOf(registry), ids: body.user_ids };
      await removeRows(registry, principal, of);
      return {
        deleted_customers: body.user_ids.length,
        message: `Successfully deleted customers with ids: ${body.user_ids.join(', ')}`,
      };
    },
  }),
];

const blockingRoutes = (registry: Registry, base: string): readonly AnyControlRoute[] =>
  (['block', 'unblock'] as const).map((word) =>
    controlRoute({
      method: 'post',
      path: `${base}/${word}`,
      access: 'admin',
      summary: `${word === 'block' ? 'Blocks' : 'Unblocks'} end users.`,
      body: ids,
      async serve({ body, principal }) {
        const subject = customersOf(registry);
        const fields = { blocked: word === 'block' };
        const rows = [];
        for (const id of body.user_ids)
          rows.push(
            subject.roll.get(id)
              ? await changeRow(registry, principal, { subject, id, fields })
              : await createRow<CustomerRow>(registry, principal, {
                  subject,
                  id,
                  row: { user_id: id, ...fields },
                }),
          );
        return { blocked_users: rows.map((row) => shownCustomer(registry, row)) };
      },
    }),
  );

const readingRoutes = (registry: Registry, base: string): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: `${base}/info`,
    access: 'viewer',
    summary: 'Details of an end user.',
    query: z.object({ end_user_id: nameField }),
    serve({ query }) {
      const row = registry.directory.customers.get(query.end_user_id);
      if (!row) throw notYours('end user', query.end_user_id);
      return shownCustomer(registry, row);
    },
  }),
  controlRoute({
    method: 'get',
    path: `${base}/list`,
    access: 'viewer',
    summary: 'All registered end users.',
    serve: () => [...registry.directory.customers.all()].map((row) => shownCustomer(registry, row)),
  }),
];
