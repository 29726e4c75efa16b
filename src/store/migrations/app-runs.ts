import type { Migration } from '#store/migrations/migration.ts';

/** Runs of apps, so that one can be looked at again. */
export const appRuns: Migration = {
  name: '0002-app-runs',
  async up({ schema }) {
    let table = schema
      .createTable('app_runs')
      .addColumn('id', 'text', (column) => column.primaryKey());
    for (const name of ['created_ms', 'bytes'])
      table = table.addColumn(name, 'bigint', (column) => column.notNull());
    for (const name of ['app_id', 'status', 'head', 'events'])
      table = table.addColumn(name, 'text', (column) => column.notNull());
    await table.execute();
    await schema
      .createIndex('app_runs_app')
      .on('app_runs')
      .columns(['app_id', 'created_ms'])
      .execute();
    await schema.createIndex('app_runs_created').on('app_runs').column('created_ms').execute();
  },
};
