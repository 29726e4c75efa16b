import type { SchemaModule } from 'kysely';
import { SUMS, WHO } from '#store/migrations/columns.ts';
import type { Migration } from '#store/migrations/migration.ts';
import { shelf } from '#store/migrations/shelf.ts';

const SUBJECTS = [
  'keys',
  'users',
  'teams',
  'budgets',
  'customers',
  'models',
  'sessions',
  'conversations',
];

/** What the first version kept. */
export const first: Migration = {
  name: '0001-first',
  async up(db) {
    const { schema } = db;
    await schema
      .createTable('facts')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
    for (const subject of SUBJECTS) await shelf(schema, `s_${subject}`);
    await spend(schema);
    for (const name of ['usage_hours', 'usage_days']) await sums(schema, name, WHO);
    await sums(schema, 'usage_tags', ['tag']);
    await paid(schema);
    await audit(schema);
  },
};

const spend = async (schema: SchemaModule): Promise<void> => {
  let table = schema.createTable('spend').addColumn('id', 'text', (column) => column.primaryKey());
  for (const name of ['started_ms', 'ended_ms', 'nanos', 'tokens_in', 'tokens_out'])
    table = table.addColumn(name, 'bigint', (column) => column.notNull());
  for (const name of [...WHO, 'status', 'more'])
    table = table.addColumn(name, 'text', (column) => column.notNull());
  await table.execute();
  await schema.createIndex('spend_started').on('spend').column('started_ms').execute();
  for (const name of ['token', 'user_id', 'team_id', 'end_user', 'model_group', 'deployment'])
    await schema.createIndex(`spend_${name}`).on('spend').columns([name, 'started_ms']).execute();
};

const sums = async (schema: SchemaModule, name: string, keys: readonly string[]): Promise<void> => {
  let table = schema.createTable(name).addColumn('hour_ms', 'bigint', (column) => column.notNull());
  for (const key of keys) table = table.addColumn(key, 'text', (column) => column.notNull());
  for (const sum of SUMS) table = table.addColumn(sum, 'bigint', (column) => column.notNull());
  await table.addPrimaryKeyConstraint(`${name}_pk`, ['hour_ms', ...keys] as never).execute();
};

const paid = (schema: SchemaModule): Promise<void> =>
  schema
    .createTable('paid')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('payer', 'text', (column) => column.notNull())
    .addColumn('since_ms', 'bigint', (column) => column.notNull())
    .addColumn('nanos', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('paid_pk', ['kind', 'payer', 'since_ms'])
    .execute();

const audit = async (schema: SchemaModule): Promise<void> => {
  let table = schema
    .createTable('audit')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('at_ms', 'bigint', (column) => column.notNull());
  for (const name of ['actor', 'action', 'subject', 'object_id', 'before_json', 'after_json'])
    table = table.addColumn(name, 'text', (column) => column.notNull());
  await table.execute();
  await schema.createIndex('audit_at').on('audit').column('at_ms').execute();
};
