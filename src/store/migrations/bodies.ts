import type { Migration } from '#store/migrations/migration.ts';

/** What was asked and answered, for those who keep it. */
export const bodies: Migration = {
  name: '0003-bodies',
  async up({ schema }) {
    await schema
      .createTable('spend_bodies')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .execute();
    await schema.createIndex('spend_bodies_at').on('spend_bodies').column('at_ms').execute();
  },
};
