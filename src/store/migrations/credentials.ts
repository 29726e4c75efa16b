import type { Migration } from '#store/migrations/migration.ts';
import { shelf } from '#store/migrations/shelf.ts';

/** Vendors' keys by names that models may use. */
export const credentials: Migration = {
  name: '0005-credentials',
  up: ({ schema }) => shelf(schema, 's_credentials'),
};
