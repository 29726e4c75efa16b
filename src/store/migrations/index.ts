import { first } from '#store/migrations/first.ts';
import type { Migration } from '#store/migrations/migration.ts';

/** Every step, in the order in which they are taken. */
export const migrations: readonly Migration[] = [first];
