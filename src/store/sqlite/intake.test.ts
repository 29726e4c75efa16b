import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLog } from '#core/log.ts';
import { packed, type PackedSpend } from '#store/packed-spend.ts';
import { Intake } from '#store/sqlite/intake.ts';
import { openSqlite, SQLITE_FILE } from '#store/sqlite/open.ts';
import { record, T0 } from '#store/store.conformance.ts';

let folder = '';
let db: DatabaseSync;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-intake-'));
  const store = await openSqlite({ folder, clock: { wall: () => T0 }, log: silentLog });
  await store.close();
  db = new DatabaseSync(join(folder, SQLITE_FILE));
});
afterAll(async () => {
  db.close();
  await rm(folder, { recursive: true });
});

const TABLES = ['spend', 'spend_bodies', 'spend_who', 'usage_hours', 'usage_end_hours', 'paid'];

const recordOf = (id: number): PackedSpend =>
  packed(
    record(`r${id}`, {
      startedMs: T0 + id,
      nanos: 10 ** (id % 10),
      tags: [],
      ...(id % 3 === 0 && { endUser: `eve ${id % 2}` }),
      ...(id % 4 === 0 && { body: { request: { id }, response: null } }),
    }),
  );

const count = (sql: string): number => Number(db.prepare(sql).get()!['n']);

it('takes each record once, wherever and however often it comes', () => {
  const ids = fc.array(fc.nat(40), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(ids, { maxLength: 6 }), (files) => {
      for (const table of TABLES) db.exec(`DELETE FROM ${table}`);
      const intake = new Intake(db);
      const there = new Set<number>();
      for (const file of files) {
        const fresh = new Set(file).difference(there);
        const { records, paid } = intake.take(file.map(recordOf));
        const nanos = [...fresh].reduce((sum, id) => sum + 10 ** (id % 10), 0);
        expect([records, paid[0]?.nanos ?? 0]).toEqual([file.length, nanos]);
        for (const id of fresh) there.add(id);
      }
      const all = [...there];
      expect(count('SELECT COUNT(*) AS n FROM spend')).toBe(all.length);
      expect(count('SELECT SUM(requests) AS n FROM usage_hours')).toBe(all.length);
      expect(count('SELECT SUM(requests) AS n FROM usage_end_hours')).toBe(
        all.filter((id) => id % 3 === 0).length,
      );
      expect(count('SELECT COUNT(*) AS n FROM spend_bodies')).toBe(
        all.filter((id) => id % 4 === 0).length,
      );
    }),
    { numRuns: 60 },
  );
});

it.each([3, 12, 19])('takes none where one of them is none, the one at place %i', (place) => {
  for (const table of TABLES) db.exec(`DELETE FROM ${table}`);
  const intake = new Intake(db);
  const records = Array.from({ length: 20 }, (_, id) => recordOf(id));
  const broken = records.with(place, { ...records[place]!, more: null as never });
  expect(() => intake.take(broken)).toThrow(/NOT NULL/);
  for (const table of TABLES) expect(count(`SELECT COUNT(*) AS n FROM ${table}`)).toBe(0);
  expect(intake.take(records)).toMatchObject({ records: 20 });
  expect(count('SELECT COUNT(*) AS n FROM spend')).toBe(20);
});
