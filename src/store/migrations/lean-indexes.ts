import type { Migration } from '#store/migrations/migration.ts';

const NAMES = ['token', 'user_id', 'team_id', 'end_user'] as const;

/** Most requests name no team and no end user: what nobody looks for needs no place in an index. */
export const leanIndexes: Migration = {
  name: '0004-lean-indexes',
  async up({ schema }) {
    for (const name of NAMES) {
      await schema.dropIndex(`spend_${name}`).execute();
      await schema
        .createIndex(`spend_${name}`)
        .on('spend')
        .columns([name, 'started_ms'])
        .where(name as never, '<>', '' as never)
        .execute();
    }
  },
};
