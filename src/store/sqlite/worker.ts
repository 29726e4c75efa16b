import { getPriority, setPriority } from 'node:os';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { Intake } from '#store/sqlite/intake.ts';
import type { Answer, Ask, AskIntake, SqlValue, WorkerSettings } from '#store/sqlite/messages.ts';

/** Statements that stay compiled. */
const MOST_STATEMENTS = 200;
const READS = /^select /i;
/** A process that gives way more already may not take any of that back. */
const NICE = 10;

// Where there are too few cores for both, callers go first. Elsewhere than here it would mean the whole process.
if (process.platform === 'linux' && getPriority(0) < NICE) setPriority(0, NICE);
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
// A commit survives a loss of power; readers do not stop writers; what is deleted is no more there. Records
// go to the end of one tree: a small cache (KB) has all that is written.
db.exec(
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -512',
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

/** Made when it is first wanted: the tables are there then. */
let intake: Intake | undefined;

const answer = (ask: Ask | AskIntake): Answer => {
  const { id } = ask;
  try {
    if ('spend' in ask) {
      const { spend } = ask;
      intake ??= new Intake(db);
      return { id, taken: typeof spend === 'string' ? intake.takeFile(spend) : intake.take(spend) };
    }
    const { sql, values } = ask;
    if (!READS.test(sql)) intake?.othersWrote();
    const statement = prepared(sql);
    const rows = statement.all(...values) as Record<string, SqlValue>[];
    const { changes } = prepared('SELECT changes() AS changes').get() as { changes: number };
    return { id, rows, changes };
  } catch (thrown) {
    return { id, error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
};

parentPort?.on('message', (ask: Ask | AskIntake | 'close') => {
  if (ask !== 'close') return parentPort?.postMessage(answer(ask));
  db.close();
  held?.close();
  parentPort?.close();
});
parentPort?.postMessage('open');
