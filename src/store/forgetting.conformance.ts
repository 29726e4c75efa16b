import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS, record, type StoreUnderTest, T0 } from '#store/store.conformance.ts';
import { modelPurse } from '#store/spend.ts';
import type { Store } from '#store/store.ts';

/** What every store forgets of a person, and what it keeps. */
export const forgettingConformance = (name: string, under: Pick<StoreUnderTest, 'open'>): void => {
  describe(name, () => {
    let store: Store;
    beforeAll(async () => {
      store = await under.open();
    });
    afterAll(() => store.close());

    it('forgets a person, and keeps the sums', async () => {
      const at = T0 + 300 * HOUR_MS;
      await store.spend.add([
        record('f1', { startedMs: at, endUser: 'Ann' }),
        record('f2', { startedMs: at, user: 'Ann' }),
      ]);
      // In a team, and somebody in another one whose name only ends like theirs.
      const member = { kind: 'member', sinceMs: 0 } as const;
      await store.shelves.teams.put([{ id: 'x:y', body: {} }]);
      for (const id of ['x:y:Ann', 'x:y:Jo:Ann']) await store.spend.setPaid({ ...member, id }, 1);
      const model = { kind: 'model', sinceMs: 0 } as const;
      const begins = (['user', 'end_user', 'team'] as const).map((kind) => modelPurse(kind, 'Ann'));
      for (const begin of [...begins, modelPurse('user', 'Anna')])
        await store.spend.setPaid({ ...model, id: `${begin}gpt` }, 1);
      let many: number;
      do many = await store.spend.forget({ user: 'Ann' }, 1);
      while (many > 0);
      const paid = (await store.spend.paid()).filter(({ kind }) => kind === 'member');
      expect(paid).toEqual([{ ...member, id: 'x:y:Jo:Ann', nanos: 1 }]);
      const ofModels = (await store.spend.paid()).filter(({ kind }) => kind === 'model');
      expect(ofModels.map(({ id }) => id).toSorted()).toEqual([
        `${modelPurse('team', 'Ann')}gpt`,
        `${modelPurse('user', 'Anna')}gpt`,
      ]);
      expect(await store.spend.count({ user: 'Ann' })).toBe(0);
      expect(await store.spend.count({ endUser: 'Ann' })).toBe(0);
      const filter = { fromMs: at, toMs: at + HOUR_MS };
      const sums = await store.spend.usage({ filter, by: ['user', 'endUser'], per: 'all' });
      expect(JSON.stringify(sums)).not.toContain('Ann');
      expect(sums.reduce((sum, { requests }) => sum + requests, 0)).toBe(2);
    });

    it('takes a person out of the trail, however long it is', async () => {
      const at = { atMs: T0 + 2, actor: 'admin', action: 'updated', before: null };
      const many = Array.from({ length: 1_001 }, (_, n) => ({
        ...at,
        id: `many-${n}`,
        subject: 'teams',
        objectId: 't',
        after: { members: [{ user_email: n % 2 === 0 ? 'zoe@x.org' : 'bob@x.org' }] },
      }));
      const own = { ...at, id: 'own', subject: 'users', objectId: 'zoe' };
      await store.audit.add([...many, { ...own, after: { user_email: 'zoe@x.org' } }]);
      await store.audit.forget('zoe', []);
      const left = await store.audit.list({ limit: 2_000, offset: 0 });
      expect(JSON.stringify(left)).not.toContain('zoe');
      expect(left.filter(({ after }) => JSON.stringify(after).includes('bob@x.org'))).toHaveLength(
        500,
      );
      expect(left.find(({ id }) => id === 'own')).toEqual({
        ...own,
        objectId: 'forgotten',
        after: null,
      });
      await store.audit.removeBefore(T0 + 3, 2_000);
    });
  });
};
