import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '#core/random.ts';
import { type RecordFilter, type SpendRecord, USAGE_FIELDS } from '#store/spend.ts';
import type { Store } from '#store/store.ts';

const HOUR_MS = 3_600_000;
const T0 = 1_790_000_000_000 - (1_790_000_000_000 % HOUR_MS);
const SPAN_MS = 60 * HOUR_MS;
const ROUNDS = 40;

/**
 * Whatever is written, removed and forgotten in between: lists and counts say what a list in memory
 * says.
 */
export const pagesConformance = (name: string, open: () => Promise<Store>): void => {
  describe(`${name}: pages`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
      for (let many = 1; many > 0;) many = await store.spend.removeOldest(500);
    });
    afterAll(() => store.close());

    it('lists, counts and sums up what is there', async () => {
      const random = seededRandom(7);
      const below = (most: number): number => Math.floor(random() * most);
      const oneOf = <Value>(values: readonly Value[]): Value => values[below(values.length)]!;
      let known: SpendRecord[] = [];
      /** What sums tell of: who is forgotten has a part in them, and no name. */
      let ever: SpendRecord[] = [];
      let last = 0;
      const instant = (): number =>
        // Often on the hour, where parts meet.
        T0 + (below(3) === 0 ? below(60) * HOUR_MS : below(SPAN_MS));
      const record = (): SpendRecord => {
        const startedMs = instant();
        return {
          id: `page-${last++}`,
          startedMs,
          endedMs: startedMs + 9,
          token: oneOf(['', 'a', 'b']),
          user: oneOf(['ann', 'bob', 'eve']),
          team: '',
          endUser: oneOf(['', '', 'ann', 'zed']),
          group: oneOf(['g', 'h']),
          model: 'm',
          deployment: oneOf(['d', 'e', 'f']),
          provider: 'p',
          status: oneOf(['success', 'success', 'failure']),
          nanos: below(6),
          tokensIn: 0,
          tokensOut: 0,
          tags: [],
          payments: [],
          more: {
            ...(below(3) === 0 && { session_id: oneOf([...SESSIONS, `own-${last}`]) }),
            ...(below(4) === 0 && { error: oneOf(ERRORS) }),
          },
        };
      };
      const change = async (): Promise<void> => {
        const fresh = Array.from({ length: below(60) }, record);
        await store.spend.add([...fresh, ...known.slice(0, 3)]);
        known = [...known, ...fresh].toSorted(byAge);
        ever.push(...fresh);
        if (below(3) === 0) {
          const removed = await store.spend.removeOldest(below(12));
          known = known.slice(removed);
        }
        if (below(8) === 0) {
          const before = T0 + below(SPAN_MS / 4);
          while ((await store.spend.removeBefore(before, 7)) > 0);
          known = known.filter(({ startedMs }) => startedMs >= before);
        }
        // Records that no sum of hours tells of.
        if (below(8) === 0) await store.spend.removeHours(T0 + below(SPAN_MS), 1 + below(40));
        if (below(8) !== 0) return;
        const user = oneOf(['ann', 'bob']);
        while ((await store.spend.forget({ user }, 5)) > 0);
        known = known.filter((one) => one.user !== user && one.endUser !== user);
        const named = (name: string): string => (name === user ? 'forgotten' : name);
        ever = ever.map((one) => ({ ...one, user: named(one.user), endUser: named(one.endUser) }));
      };
      const maybe = <Value>(make: () => Value, odds: number): Value | undefined =>
        below(odds) === 0 ? make() : undefined;
      const filterOf = (): RecordFilter => {
        const filter = {
          fromMs: maybe(instant, 3),
          toMs: maybe(instant, 3),
          id: maybe(() => `page-${below(last)}`, 12),
          token: maybe(() => oneOf(['a', 'b', '', 'none']), 3),
          user: maybe(() => oneOf(['ann', 'bob']), 3),
          endUser: maybe(() => oneOf(['', 'ann']), 7),
          group: maybe(() => 'g', 4),
          deployment: maybe(() => 'd', 5),
          status: maybe(() => oneOf(['success', 'failure']), 4),
          tokens: maybe(() => oneOf([[], ['a'], ['a', 'b', 'none']]), 6),
          minNanos: maybe(() => below(6), 6),
          maxNanos: maybe(() => below(6), 6),
          sessions: maybe(() => oneOf([[], ['s-1'], [...SESSIONS, 'none']]), 8),
          sessionPart: maybe(() => oneOf(['S-1', '_%', `'`, 'none']), 8),
          errorCode: maybe(() => oneOf([429, 502, 404]), 8),
          errorText: maybe(() => oneOf(['BUSY', '_%', 'nobody said so']), 8),
          search: maybe(
            () => oneOf([`page-${below(last)}`, ...SESSIONS, 'a', 'ann', 'zed', 'd', 's', 'none']),
            6,
          ),
        };
        return Object.fromEntries(
          Object.entries(filter).filter(([, value]) => value !== undefined),
        );
      };
      const checkSums = async (round: number): Promise<void> => {
        const by = [...USAGE_FIELDS.filter(() => below(3) === 0), 'provider' as const];
        const filter = Object.fromEntries(
          Object.entries({
            user: maybe(() => oneOf(['ann', 'bob', 'eve']), 4),
            endUser: maybe(() => oneOf(['', 'ann', 'forgotten']), 4),
            group: maybe(() => 'g', 4),
          }).filter(([, value]) => value !== undefined),
        );
        const told = await store.spend.usage({ filter, by, per: 'all' });
        const mine = told.filter((sums) => sums.by['provider'] === 'p');
        const lines = mine.map((sums) =>
          [...by.map((name) => sums.by[name]), sums.requests].join(),
        );
        const groups = Map.groupBy(
          ever.filter((one) => isMeant(one, filter)),
          (one) => by.map((name) => one[name]).join(),
        );
        const due = [...groups].map(([key, its]) => `${key},${its.length}`);
        const what = JSON.stringify({ round, filter, by });
        expect([what, ...lines.toSorted()]).toEqual([what, ...due.toSorted()]);
      };
      for (let round = 0; round < ROUNDS; round++) {
        await change();
        await checkSums(round);
        for (let asked = 0; asked < 6; asked++) {
          const filter = filterOf();
          const all = known.filter((one) => isMeant(one, filter, known)).toReversed();
          const page = { limit: 1 + below(30), offset: below(2) * below(all.length + 3) };
          const told = await store.spend.list(filter, page);
          const what = JSON.stringify({ round, filter, page });
          const ids = all.slice(page.offset).slice(0, page.limit);
          expect([what, told.map(({ id }) => id)]).toEqual([what, ids.map(({ id }) => id)]);
          expect([what, await store.spend.count(filter)]).toEqual([what, all.length]);
        }
        const part = oneOf(['S-1', '_%', 'Own']);
        const sessions = new Set(known.map(sessionOf).filter((session) => has(session, part)));
        expect(new Set(await store.spend.sessions(part, 9_999))).toEqual(sessions);
      }
    });
  });
};

const byAge = (a: SpendRecord, b: SpendRecord): number =>
  a.startedMs - b.startedMs || (a.id < b.id ? -1 : 1);

const SESSIONS = ['s-1', 's-12', 'S_%', `'; --`];
const ERRORS = [
  { code: 'upstream_error', status: 429, message: 'Busy: 100_% of it "taken".' },
  { code: 'upstream_error', status: 502, message: 'The vendor was BUSY.' },
  { code: 'upstream_error', message: 'Nobody knows why.' },
];

const isMeant = (
  one: SpendRecord,
  { fromMs, toMs, tokens, minNanos, maxNanos, ...rest }: RecordFilter,
  known: readonly SpendRecord[] = [],
): boolean => {
  const { sessions, sessionPart, errorCode, errorText, search, ...named } = rest;
  const error = one.more['error'] as { status?: number; message: string } | undefined;
  return (
    (!sessions || sessions.some((session) => session === sessionOf(one))) &&
    (sessionPart === undefined || has(sessionOf(one), sessionPart)) &&
    (errorCode === undefined || (error && (error.status ?? 500)) === errorCode) &&
    (errorText === undefined || has(error?.message, errorText)) &&
    (search === undefined || isSoughtBy(one, search, known)) &&
    one.startedMs >= (fromMs ?? 0) &&
    one.startedMs < (toMs ?? Infinity) &&
    one.nanos >= (minNanos ?? 0) &&
    one.nanos <= (maxNanos ?? Infinity) &&
    (tokens?.includes(one.token) ?? true) &&
    Object.entries(named).every(([name, value]) => one[name as keyof SpendRecord] === value)
  );
};

const has = (text: unknown, part: string): boolean =>
  typeof text === 'string' && text.toLowerCase().includes(part.toLowerCase());

const sessionOf = (one: SpendRecord) => one.more['session_id'];

const isSoughtBy = (one: SpendRecord, text: string, known: readonly SpendRecord[]): boolean => {
  for (const nameOf of [sessionOf, ({ id }: SpendRecord) => id])
    if (known.some((other) => nameOf(other) === text)) return nameOf(one) === text;
  const { token, user, team, endUser, deployment } = one;
  return [token, user, team, endUser, deployment].includes(text);
};
