import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpendRecord } from '#store/spend.ts';
import { type Store, SUBJECTS } from '#store/store.ts';

/** What every store does, whatever keeps it. `reopen` closes it and opens the same again. */
export interface StoreUnderTest {
  open(): Promise<Store>;
  /** Whether what was written is there after it has been closed and opened again. */
  readonly lasts: boolean;
}

export const HOUR_MS = 3_600_000;
export const T0 = 1_790_000_000_000 - (1_790_000_000_000 % HOUR_MS);

export const record = (id: string, more: Partial<SpendRecord> = {}): SpendRecord => ({
  id,
  startedMs: T0,
  endedMs: T0 + 500,
  token: 'token-1',
  user: 'user-1',
  team: 'team-1',
  endUser: '',
  group: 'gpt-4.1',
  model: 'gpt-4.1-2026',
  deployment: 'PJ1',
  provider: 'vendor',
  status: 'success',
  nanos: 1_000,
  tokensIn: 10,
  tokensOut: 5,
  tags: [],
  payments: [{ kind: 'key', id: 'token-1', sinceMs: 0 }],
  more: { call_type: 'acompletion' },
  ...more,
});

export const HOSTILE = [
  `'; DROP TABLE spend; --`,
  '\u{1f600}"\\',
  'ｋｅｙ',
  '%_',
  'a'.repeat(2_000),
];

export const storeConformance = (name: string, { lasts, ...under }: StoreUnderTest): void => {
  const open = (): Promise<Store> => under.open();
  describe(name, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('forgets the runs of one person, and of nobody whose name is like theirs', async () => {
      const word = '0123456789ab';
      const users = [
        'ann_%',
        // By who has a key, for herself and for somebody else.
        'master/ann_%',
        `${word}/`,
        'annxx',
        `'; DROP TABLE app_runs; --`,
        'a"n\\n',
        // Somebody whose name is so.
        'team/ann_%',
        `${word}/annxx`,
      ];
      const rows = users.map((user, n) => ({
        id: `of-${n}`,
        appId: 'whose',
        createdMs: T0,
        status: 'succeeded',
        head: JSON.stringify({ facts: { user, inputs: { user: 'ann_%' } }, finish: null }),
        events: 'packed',
      }));
      await store.appRuns.put(rows);
      const left = async () =>
        (await store.appRuns.page({ appId: 'whose', limit: 9, offset: 0 })).rows.map(
          ({ id }) => id,
        );
      await store.appRuns.forget({ user: 'ann_%', words: [word] });
      expect((await left()).toSorted()).toEqual(['of-3', 'of-4', 'of-5', 'of-6', 'of-7']);
      for (const user of users) await store.appRuns.forget({ user, words: [] });
      expect(await left()).toEqual([]);
    });

    it('keeps runs of apps, the newest first, until they are old or take too much', async () => {
      const { appRuns } = store;
      const run = (id: string, more = {}) => ({
        id,
        appId: 'app',
        createdMs: T0,
        status: 'running',
        head: '{"q":"50% of_it"}',
        events: 'packed',
        ...more,
      });
      await appRuns.put([run('a'), run('b', { createdMs: T0 + 1 }), run('c', { appId: 'other' })]);
      await appRuns.put([run('a', { status: 'succeeded', events: 'more' })]);
      expect(await appRuns.get('a')).toEqual(run('a', { status: 'succeeded', events: 'more' }));
      expect(await appRuns.get('none')).toBeUndefined();
      const ask = { appId: 'app', limit: 10, offset: 0 };
      const ids = async (more = {}) => {
        const { total, rows } = await appRuns.page({ ...ask, ...more });
        return [total, ...rows.map(({ id }) => id)];
      };
      expect(await ids()).toEqual([2, 'b', 'a']);
      expect(await ids({ offset: 1, limit: 1 })).toEqual([2, 'a']);
      expect(await ids({ status: 'succeeded' })).toEqual([1, 'a']);
      expect(await ids({ text: '50% of' })).toEqual([2, 'b', 'a']);
      expect(await ids({ text: 'of nothing' })).toEqual([0]);
      expect(await ids({ exactly: '50% of_it"' })).toEqual([2, 'b', 'a']);
      expect(await ids({ exactly: '50_ of' })).toEqual([0]);
      expect(await ids({ exactly: HOSTILE[0] })).toEqual([0]);
      expect(await ids({ fromMs: T0 + 1 })).toEqual([1, 'b']);
      expect(await ids({ untilMs: T0 })).toEqual([1, 'a']);
      expect(await ids({ text: HOSTILE[0] })).toEqual([0]);
      await appRuns.trim({ beforeMs: T0 + 1, bytes: 1_000 });
      expect(await ids()).toEqual([1, 'b']);
      await appRuns.interrupt();
      expect((await appRuns.get('b'))?.status).toBe('stopped');
      await appRuns.trim({ beforeMs: 0, bytes: 1 });
      expect(await ids()).toEqual([0]);
      await appRuns.put([run('d'), run('e', { appId: 'other' })]);
      await appRuns.removeApp('app');
      expect([await appRuns.get('d'), (await appRuns.get('e'))?.id]).toEqual([undefined, 'e']);
    });

    it('keeps rows by subject, whole, the last one written', async () => {
      const { keys, teams } = store.shelves;
      await keys.put([
        { id: 'a', body: { n: 1 } },
        { id: 'b', body: { n: 2, deep: { list: [1, 'x', null] } } },
      ]);
      await keys.put([{ id: 'a', body: { n: 3 } }]);
      expect(await keys.all()).toEqual([
        { id: 'a', body: { n: 3 } },
        { id: 'b', body: { n: 2, deep: { list: [1, 'x', null] } } },
      ]);
      expect(await teams.all()).toEqual([]);
      await keys.remove(['a']);
      expect(await keys.all()).toHaveLength(1);
      const changes = await keys.changedSince(0);
      expect(changes.find(({ id }) => id === 'a')).toEqual({ id: 'a' });
      await keys.forget(['a', 'b']);
      expect((await keys.changedSince(0)).map(({ id }) => id)).toEqual(['b']);
    });

    it('has a shelf for every subject', async () => {
      for (const subject of SUBJECTS) {
        const shelf = store.shelves[subject];
        await shelf.put([{ id: 'one', body: { subject } }]);
        expect((await shelf.all()).find(({ id }) => id === 'one')?.body).toEqual({ subject });
        await shelf.remove(['one']);
        expect((await shelf.all()).some(({ id }) => id === 'one')).toBe(false);
      }
    });

    it('takes any text as data', async () => {
      const { users } = store.shelves;
      await users.put(HOSTILE.map((text) => ({ id: text, body: { text } })));
      const all = await users.all();
      expect(new Set(all.map(({ body }) => body['text']))).toEqual(new Set(HOSTILE));
      await users.remove(HOSTILE);
      expect(await users.all()).toEqual([]);
    });

    it('writes thousands of rows at once', async () => {
      const rows = Array.from({ length: 3_000 }, (_, n) => ({ id: `c${n}`, body: { n } }));
      await store.shelves.customers.put(rows);
      expect(await store.shelves.customers.all()).toHaveLength(3_000);
    });

    it('counts a record once, however often it is written', async () => {
      const records = [record('r1'), record('r2', { status: 'failure', nanos: 0 })];
      await store.spend.add([...records, record('r1')]);
      await Promise.all([store.spend.add(records), store.spend.add([record('r3')])]);
      expect(await store.spend.count({})).toBe(3);
      const [all] = await store.spend.usage({ filter: {}, by: [], per: 'all' });
      expect(all).toMatchObject({ requests: 3, failures: 1, nanos: 2_000, tokensIn: 30 });
      expect(await store.spend.paid()).toEqual([
        { kind: 'key', id: 'token-1', sinceMs: 0, nanos: 2_000 },
      ]);
    });

    it('gives a record back as it was, but for whom it adds to', async () => {
      const whole = record('whole', { tags: ['a', 'b'], endUser: 'eve', startedMs: T0 + 5 });
      await store.spend.add([whole]);
      const [found] = await store.spend.list({ id: 'whole' }, { limit: 10, offset: 0 });
      expect(found).toEqual({ ...whole, payments: [] });
    });

    it('lists what was asked for, the latest first, page by page', async () => {
      const records = Array.from({ length: 5 }, (_, n) =>
        record(`p${n}`, { startedMs: T0 + 10 * HOUR_MS + n, token: 'pages' }),
      );
      await store.spend.add(records);
      const page = await store.spend.list({ token: 'pages' }, { limit: 2, offset: 1 });
      expect(page.map(({ id }) => id)).toEqual(['p3', 'p2']);
      const times = { fromMs: T0 + 10 * HOUR_MS + 1, toMs: T0 + 10 * HOUR_MS + 3 };
      expect(await store.spend.count({ token: 'pages', ...times })).toBe(2);
      expect(await store.spend.count({ token: `'--` })).toBe(0);
    });

    it('sums by hour, by day and by whoever is asked for', async () => {
      const at = T0 + 100 * HOUR_MS;
      await store.spend.add([
        record('u1', { startedMs: at, group: 'x', team: 'T' }),
        record('u2', { startedMs: at + HOUR_MS, group: 'y', team: 'T' }),
        record('u3', { startedMs: at + HOUR_MS + 1, group: 'y', team: 'T', nanos: 5 }),
      ]);
      const filter = { fromMs: at, toMs: at + 3 * HOUR_MS, team: 'T' };
      const hours = await store.spend.usage({ filter, by: ['group'], per: 'hour' });
      expect(hours).toMatchObject([
        { atMs: at + HOUR_MS, requests: 2, nanos: 1_005, by: { group: 'y' } },
        { atMs: at, requests: 1, nanos: 1_000, by: { group: 'x' } },
      ]);
      const apart = await store.spend.usage({ filter, by: ['group'], apart: ['x'], per: 'all' });
      expect(new Set(apart.map(({ by, requests }) => `${by['group']} ${requests}`))).toEqual(
        new Set(['x 1', 'undefined 2']),
      );
      const all = await store.spend.usage({ filter, by: [], per: 'all' });
      expect(all).toMatchObject([{ requests: 3, nanos: 2_005, atMs: 0, by: {} }]);
    });

    it('sums by tag', async () => {
      const at = T0 + 200 * HOUR_MS;
      await store.spend.add([
        record('t1', { startedMs: at, tags: ['red', 'red', 'blue'] }),
        record('t2', { startedMs: at, tags: ['red'] }),
      ]);
      const tags = await store.spend.tags({ fromMs: at, toMs: at + HOUR_MS });
      expect(tags.map(({ by, requests }) => [by['tag'], requests])).toEqual([
        ['blue', 1],
        ['red', 2],
      ]);
      await store.spend.add([record('t3', { startedMs: at + HOUR_MS, tags: ['red'] })]);
      const red = await store.spend.tags({ fromMs: at, tag: 'red' }, 'hour');
      expect(red).toMatchObject([
        { atMs: at + HOUR_MS, requests: 1, by: { tag: 'red' } },
        { atMs: at, requests: 2, by: { tag: 'red' } },
      ]);
    });

    it('begins sums anew, and adds to what was set', async () => {
      const payment = { kind: 'team', id: 'fresh', sinceMs: T0 } as const;
      await store.spend.setPaid(payment, 7);
      await store.spend.add([record('paid', { payments: [payment], nanos: 5 })]);
      expect(await store.spend.paid()).toContainEqual({ ...payment, nanos: 12 });
    });

    it('keeps what was asked and answered for as long as it is told, and no longer than its record', async () => {
      const { spend } = store;
      const body = { request: [{ content: HOSTILE.join() }], response: null };
      const ids = ['b1', 'b2', 'b3', 'b4', 'b5'];
      const bodied = ids.map((id, n) =>
        record(id, { startedMs: n, user: n === 4 ? 'Bob' : 'user-1', body }),
      );
      await spend.add([...bodied, record('none', { startedMs: 9 })]);
      // Again: nothing is there twice.
      await spend.add(bodied);
      expect(await spend.body('b1')).toEqual(body);
      expect(await spend.body('none')).toBeUndefined();
      const [row] = await spend.list({ id: 'b1' }, { limit: 1, offset: 0 });
      expect(row).not.toHaveProperty('body');
      expect(await spend.removeBodies(2, 1)).toBe(1);
      expect(await spend.removeBodies(2, 5)).toBe(1);
      expect(await spend.body('b2')).toBeUndefined();
      expect(await spend.count({ id: 'b2' })).toBe(1);
      expect(await spend.body('b3')).toEqual(body);
      expect(await spend.removeBefore(4, 10)).toBe(4);
      expect(await spend.body('b4')).toBeUndefined();
      expect(await spend.forget({ user: 'Bob' }, 5)).toBe(1);
      expect(await spend.body('b5')).toBeUndefined();
      expect(await spend.removeBefore(10, 10)).toBe(1);
    });

    it('removes the oldest in batches', async () => {
      const before = await store.spend.count({});
      expect(await store.spend.removeBefore(T0 + 6, 2)).toBe(2);
      expect(await store.spend.count({})).toBe(before - 2);
      expect(await store.spend.bytes()).toBeGreaterThan(0);
      expect(await store.spend.removeOldest(1)).toBe(1);
    });

    it('keeps a trail, the latest first', async () => {
      const entry = {
        id: 'e1',
        atMs: T0,
        actor: 'admin',
        action: 'created',
        subject: 'keys',
        objectId: 'a',
        before: null,
        after: { n: 1 },
      };
      await store.audit.add([entry, { ...entry, id: 'e2', atMs: T0 + 1 }]);
      await store.audit.add([entry]);
      expect(await store.audit.list({ limit: 10, offset: 0 })).toEqual([
        { ...entry, id: 'e2', atMs: T0 + 1 },
        entry,
      ]);
    });

    it('sets a fact once', async () => {
      expect(await store.facts.get('pepper')).toBeUndefined();
      const all = await Promise.all(
        ['a', 'b'].map((value) => store.facts.setOnce('pepper', value)),
      );
      expect(new Set(all).size).toBe(1);
      expect(await store.facts.get('pepper')).toBe(all[0]);
      for (const value of ['one', 'two']) await store.facts.set('said', value);
      expect(await store.facts.get('said')).toBe('two');
    });

    it('undoes what failed half way', async () => {
      const bad = record('bad', { nanos: Number.NaN });
      await expect(store.spend.add([record('good'), bad])).rejects.toThrow();
      expect(await store.spend.count({ id: 'good' })).toBe(0);
    });

    it('finds pages that lie deep as it finds the first ones', async () => {
      const all = Array.from({ length: 1_300 }, (_, n) =>
        record(`deep-${(n * 7) % 1_300}`, { group: 'deep', startedMs: T0 + Math.floor(n / 9) }),
      );
      await store.spend.add(all);
      const ids = async (page: { limit: number; offset: number }, more = {}) =>
        (await store.spend.list({ group: 'deep', ...more }, page)).map(({ id }) => id);
      const whole = await ids({ limit: 2_000, offset: 0 });
      for (const offset of [1_001, 1_004, 1_295])
        expect(await ids({ limit: 20, offset })).toEqual(whole.slice(offset, offset + 20));
      expect(await ids({ limit: 20, offset: 1_300 })).toEqual([]);
      const toMs = T0 + 130;
      const before = await ids({ limit: 2_000, offset: 0 }, { toMs });
      expect(await ids({ limit: 5, offset: 1_100 }, { toMs })).toEqual(before.slice(1_100, 1_105));
    });

    it('says what records added to whose sums, and takes a file of them as it takes them one by one', async () => {
      const paid = [{ kind: 'team', id: 'filed', sinceMs: 0, nanos: 2_000 }];
      const payments = [{ kind: 'team', id: 'filed', sinceMs: 0 }] as const;
      const [one, two] = [record('filed-1', { payments }), record('filed-2', { payments })];
      expect(await store.spend.add([one, two, one])).toMatchObject({ paid });
      expect(await store.spend.add([one, two])).toEqual({ records: 2, paid: [] });
      const folder = await mkdtemp(join(tmpdir(), 'spillway-segment-'));
      const path = join(folder, 'segment');
      const three = record('filed-3', { payments, group: 'a\u0000b\n', tags: ['x', 'x'] });
      await writeFile(
        path,
        [two, three].map((line) => `${JSON.stringify(line)}\n`).join('') + '{"id":',
      );
      if (store.spend.addFile)
        expect(await store.spend.addFile(path)).toEqual({
          records: 2,
          paid: [{ ...paid[0], nanos: 1_000 }],
        });
      await rm(folder, { recursive: true });
    });

    it.skipIf(!lasts)('has it all after a restart', async () => {
      const before = await store.spend.count({});
      await store.close();
      store = await open();
      expect(await store.spend.count({})).toBe(before);
      expect(await store.shelves.keys.all()).toHaveLength(1);
    });
  });
};
