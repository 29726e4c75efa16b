import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { fieldsIn } from '#gateway/admin/fields-in.ts';
import { demandUnnamed } from '#keys/budget-namers.ts';
import { allowanceFields, bodyOf, type BudgetRow, nameField } from '#keys/fields.ts';
import { budgetsOf, changeRow, createRow, newId, removeRows } from '#keys/manage-people.ts';
import type { Registry } from '#keys/registry.ts';

const { budget_id: _, ...fields } = allowanceFields;
const budgetBody = z.looseObject({ ...fields, budget_id: nameField.nullish() });

const SETTINGS = [
  { name: 'max_budget', type: 'Float', description: 'Dollars that may be spent.' },
  { name: 'soft_budget', type: 'Float', description: 'Dollars after which it is told.' },
  { name: 'max_parallel_requests', type: 'Integer', description: 'Requests at once.' },
  { name: 'tpm_limit', type: 'Integer', description: 'Tokens per minute.' },
  { name: 'rpm_limit', type: 'Integer', description: 'Requests per minute.' },
  { name: 'budget_duration', type: 'String', description: 'In how long: 30s, 5m, 2h, 7d, 1mo.' },
  { name: 'model_max_budget', type: 'Object', description: 'Budgets of single models.' },
] as const;

/** LiteLLM's routes for budgets that many share the words of, not the money. */
export const budgetRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/budget/new',
    access: 'admin',
    summary: 'Creates a budget that keys, users, teams and end users can share.',
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
    summary: 'Changes the given fields of a budget, for all that use it.',
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
    summary: 'Budgets by ID.',
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
  settingsRoute(registry),
  controlRoute({
    method: 'post',
    path: '/budget/delete',
    access: 'admin',
    summary: 'Deletes a budget that nothing uses any more.',
    body: z.looseObject({ id: nameField }),
    async serve({ body, principal }) {
      const before = registry.directory.budgets.get(body.id);
      demandUnnamed(registry, body.id);
      await removeRows(registry, principal, { subject: budgetsOf(registry), ids: [body.id] });
      return before && bodyOf(before);
    },
  }),
];

const settingsRoute = (registry: Registry): AnyControlRoute =>
  controlRoute({
    method: 'get',
    path: '/budget/settings',
    access: 'viewer',
    summary: 'The fields that a budget can have, and the values of this one.',
    query: z.object({ budget_id: nameField }),
    serve({ query }) {
      const row = registry.directory.budgets.get(query.budget_id);
      return SETTINGS.map(({ name, type, description }) => ({
        field_name: name,
        field_type: type,
        field_description: description,
        field_value: row?.[name] ?? null,
        stored_in_db: true,
        field_default_value: null,
      }));
    },
  });
