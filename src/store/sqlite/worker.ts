import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Ask, SqlValue, WorkerSettings } from '#store/sqlite/messages.ts';

/** Statements that stay compiled. */
const MOST_STATEMENTS = 200;

const { path, lockPath } = workerData as WorkerSettings;

/** Held by the operating system: it goes with the process, however that ends. */
const lock = (): DatabaseSync | undefined => {
  if (lockPath === undefined) return undefined;
  const held = new DatabaseSync(lockPath, { timeout: 0 });
  held.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  return held;
};

const held = lock();
const db = new DatabaseSync(path, { timeout: 5_000 });
// A commit survives a loss of power; readers do not stop writers.
db.exec(
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864',
);
const statements = new Map<string, StatementSync>();

const prepared = (sql: string): StatementSync => {
  const known = statements.get(sql);
  if (known) return known;
  const made = db.prepare(sql);
  if (statements.size >= MOST_STATEMENTS) statements.clear();
  statements.set(sql, made);
  return made;
};

const answer = ({ id, sql, values }: Ask): Answer => {
  try {
    const statement = prepared(sql);
    const rows = statement.all(...values) as Record<string, SqlValue>[];
    const { changes } = prepared('SELECT changes() AS changes').get() as { changes: number };
    return { id, rows, changes };
  } catch (thrown) {
    return { id, error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
};

parentPort?.on('message', (ask: Ask | 'close') => {
  if (ask !== 'close') return parentPort?.postMessage(answer(ask));
  db.close();
  held?.close();
  parentPort?.close();
});
parentPort?.postMessage('open');
