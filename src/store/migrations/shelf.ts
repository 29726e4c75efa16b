import type { SchemaModule } from 'kysely';

/** The table of a subject's shelf. */
export const shelf = async (schema: SchemaModule, name: string): Promise<void> => {
  await schema
    .createTable(name)
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('changed_ms', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex(`${name}_changed`).on(name).column('changed_ms').execute();
};
