import type { Paid, SpendRecord } from '#store/spend.ts';
import type { Tables } from '#store/tables.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * What records add to, row by row, each row once: a statement may not touch one twice, and hundreds of
 * records add to the same few.
 */
export class SpendSums {
  readonly usage_hours = new Map<string, Tables['usage_hours']>();
  /** The same by day (UTC). */
  readonly usage_days = new Map<string, Tables['usage_days']>();
  readonly usage_tags = new Map<string, Tables['usage_tags']>();
  readonly paid = new Map<string, Paid>();

  add(record: SpendRecord): void {
    const who = keyOf([
      record.token,
      record.user,
      record.team,
      record.endUser,
      record.group,
      record.model,
      record.deployment,
      record.provider,
    ]);
    const hourMs = stepOf(record, HOUR_MS);
    addUsage(this.usage_hours, who, { record, hourMs });
    addUsage(this.usage_days, who, { record, hourMs: stepOf(record, DAY_MS) });
    for (const tag of new Set(record.tags)) {
      const row = rowAt(this.usage_tags, `${hourMs}${keyOf([tag])}`, () => ({
        hour_ms: hourMs,
        tag,
        ...NOTHING,
      }));
      addTo(row, record);
    }
    // What cost nothing adds to nothing.
    for (const payment of record.nanos > 0 ? record.payments : []) {
      const { kind, id, sinceMs } = payment;
      const row = rowAt(this.paid, `${sinceMs}${keyOf([kind, id])}`, () => ({
        ...payment,
        nanos: 0,
      }));
      (row as { nanos: number }).nanos += record.nanos;
    }
  }
}

/** The columns of `whoOf`: with an instant they are a sum's key. */
export const WHO_COLUMNS = [
  'token',
  'user_id',
  'team_id',
  'end_user',
  'model_group',
  'model',
  'deployment',
  'provider',
] as const;

export const whoOf = (record: SpendRecord) => ({
  token: record.token,
  user_id: record.user,
  team_id: record.team,
  end_user: record.endUser,
  model_group: record.group,
  model: record.model,
  deployment: record.deployment,
  provider: record.provider,
});

const addUsage = (
  rows: Map<string, Tables['usage_hours']>,
  who: string,
  { record, hourMs }: { readonly record: SpendRecord; readonly hourMs: number },
): void => {
  const row = rowAt(rows, `${hourMs}${who}`, () => ({
    hour_ms: hourMs,
    ...whoOf(record),
    ...NOTHING,
  }));
  addTo(row, record);
};

const rowAt = <Row>(rows: Map<string, Row>, key: string, make: () => Row): Row => {
  const known = rows.get(key);
  if (known) return known;
  const made = make();
  rows.set(key, made);
  return made;
};

const stepOf = ({ startedMs }: SpendRecord, stepMs: number): number =>
  Math.floor(startedMs / stepMs) * stepMs;

/** Texts may hold any character: their lengths tell where one ends. */
const keyOf = (texts: readonly string[]): string => {
  let key = '';
  for (const text of texts) key += ` ${text.length}:${text}`;
  return key;
};

const NOTHING = { requests: 0, failures: 0, tokens_in: 0, tokens_out: 0, nanos: 0 };

const addTo = (row: typeof NOTHING, { status, tokensIn, tokensOut, nanos }: SpendRecord): void => {
  row.requests++;
  if (status === 'failure') row.failures++;
  row.tokens_in += tokensIn;
  row.tokens_out += tokensOut;
  row.nanos += nanos;
};
