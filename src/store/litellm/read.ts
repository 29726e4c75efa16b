import pg from 'pg';
import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';

const CONNECT_MS = 10_000;
const INT8 = 20;
const NUMERIC = 1700;

/** What is taken over, and the columns without which a table is not the one that is meant. */
const TABLES = {
  LiteLLM_VerificationToken: ['token', 'spend', 'models', 'metadata', 'max_budget', 'expires'],
  LiteLLM_TeamTable: ['team_id', 'spend', 'models', 'members_with_roles'],
  LiteLLM_UserTable: ['user_id', 'spend', 'models'],
  LiteLLM_BudgetTable: ['budget_id', 'max_budget', 'budget_duration'],
  LiteLLM_EndUserTable: ['user_id', 'spend', 'blocked'],
  LiteLLM_TeamMembership: ['user_id', 'team_id', 'spend', 'budget_id'],
  LiteLLM_ModelTable: ['id', 'aliases'],
} as const;

/** A version before some of them is one that still can be taken over. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'LiteLLM_EndUserTable',
  'LiteLLM_TeamMembership',
  'LiteLLM_ModelTable',
]);

const SPEND_LOGS = 'LiteLLM_SpendLogs';
const STORED_MODELS = 'LiteLLM_ProxyModelTable';
const CREDENTIALS = 'LiteLLM_CredentialsTable';

export type LitellmTable = keyof typeof TABLES;

/** LiteLLM's database, read and never written. */
export interface LitellmDatabase {
  rows(table: LitellmTable): Promise<readonly JsonObject[]>;
  /** Spend logs since an instant, the oldest first, some at a time. */
  spendLogs(sinceMs: number): AsyncGenerator<readonly JsonObject[]>;
  /** With their parameters as they are kept: closed. */
  storedModels(): Promise<readonly JsonObject[]>;
  /** With their values as they are kept: closed. */
  storedCredentials(): Promise<readonly JsonObject[]>;
  close(): Promise<void>;
}

/** Rows that are read at once. */
const BATCH = 1_000;

/**
 * Throws SpillwayError `unavailable` where there is no database, `config_invalid` where it is not one
 * of LiteLLM, or of a version that nobody here knows, with what was found.
 */
export const openLitellm = async (url: string): Promise<LitellmDatabase> => {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'spillway-migrate',
    types: { getTypeParser },
  });
  try {
    await client.connect();
    // Whatever is asked, nothing is written.
    await client.query('set session characteristics as transaction read only');
  } catch (cause) {
    throw new SpillwayError(
      'unavailable',
      `The database of LiteLLM cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  try {
    const columns = await columnsOf(client);
    checkTables(columns);
    return databaseOf(client, columns);
  } catch (thrown) {
    await client.end();
    throw thrown;
  }
};

type Columns = ReadonlyMap<string, ReadonlySet<string>>;

const databaseOf = (client: pg.Client, columns: Columns): LitellmDatabase => ({
  async rows(table) {
    if (!columns.has(table)) return [];
    const { rows } = await client.query<JsonObject>(`select * from ${named(table)}`);
    return rows;
  },
  async *spendLogs(sinceMs) {
    if (!columns.get(SPEND_LOGS)?.has('request_id')) return;
    let [at, id] = [new Date(sinceMs).toISOString(), ''];
    for (;;) {
      const { rows } = await client.query<JsonObject & { startTime: Date; request_id: string }>(
        `select * from ${named(SPEND_LOGS)}
         where ("startTime", request_id) > ($1::timestamp, $2)
         order by "startTime", request_id limit ${BATCH}`,
        [at, id],
      );
      const last = rows.at(-1);
      if (!last) return;
      yield rows;
      [at, id] = [last.startTime.toISOString(), last.request_id];
    }
  },
  async storedModels() {
    if (!columns.get(STORED_MODELS)?.has('litellm_params')) return [];
    const { rows } = await client.query<JsonObject>(`select * from ${named(STORED_MODELS)}`);
    return rows;
  },
  async storedCredentials() {
    if (!columns.get(CREDENTIALS)?.has('credential_values')) return [];
    const { rows } = await client.query<JsonObject>(`select * from ${named(CREDENTIALS)}`);
    return rows;
  },
  close: () => client.end(),
});

/** Only names of the lists above: nothing that anybody sends. */
const named = (
  table: LitellmTable | typeof SPEND_LOGS | typeof STORED_MODELS | typeof CREDENTIALS,
): string => `"${table}"`;

const columnsOf = async (client: pg.Client): Promise<Columns> => {
  const { rows } = await client.query<{ table_name: string; column_name: string }>(
    `select table_name, column_name from information_schema.columns
     where table_name like 'LiteLLM\\_%' and table_schema = current_schema()`,
  );
  const columns = new Map<string, Set<string>>();
  for (const { table_name: table, column_name: column } of rows) {
    const its = columns.get(table) ?? new Set<string>();
    columns.set(table, its.add(column));
  }
  return columns;
};

const checkTables = (columns: Columns): void => {
  const missing = Object.entries(TABLES).flatMap(([table, needed]) => {
    const its = columns.get(table);
    if (!its) return OPTIONAL.has(table) ? [] : [table];
    return needed.filter((name) => !its.has(name)).map((name) => `${table}.${name}`);
  });
  if (missing.length === 0) return;
  const found = [...columns.keys()].toSorted().join(', ') || 'no table of LiteLLM';
  throw new SpillwayError(
    'config_invalid',
    `This is not a database of a LiteLLM that Spillway knows: ${missing.join(', ')} is missing. Found: ${found}. Nothing was changed.`,
  );
};

/** Prisma's instants are UTC without saying so. */
const TIMESTAMP = 1114;

const getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (oid === INT8 || oid === NUMERIC) return Number;
  if (oid === TIMESTAMP) return (text: string) => new Date(`${text.replace(' ', 'T')}Z`);
  return pg.types.getTypeParser(oid, format) as unknown;
}) as typeof pg.types.getTypeParser;
