import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { fieldsIn } from '#gateway/admin/fields-in.ts';
import { allowanceFields, bodyOf, type BudgetRow, nameField } from '#keys/fields.ts';
import { budgetsOf, changeRow, createRow, newId, removeRows } from '#keys/manage-people.ts';
import type { Registry } from '#keys/registry.ts';

const { budget_id: _, ...fields } = allowanceFields;
const budgetBody = z.looseObject({ ...fields, budget_id: nameField.nullish() });

/** LiteLLM's routes for budgets that many share the words of, not the money. */
export const budgetRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/budget/new',
    access: 'admin',
    summary: 'Makes a budget that keys, users, teams and end users may name.',
    body: budgetBody,
    async serve({ body, principal }) {
      const id = body.budget_id ?? newId();
      const row = await createRow<BudgetRow>(registry, principal, {
        subject: budgetsOf(registry),
        id,
        row: { ...fieldsIn(fields, body), budget_id: id },
      });
      return bodyOf(row);
    },
  }),
  controlRoute({
    method: 'post',
    path: '/budget/update',
    access: 'admin',
    summary: 'Changes what is named of a budget, for all who name it.',
    body: z.looseObject({ ...fields, budget_id: nameField }),
    async serve({ body, principal }) {
      const of = { subject: budgetsOf(registry), id: body.budget_id };
      const row = await changeRow(registry, principal, { ...of, fields: fieldsIn(fields, body) });
      return bodyOf(row);
    },
  }),
  controlRoute({
    method: 'post',
    path: '/budget/info',
    access: 'viewer',
    summary: 'Budgets by their ids.',
    body: z.looseObject({ budgets: z.array(nameField).max(1_000) }),
    serve: ({ body }) =>
      body.budgets.flatMap((id) => {
        const row = registry.directory.budgets.get(id);
        return row ? [bodyOf(row)] : [];
      }),
  }),
  controlRoute({
    method: 'get',
    path: '/budget/list',
    access: 'viewer',
    summary: 'All budgets.',
    serve: () => [...registry.directory.budgets.all()].map(bodyOf),
  }),
  controlRoute({
    method: 'post',
    path: '/budget/delete',
    access: 'admin',
    summary: 'Deletes a budget; whoever named it has only their own words left.',
    body: z.looseObject({ id: nameField }),
    async serve({ body, principal }) {
      await removeRows(registry, principal, { subject: budgetsOf(registry), ids: [body.id] });
      return { deleted_budget: body.id };
    },
  }),
];
