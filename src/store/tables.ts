import type { Generated } from 'kysely';
import type { Subject } from '#store/store.ts';

interface ShelfTable {
  id: string;
  /** JSON; `null` where it is gone. */
  body: string;
  changed_ms: number;
}

interface SpendTable {
  /** With the id its key: rows lie in the order of their instants. */
  started_ms: number;
  id: string;
  /** A row of `spend_who`. */
  who: number;
  /** 1 where it failed, else 0. */
  failed: number;
  ended_ms: number;
  nanos: number;
  tokens_in: number;
  tokens_out: number;
  /** JSON: tags and all else. */
  more: string;
}

/** Of those that belong to a session. */
interface SessionTable {
  started_ms: number;
  id: string;
  session: string;
}

/** Of those that were told an error. */
interface ErrorTable {
  started_ms: number;
  id: string;
  /** Its status in HTTP. */
  code: number;
  message: string;
}

/** Who asks whom: the same few all the time. */
interface WhoTable {
  id: Generated<number>;
  /** Of the texts: by it they are known again. */
  mark: string;
  /** The row of the same without an end user; 0 where it has none itself. */
  base: number;
  token: string;
  user_id: string;
  team_id: string;
  end_user: string;
  model_group: string;
  model: string;
  deployment: string;
  provider: string;
  /** 1 where a person has been taken out of it: its records are gone, its sums are not. */
  forgotten: number;
}

interface Sums {
  /** The first instant of the hour, or of the day. */
  hour_ms: number;
  requests: number;
  failures: number;
  tokens_in: number;
  tokens_out: number;
  nanos: number;
}

interface UsageTable extends Sums {
  /** A row of `spend_who`. */
  who: number;
}

interface TagTable extends Sums {
  tag: string;
}

interface PaidTable {
  kind: string;
  payer: string;
  since_ms: number;
  nanos: number;
}

interface AuditTable {
  id: string;
  at_ms: number;
  actor: string;
  action: string;
  subject: string;
  object_id: string;
  before_json: string;
  after_json: string;
}

interface AppRunTable {
  id: string;
  app_id: string;
  created_ms: number;
  status: string;
  /** JSON. */
  head: string;
  events: string;
  /** What both take. */
  bytes: number;
}

interface BodyTable {
  id: string;
  at_ms: number;
  /** JSON. */
  body: string;
}

/** The tables as queries see them; `migrations/` makes them so. */
export type Tables = Record<`s_${Subject}`, ShelfTable> & {
  spend: SpendTable;
  spend_sessions: SessionTable;
  spend_errors: ErrorTable;
  spend_who: WhoTable;
  spend_bodies: BodyTable;
  usage_hours: UsageTable;
  /** The same by day (UTC): what is asked of months is asked of it. */
  usage_days: UsageTable;
  /** Once more, of those with an end user alone: there may be a thousand times as many. */
  usage_end_hours: UsageTable;
  usage_end_days: UsageTable;
  usage_tags: TagTable;
  paid: PaidTable;
  app_runs: AppRunTable;
  audit: AuditTable;
  facts: { name: string; value: string };
  migrations: { name: string; at_ms: number };
};

/** Sums of hours, and the same by day (UTC); of everybody, and of those with an end user. */
export type UsageTableName = 'usage_hours' | 'usage_days' | 'usage_end_hours' | 'usage_end_days';
