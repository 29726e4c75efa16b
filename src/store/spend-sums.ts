import { plainText } from '#core/plain-text.ts';
import { NONE, type PackedSpend } from '#store/packed-spend.ts';
import { PaidSums } from '#store/paid-sums.ts';
import type { Paid } from '#store/spend.ts';
import type { Tables, UsageTableName } from '#store/tables.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

type UsageRow = Tables['usage_hours'];
type TagRow = Tables['usage_tags'];
type Sums = typeof NOTHING;
type Hours = Map<number, Map<number, UsageRow>>;

/** As the database knows who it was; `base` is 0 where there is no end user. */
export interface KnownWho {
  readonly id: number;
  readonly base: number;
}

/**
 * What records add to, row by row, each row once: a statement may not touch one twice, and hundreds of
 * records add to the same few.
 */
export class SpendSums {
  /** By their hours, and within them by who it was, whatever the end user. */
  readonly #hours: Hours = new Map();
  /** Of those with an end user, by that too. */
  readonly #endHours: Hours = new Map();
  readonly #tags = new Map<number, Map<string, TagRow>>();
  readonly #paid = new PaidSums();

  add(record: PackedSpend, { id, base }: KnownWho): void {
    const hourMs = Math.floor(record.startedMs / HOUR_MS) * HOUR_MS;
    addTo(usageAt(this.#hours, hourMs, base || id), record);
    if (base !== 0) addTo(usageAt(this.#endHours, hourMs, id), record);
    if (record.tags !== NONE) this.#addTags(record, hourMs);
    this.#paid.add(record);
  }

  /** By the table into which they go. */
  usage(): Readonly<Record<UsageTableName, readonly UsageRow[]>> {
    return {
      usage_hours: rowsOf(this.#hours),
      usage_days: daysOf(this.#hours),
      usage_end_hours: rowsOf(this.#endHours),
      usage_end_days: daysOf(this.#endHours),
    };
  }

  tags(): readonly TagRow[] {
    return [...this.#tags.values()].flatMap((rows) => [...rows.values()]);
  }

  paid(): readonly Paid[] {
    return this.#paid.all();
  }

  #addTags(record: PackedSpend, hourMs: number): void {
    const rows = mapAt(this.#tags, hourMs);
    for (const tag of new Set((JSON.parse(record.tags) as string[]).map(plainText)))
      addTo(
        rowAt(rows, tag, () => ({ hour_ms: hourMs, tag, ...NOTHING })),
        record,
      );
  }
}

const usageAt = (hours: Hours, hourMs: number, who: number): UsageRow =>
  rowAt(mapAt(hours, hourMs), who, () => ({ hour_ms: hourMs, who, ...NOTHING }));

const rowsOf = (hours: Hours): readonly UsageRow[] =>
  [...hours.values()].flatMap((rows) => [...rows.values()]);

/** The same by day (UTC). */
const daysOf = (hours: Hours): readonly UsageRow[] => {
  const days: Hours = new Map();
  for (const hour of rowsOf(hours)) {
    const day = usageAt(days, Math.floor(hour.hour_ms / DAY_MS) * DAY_MS, hour.who);
    for (const name of SUMS) day[name] += hour[name];
  }
  return rowsOf(days);
};

const mapAt = <Outer, Inner, Row>(maps: Map<Outer, Map<Inner, Row>>, key: Outer): Map<Inner, Row> =>
  rowAt(maps, key, () => new Map());

const rowAt = <Key, Row>(rows: Map<Key, Row>, key: Key, make: () => Row): Row => {
  const known = rows.get(key);
  if (known !== undefined) return known;
  const made = make();
  rows.set(key, made);
  return made;
};

/** What is summed up of records, in the words of tables. */
export const SUMS = ['requests', 'failures', 'tokens_in', 'tokens_out', 'nanos'] as const;

const NOTHING = { requests: 0, failures: 0, tokens_in: 0, tokens_out: 0, nanos: 0 };

const addTo = (row: Sums, { isFailed, tokensIn, tokensOut, nanos }: PackedSpend): void => {
  row.requests++;
  if (isFailed) row.failures++;
  row.tokens_in += tokensIn;
  row.tokens_out += tokensOut;
  row.nanos += nanos;
};
