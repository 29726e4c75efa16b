import { expect, it } from 'vitest';
import { HOUR_MS, record, type StoreUnderTest, T0 } from '#store/store.conformance.ts';

/** What callers send stands in records as far as a database has a place for it. */
export const textsConformance = (name: string, under: Pick<StoreUnderTest, 'open'>): void => {
  it(`${name}: takes a record whatever its texts are, and none keeps those behind it from being written`, async () => {
    const store = await under.open();
    const odd = ['a\0b', '\0', '\ud800', '\u2028', 'a\r\nb', '\uffff'];
    const records = odd.map((text, n) =>
      record(`odd-${n}`, {
        startedMs: T0 + 400 * HOUR_MS,
        endUser: text,
        tags: [text],
        group: text,
        payments: [{ kind: 'end_user', id: text, sinceMs: T0 }],
        more: { error: { message: text } },
        body: { request: text, response: [text] },
      }),
    );
    await store.spend.add(records);
    const at = { fromMs: T0 + 400 * HOUR_MS, toMs: T0 + 401 * HOUR_MS };
    expect(await store.spend.count(at)).toBe(odd.length);
    const all = await store.spend.list(at, { limit: 10, offset: 0 });
    expect(all).toHaveLength(odd.length);
    expect(await store.spend.count({ ...at, endUser: 'a\0b' })).toBe(1);
    const tags = await store.spend.tags(at);
    expect(tags.reduce((sum, { requests }) => sum + requests, 0)).toBe(odd.length);
    expect((await store.spend.paid()).filter(({ kind }) => kind === 'end_user')).toHaveLength(5);
    await store.close();
  });
};
