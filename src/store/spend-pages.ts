import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { timeOf } from '#core/ids.ts';
import { recordOf, whosIn } from '#store/spend-read.ts';
import { isForeign, mayBeOurs } from '#store/foreign-id.ts';
import { isMeant } from '#store/spend-filter.ts';
import { type Sought, soughtBy, type Times } from '#store/spend-sought.ts';
import type { RecordFilter, SpendFilter, SpendRecord, SpendStore } from '#store/spend.ts';
import { sweptMs } from '#store/swept.ts';
import { sumsOfEndUsers, sumsOfRecords } from '#store/usage-source.ts';
import type { Tables } from '#store/tables.ts';

const HOUR_MS = 3_600_000;
/** A record begins about when its id was made, ms. */
const NEAR_MS = 600_000;
/** Hours that are read along, rather than those on both sides of them apart. */
const GAP_MS = 4 * HOUR_MS;
/** So many rows are passed over as they are read; more are counted by their hours. */
const FEW = 1_000;
/** Into so many parts a long time is divided, and what is long. */
const PARTS = 4;
const LEAST_HOURS = 12;
/** Records of one id: there is one, unless somebody else chose it. */
const MOST_OF_ID = 100;

type Page = Parameters<SpendStore['list']>[1];

/** A stretch of time, and how many of the records that are meant it has. */
interface Stretch extends Times {
  readonly many: number;
}

/**
 * The latest first. No column has an index: sums by hour tell in which hours a page's records lie, and
 * those alone are read.
 */
export const listSpend = async (
  db: Kysely<Tables>,
  asked: RecordFilter,
  page: Page,
): Promise<readonly SpendRecord[]> => {
  const filter = await sought(db, asked);
  if (filter.id !== undefined)
    return (await ofId(db, filter)).slice(page.offset).slice(0, page.limit);
  if (isBeyondSums(filter) || (isOfTimeAlone(filter) && page.offset <= FEW))
    return read(db, filter, { ...timesOf(filter), ...page });
  const found: SpendRecord[] = [];
  const { stretches, skip } = needed(await stretchesOf(db, filter), page);
  let offset = skip;
  for (const stretch of stretches) {
    const limit = page.limit - found.length;
    const isWhole = offset === 0 && stretch.many <= limit;
    found.push(
      ...(isWhole
        ? await readWhole(db, filter, { ...stretch, limit })
        : await read(db, filter, { ...stretch, limit, offset })),
    );
    if (found.length >= page.limit) break;
    offset = 0;
  }
  return found;
};

export const countSpend = async (db: Kysely<Tables>, asked: RecordFilter): Promise<number> => {
  const filter = await sought(db, asked);
  if (filter.id !== undefined) return (await ofId(db, filter)).length;
  const { latest, whole, oldest } = await partsOf(db, filter);
  const query = await hoursOf(db, filter, whole);
  const sums = await query.select(manyOf(filter).as('many')).executeTakeFirst();
  return (
    (await counted(db, filter, latest)) + (sums?.many ?? 0) + (await counted(db, filter, oldest))
  );
};

const sought = (db: Kysely<Tables>, filter: RecordFilter): Promise<Sought> =>
  soughtBy(db, filter, async (id) => (await nearId(db, { id, traits: [] })).length > 0);

const ofId = async (db: Kysely<Tables>, filter: Sought): Promise<readonly SpendRecord[]> => {
  const near = await nearId(db, filter);
  if (near.length > 0 || !mayBeOurs(filter.id ?? '')) return near;
  // One that began at another time than its id says is looked for among all.
  return read(db, filter, { ...timesOf(filter), limit: MOST_OF_ID, offset: 0 });
};

/** An id of ours tells when it was made; those of others, and only those, have an index. */
const nearId = (db: Kysely<Tables>, filter: Sought): Promise<readonly SpendRecord[]> => {
  const page = { limit: MOST_OF_ID, offset: 0 };
  const { id = '' } = filter;
  const times = timesOf(filter);
  if (!mayBeOurs(id)) return read(db, filter, { ...times, ...page, only: isForeign });
  const madeMs = timeOf(id) ?? 0;
  const fromMs = Math.max(times.fromMs, madeMs - NEAR_MS);
  const toMs = Math.min(times.toMs, madeMs + NEAR_MS);
  return read(db, filter, { fromMs, toMs, ...page });
};

const isOfTimeAlone = (filter: Sought): boolean => {
  const { fromMs: _, toMs: __, traits: ___, ...narrowed } = filter;
  return Object.values(narrowed).every((value) => value === undefined);
};

/** Sums tell how many there are of somebody, and not of those that cost so much or failed so. */
const isBeyondSums = ({ minNanos, maxNanos, traits, isOfBoth = false }: Sought): boolean =>
  minNanos !== undefined || maxNanos !== undefined || traits.length > 0 || isOfBoth;

const [EVER, NEVER] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

const timesOf = ({ fromMs = EVER, toMs = NEVER }: SpendFilter): Times => ({
  fromMs: Math.max(EVER, Math.floor(fromMs)),
  toMs: Math.min(NEVER, Math.ceil(toMs)),
});

/**
 * A filter's time: the whole hours, of which sums tell how many records they have, and what lies on
 * both sides of them, where it must be counted. Records before an instant may have been removed, and
 * their sums stay.
 */
const partsOf = async (db: Kysely<Tables>, filter: Sought) => {
  const { fromMs, toMs } = timesOf(filter);
  const startMs = hourFrom(Math.max(fromMs, (await sweptMs(db)) ?? EVER));
  const endMs = toMs === NEVER ? NEVER : toMs - (toMs % HOUR_MS);
  // Who has no end user has no sum of their own.
  if (startMs >= endMs || filter.endUser === '' || isBeyondSums(filter))
    return {
      latest: { fromMs, toMs },
      whole: { fromMs: EVER, toMs: EVER },
      oldest: { fromMs: EVER, toMs: EVER },
    };
  return {
    latest: { fromMs: endMs, toMs },
    whole: { fromMs: startMs, toMs: endMs },
    oldest: { fromMs, toMs: startMs },
  };
};

const hourFrom = (ms: number): number => (ms === EVER ? EVER : Math.ceil(ms / HOUR_MS) * HOUR_MS);

/** The latest first. */
const stretchesOf = async (db: Kysely<Tables>, filter: Sought): Promise<readonly Stretch[]> => {
  const { latest, whole, oldest } = await partsOf(db, filter);
  const query = await hoursOf(db, filter, whole);
  const hours = await query
    .select('hour_ms')
    .select(manyOf(filter).as('many'))
    .groupBy('hour_ms')
    .orderBy('hour_ms', 'desc')
    .execute();
  return [
    { ...latest, many: await counted(db, filter, latest) },
    ...hours.map(({ hour_ms, many }) => ({ fromMs: hour_ms, toMs: hour_ms + HOUR_MS, many })),
    { ...oldest, many: await counted(db, filter, oldest) },
  ].filter(({ many }) => many > 0);
};

/** The sums of those who are meant. */
const hoursOf = async (db: Kysely<Tables>, filter: Sought, times: Times) => {
  const source = filter.endUser
    ? sumsOfEndUsers(db, 'usage_hours', times)
    : await sumsOfRecords(db, times);
  return db.selectFrom(source.as('sums')).where(isMeant(db, filter));
};

/** How many records sums tell of. */
const manyOf = ({ status }: SpendFilter) => {
  if (status === undefined) return sql<number>`coalesce(sum(requests), 0)`;
  if (status === 'failure') return sql<number>`coalesce(sum(failures), 0)`;
  if (status === 'success') return sql<number>`coalesce(sum(requests - failures), 0)`;
  return sql<number>`0`;
};

/** Where a page's records lie, and how many come before it there; hours that lie close are one. */
const needed = (all: readonly Stretch[], { limit, offset }: Page) => {
  const stretches: Stretch[] = [];
  let skip = offset;
  let many = 0;
  for (const stretch of all) {
    if (stretches.length === 0 && skip >= stretch.many) {
      skip -= stretch.many;
      continue;
    }
    const last = stretches.at(-1);
    const isClose = last !== undefined && last.fromMs - stretch.toMs <= GAP_MS;
    if (isClose)
      stretches[stretches.length - 1] = {
        fromMs: stretch.fromMs,
        toMs: last.toMs,
        many: last.many + stretch.many,
      };
    else stretches.push(stretch);
    many += stretch.many;
    if (many - skip >= limit) break;
  }
  return { stretches, skip };
};

const counted = async (
  db: Kysely<Tables>,
  filter: Sought,
  { fromMs, toMs }: Times,
): Promise<number> => {
  if (fromMs >= toMs) return 0;
  const query = db.selectFrom('spend').select((row) => row.fn.countAll<number>().as('many'));
  const those = meant(db, query, { ...filter, fromMs, toMs });
  return (await those.executeTakeFirst())?.many ?? 0;
};

/** All that a stretch has: of a long one some parts at once, where a database has several hands. */
const readWhole = async (
  db: Kysely<Tables>,
  filter: Sought,
  { fromMs, toMs, limit }: Stretch & { readonly limit: number },
): Promise<readonly SpendRecord[]> => {
  const hours = Math.ceil((toMs - fromMs) / PARTS / HOUR_MS);
  if (hours < LEAST_HOURS) return read(db, filter, { fromMs, toMs, limit, offset: 0 });
  const parts = Array.from({ length: PARTS }, (_, n) => {
    const endMs = toMs - n * hours * HOUR_MS;
    const part = { fromMs: Math.max(fromMs, endMs - hours * HOUR_MS), toMs: endMs };
    return read(db, filter, { ...part, limit, offset: 0 });
  });
  return (await Promise.all(parts)).flat();
};

const read = async (
  db: Kysely<Tables>,
  filter: Sought,
  { fromMs, toMs, limit, offset, only }: Times & Page & { readonly only?: typeof isForeign },
): Promise<readonly SpendRecord[]> => {
  let query = db
    .selectFrom('spend')
    .selectAll()
    .orderBy('started_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(offset);
  if (only) query = query.where(only);
  const rows = await meant(db, query, { ...filter, fromMs, toMs }).execute();
  const whos = await whosIn(db, rows);
  return rows.map((row) => recordOf(row, whos.get(row.who)));
};

const meant = <Row>(
  db: Kysely<Tables>,
  query: SelectQueryBuilder<Tables, 'spend', Row>,
  filter: Sought & Times,
): SelectQueryBuilder<Tables, 'spend', Row> => {
  const { id, status, minNanos, maxNanos, traits, fromMs, toMs } = filter;
  let narrowed = query.where(isMeant(db, filter));
  if (traits.length === 0)
    narrowed = narrowed.where('started_ms', '>=', fromMs).where('started_ms', '<', toMs);
  for (const trait of traits) narrowed = narrowed.where(trait({ fromMs, toMs }));
  if (id !== undefined) narrowed = narrowed.where('id', '=', id);
  if (minNanos !== undefined) narrowed = narrowed.where('nanos', '>=', minNanos);
  if (maxNanos !== undefined) narrowed = narrowed.where('nanos', '<=', maxNanos);
  if (status === undefined) return narrowed;
  const isKnown = status === 'failure' || status === 'success';
  return isKnown
    ? narrowed.where('failed', '=', status === 'failure' ? 1 : 0)
    : narrowed.where(sql<boolean>`1 = 0`);
};
