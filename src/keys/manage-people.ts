import { randomUUID } from 'node:crypto';
import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { Roll } from '#keys/directory.ts';
import type { Allowance, BudgetRow, CustomerRow, UserRow } from '#keys/fields.ts';
import { mayReadUser, notYours } from '#keys/ownership.ts';
import type { Principal } from '#keys/principal.ts';
import { audit, type Registry, setSpend, shownRow, stamped } from '#keys/registry.ts';

/** More people than one process looks after. */
const MOST_ROWS = 1_000_000;

export interface Subject<Row extends object> {
  readonly roll: Roll<Row>;
  /** For people: `user`. */
  readonly word: string;
  /** In the audit log: `users`. */
  readonly name: string;
}

interface Creation<Row extends object> {
  readonly subject: Subject<Row>;
  readonly id: string;
  readonly row: Row;
}

/** Throws SpillwayError `invalid_request` where it exists already. */
export const createRow = async <Row extends object>(
  registry: Registry,
  principal: Principal,
  of: Creation<Row>,
): Promise<Row> => {
  demandCreatable(registry, of);
  const { roll, name } = of.subject;
  const row = { ...of.row, ...stamped(registry, principal) };
  await roll.put(of.id, row);
  await audit(registry, principal, {
    action: 'created',
    subject: name,
    objectId: of.id,
    after: row,
  });
  return row;
};

/** For who has more to ask before anything is written. Throws SpillwayError as `createRow` would. */
export const demandCreatable = <Row extends object>(
  registry: Registry,
  { subject, id, row }: Creation<Row>,
): void => {
  const { roll, word } = subject;
  if (roll.get(id))
    throw new SpillwayError(
      'invalid_request',
      `The ${word} ${JSON.stringify(id)} exists already.`,
      {
        status: 409,
      },
    );
  if (roll.size >= MOST_ROWS)
    throw new SpillwayError('invalid_request', `There are ${MOST_ROWS} rows; delete some first.`);
  checkBudget(registry, subject, row);
};

/** Changes what is named and leaves the rest. */
export const changeRow = async <Row extends object>(
  registry: Registry,
  principal: Principal,
  of: { readonly subject: Subject<Row>; readonly id: string; readonly fields: Partial<Row> },
): Promise<Row> => {
  const { roll, word, name } = of.subject;
  const before = roll.get(of.id);
  if (!before) throw notYours(word, of.id);
  checkBudget(registry, of.subject, of.fields);
  const row = { ...before, ...of.fields, ...stamped(registry, principal, before) };
  await roll.put(of.id, row);
  await audit(registry, principal, {
    action: 'updated',
    subject: name,
    objectId: of.id,
    before,
    after: row,
  });
  return row;
};

/** Whoever named one that is not there would be bounded by nothing. */
const checkBudget = (
  { directory }: Registry,
  { word }: Pick<Subject<object>, 'word'>,
  fields: Pick<Allowance, 'budget_id'>,
): void => {
  const { budget_id: id } = fields;
  if (word === 'budget' || !id || directory.budgets.get(id)) return;
  throw new SpillwayError(
    'invalid_request',
    `\`budget_id\`: there is no budget ${id}. Create it with /budget/new.`,
    { param: 'budget_id' },
  );
};

/** Throws SpillwayError `not_found` where one of them is not there. */
export const demandRows = <Row extends object>(
  { roll, word }: Pick<Subject<Row>, 'roll' | 'word'>,
  ids: readonly string[],
): void => {
  for (const id of ids) if (!roll.get(id)) throw notYours(word, id);
};

export const removeRows = async <Row extends object>(
  registry: Registry,
  principal: Principal,
  of: { readonly subject: Subject<Row>; readonly ids: readonly string[] },
): Promise<void> => {
  const { roll, name } = of.subject;
  demandRows(of.subject, of.ids);
  const rows = of.ids.map((id) => ({ id, before: roll.get(id) }));
  await roll.remove(of.ids);
  for (const { id, before } of rows)
    await audit(registry, principal, { action: 'deleted', subject: name, objectId: id, before });
};

export const usersOf = ({ directory }: Registry): Subject<UserRow> => ({
  roll: directory.users,
  word: 'user',
  name: 'users',
});

export const customersOf = ({ directory }: Registry): Subject<CustomerRow> => ({
  roll: directory.customers,
  word: 'customer',
  name: 'customers',
});

export const budgetsOf = ({ directory }: Registry): Subject<BudgetRow> => ({
  roll: directory.budgets,
  word: 'budget',
  name: 'budgets',
});

/** Who is meant by an id, or else by an address. Throws SpillwayError. */
export const updateUser = async (
  registry: Registry,
  principal: Principal,
  of: {
    readonly id?: string | null | undefined;
    readonly email?: string | null | undefined;
    readonly fields: Partial<UserRow>;
  },
): Promise<UserRow> => {
  const { users } = registry.directory;
  const byEmail = [...users.all()].find(({ user_email: email }) => !!email && email === of.email);
  const id = of.id ?? byEmail?.user_id;
  if (!id)
    throw new SpillwayError('invalid_request', '`user_id` is required.', { param: 'user_id' });
  const { spend, ...fields } = of.fields;
  demandFreeEmail(registry, id, fields.user_email);
  const row = await changeRow(registry, principal, { subject: usersOf(registry), id, fields });
  if (typeof spend === 'number') await setUserSpend(registry, row, spend);
  return row;
};

/** Whoever is named by an address is one user. Throws SpillwayError `invalid_request`. */
export const demandFreeEmail = (
  { directory }: Registry,
  id: string,
  email: string | null | undefined,
): void => {
  if (!email || directory.users.get(id)?.user_email === email) return;
  const asked = email.toLowerCase();
  const isTaken = [...directory.users.all()].some(
    ({ user_id: other, user_email: its }) => other !== id && its?.toLowerCase() === asked,
  );
  if (!isTaken) return;
  throw new SpillwayError('invalid_request', `User with email ${email} already exists.`, {
    param: 'user_email',
    status: 409,
  });
};

export const newId = (): string => randomUUID();

export const shownUser = (registry: Registry, row: UserRow): JsonObject =>
  shownRow(registry, row, { kind: 'user', id: row.user_id });

export const shownCustomer = (registry: Registry, row: CustomerRow): JsonObject =>
  shownRow(registry, row, { kind: 'end_user', id: row.user_id });

export const readableUser = (registry: Registry, principal: Principal, id: string): UserRow => {
  const user = registry.directory.users.get(id);
  if (user && mayReadUser(principal, id)) return user;
  throw notYours('user', id);
};

export const setUserSpend = (registry: Registry, row: UserRow, dollars: number): Promise<void> =>
  setSpend(registry, { kind: 'user', id: row.user_id }, { dollars, duration: row.budget_duration });
