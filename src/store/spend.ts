import type { Json, JsonObject } from '#core/json.ts';
import type { PackedSpend } from '#store/packed-spend.ts';

/** Whose spend adds up: what a budget can be set for. */
export type PayerKind =
  | 'key'
  | 'user'
  | 'team'
  | 'member'
  | 'end_user'
  | 'tag'
  | 'model'
  | 'provider'
  | 'deployment'
  | 'global';

/**
 * What the sums of single models begin with that somebody else than a key has budgets for. No name has a
 * line break: nobody's sums are anybody else's.
 */
export const modelPurse = (kind: 'user' | 'team' | 'end_user', id: string): string =>
  `${kind}\n${id}\n`;

/** One sum that a request adds to: somebody's, since an instant. */
export interface Payment {
  readonly kind: PayerKind;
  readonly id: string;
  /** When the budget's running window began, Unix epoch ms; 0: all that was ever spent. */
  readonly sinceMs: number;
}

/** What was asked and answered, where that is kept: without secrets, and cut. */
export interface SpendBody {
  readonly request: Json;
  readonly response: Json;
}

/** One request that is over. Its id and its instant tell it from all others: written twice, it counts once. */
export interface SpendRecord {
  readonly id: string;
  /** Unix epoch ms. */
  readonly startedMs: number;
  readonly endedMs: number;
  /** The key's public token; empty where there was none. */
  readonly token: string;
  readonly user: string;
  readonly team: string;
  readonly endUser: string;
  /** As the caller named it. */
  readonly group: string;
  /** As its vendor calls it; empty where nobody was asked. */
  readonly model: string;
  readonly deployment: string;
  readonly provider: string;
  readonly status: 'success' | 'failure';
  /** Whole nano-dollars; 0 where nothing is known of the price. */
  readonly nanos: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly tags: readonly string[];
  readonly payments: readonly Payment[];
  /** All else that is told of it. */
  readonly more: JsonObject;
  readonly body?: SpendBody;
}

/** The same when it is made: what is undefined is not written. */
export interface NewSpend extends Omit<SpendRecord, 'more' | 'body'> {
  readonly more: Readonly<Record<string, Json | undefined>>;
  readonly body?: SpendBody | undefined;
}

/** A payer's sum, and what is added to it. */
export interface Paid extends Payment {
  /** Whole nano-dollars. */
  readonly nanos: number;
}

/** Which records are meant; what is absent means all. */
export interface SpendFilter {
  /** Unix epoch ms, from this and before that. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly id?: string;
  readonly token?: string;
  readonly user?: string;
  readonly team?: string;
  readonly endUser?: string;
  readonly group?: string;
  readonly deployment?: string;
  readonly status?: string;
  /** Of one of these keys, by their public tokens. */
  readonly tokens?: readonly string[];
}

/** The same of single records, by what no sum tells of them. */
export interface RecordFilter extends SpendFilter {
  /** Whole nano-dollars, both included. */
  readonly minNanos?: number;
  readonly maxNanos?: number;
  /** Of one of these sessions. */
  readonly sessions?: readonly string[];
  /** Of any whose id has this in it, in either case. */
  readonly sessionPart?: string;
  /** The status in HTTP of the error that it was told. */
  readonly errorCode?: number;
  /** A part of what that error says, in either case. */
  readonly errorText?: string;
  /** Its session, or else its id, or else its key's public token, its user, team, end user or deployment. */
  readonly search?: string;
}

export const USAGE_FIELDS = [
  'token',
  'user',
  'team',
  'endUser',
  'group',
  'deployment',
  'provider',
  'model',
] as const;

export type UsageField = (typeof USAGE_FIELDS)[number];

/** What a number of requests come to. */
export interface UsageSums {
  readonly requests: number;
  readonly failures: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly nanos: number;
}

export interface Usage extends UsageSums {
  /** The hour's or day's first instant, Unix epoch ms; 0 where nothing is told apart by time. */
  readonly atMs: number;
  /** What was asked to be told apart; of a field of which only some were, all others have none. */
  readonly by: Readonly<Record<string, string>>;
}

export type TagFilter = Pick<SpendFilter, 'fromMs' | 'toMs'> & { readonly tag?: string };

export interface UsageQuestion {
  readonly filter: SpendFilter;
  readonly by: readonly UsageField[];
  /** Of the first of them only these values are told apart, and all others are one sum. */
  readonly apart?: readonly string[];
  /** How finely time is told apart: in hours, in days (UTC), or not at all. */
  readonly per: 'hour' | 'day' | 'all';
}

/** What a number of records came to in the store. */
export interface Taken {
  readonly records: number;
  /** What was added to whose sums: nothing of records that were there before. */
  readonly paid: readonly Paid[];
}

export interface SpendStore {
  /** All or none. Records that are there already, by their ids and instants, change nothing. */
  add(records: readonly SpendRecord[]): Promise<Taken>;
  /** The same of records that have been packed. */
  addPacked(records: readonly PackedSpend[]): Promise<Taken>;
  /** The same of a journal's segment; present where a store reads files in a thread of its own. */
  addFile?(path: string): Promise<Taken>;
  /** The latest first. */
  list(
    filter: RecordFilter,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<readonly SpendRecord[]>;
  count(filter: RecordFilter): Promise<number>;
  /** Sessions whose ids have this in them, in either case; at most so many. */
  sessions(part: string, most: number): Promise<readonly string[]>;
  /** Of one record, where it is kept. */
  body(id: string): Promise<SpendBody | undefined>;
  /** Removes the bodies of records that began before this instant, at most so many; how many there were. */
  removeBodies(wallMs: number, most: number): Promise<number>;
  /**
   * From sums of hours, or of whole days (UTC) where more than two days are asked for and no hours:
   * as quick for a year as for a day. `id` and `status` are not looked at.
   */
  usage(question: UsageQuestion): Promise<readonly Usage[]>;
  /** By tag, of all or of one; the latest first where time is told apart. */
  tags(filter: TagFilter, per?: UsageQuestion['per']): Promise<readonly Usage[]>;
  /** Every sum that is kept. */
  paid(): Promise<readonly Paid[]>;
  /** Begins a sum anew: what was spent before does not count any more. */
  setPaid(payment: Payment, nanos: number): Promise<void>;
  /** Removes the oldest records before this instant, at most so many; how many there were. */
  removeBefore(wallMs: number, most: number): Promise<number>;
  /** Removes the oldest records, at most so many. */
  removeOldest(most: number): Promise<number>;
  /** Removes sums of hours of days (UTC) before this instant, at most so many rows; those of days tell of them on. */
  removeHours(wallMs: number, most: number): Promise<number>;
  /** Removes sums of days, and of tags, before this instant, at most so many rows. */
  removeDays(wallMs: number, most: number): Promise<number>;
  /** Makes one sum a day (UTC) of the hours of each tag on days before this instant, at most so many rows. */
  foldTags(wallMs: number, most: number): Promise<number>;
  /** Removes what was spent in windows that began before this instant, at most so many rows. */
  removePaid(wallMs: number, most: number): Promise<number>;
  /** Takes everything that names a person out of the records, at most so many at a time. */
  forget(who: { readonly user: string }, most: number): Promise<number>;
  /** What the records take on disk, bytes, about. */
  bytes(): Promise<number>;
}
