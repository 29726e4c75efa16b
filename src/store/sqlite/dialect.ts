import type { CompiledQuery } from 'kysely';
import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { SqliteClient } from '#store/sqlite/client.ts';
import type { SqlValue } from '#store/sqlite/messages.ts';

/** Kysely over the worker. It has one connection: who has begun a transaction has it alone. */
export const sqliteDialect = (client: SqliteClient): Dialect => ({
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => new WorkerDriver(client),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

class WorkerDriver implements Driver {
  readonly #client: SqliteClient;
  readonly #connection: DatabaseConnection;
  #turn: Promise<void> = Promise.resolve();
  #pass = (): void => {};

  constructor(client: SqliteClient) {
    this.#client = client;
    this.#connection = new WorkerConnection(client);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const mine = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = mine.promise;
    await before;
    this.#pass = mine.resolve;
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    await this.#client.run('BEGIN IMMEDIATE', []);
  }

  async commitTransaction(): Promise<void> {
    await this.#client.run('COMMIT', []);
  }

  async rollbackTransaction(): Promise<void> {
    try {
      await this.#client.run('ROLLBACK', []);
    } catch (thrown) {
      // A full disk ends a transaction by itself, and what it said of it is what should be heard.
      if (!String(thrown).includes('no transaction is active')) throw thrown;
    }
  }

  async releaseConnection(): Promise<void> {
    this.#pass();
  }

  async destroy(): Promise<void> {
    await this.#client.close();
  }
}

class WorkerConnection implements DatabaseConnection {
  readonly #client: SqliteClient;

  constructor(client: SqliteClient) {
    this.#client = client;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = await this.#client.run(sql, parameters as readonly SqlValue[]);
    return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
  }

  streamQuery(): never {
    throw new Error('Rows are read page by page.');
  }
}
