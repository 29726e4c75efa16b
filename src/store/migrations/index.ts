import { appRuns } from '#store/migrations/app-runs.ts';
import { bodies } from '#store/migrations/bodies.ts';
import { byInstant } from '#store/migrations/by-instant.ts';
import { credentials } from '#store/migrations/credentials.ts';
import { endUsers } from '#store/migrations/end-users.ts';
import { first } from '#store/migrations/first.ts';
import { leanIndexes } from '#store/migrations/lean-indexes.ts';
import type { Migration } from '#store/migrations/migration.ts';
import { traits } from '#store/migrations/traits.ts';

/** Every step, in the order in which they are taken. */
export const migrations: readonly Migration[] = [
  first,
  appRuns,
  bodies,
  leanIndexes,
  credentials,
  byInstant,
  endUsers,
  traits,
];
