import { chmod, copyFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SpillwayError } from '#core/errors.ts';
import { makeFolder } from '#core/make-folder.ts';
import { LOCK_FILE, SQLITE_FILE } from '#store/sqlite/open.ts';

/** Copies the store of a folder into one file, also while a gateway has it open. */
export const backUpSqlite = async (folder: string, file: string): Promise<void> => {
  const path = join(folder, SQLITE_FILE);
  if (!(await isThere(path))) throw nothingThere(path);
  if (await isThere(file))
    throw new SpillwayError('invalid_request', `${file} is there already; name another file.`);
  const db = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
  try {
    db.prepare('VACUUM INTO ?').run(file);
    await chmod(file, 0o600);
  } finally {
    db.close();
  }
};

/** Puts a copy in the place of a folder's store; what was there stays beside it. */
export const restoreSqlite = async (folder: string, file: string): Promise<void> => {
  checkCopy(file);
  await makeFolder(folder, 0o700);
  const lock = locked(folder);
  try {
    const path = join(folder, SQLITE_FILE);
    await copyFile(file, `${path}.new`);
    if (await isThere(path)) await rename(path, `${path}.before-restore`);
    // What was written ahead belongs to the old one.
    for (const suffix of ['-wal', '-shm']) await rm(`${path}${suffix}`, { force: true });
    await rename(`${path}.new`, path);
  } finally {
    lock.close();
  }
};

const locked = (folder: string): DatabaseSync => {
  const lock = new DatabaseSync(join(folder, LOCK_FILE), { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock.close();
    throw new SpillwayError(
      'config_invalid',
      `${folder} is in use by a running Spillway; stop it first.`,
      { cause },
    );
  }
};

const checkCopy = (file: string): void => {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true });
    db.prepare('SELECT name FROM migrations').all();
    const [check] = db.prepare('PRAGMA quick_check').all() as { quick_check: string }[];
    if (check?.quick_check !== 'ok') throw new Error(check?.quick_check ?? 'damaged');
  } catch (cause) {
    throw new SpillwayError(
      'invalid_request',
      `${file} is no copy that \`spillway backup\` made, or it is damaged; nothing was changed.`,
      { cause },
    );
  } finally {
    db?.close();
  }
};

const nothingThere = (path: string): SpillwayError =>
  new SpillwayError(
    'invalid_request',
    `There is no store at ${path}. Name its folder with --data-dir; of a Postgres, pg_dump --schema=spillway makes a copy.`,
  );

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
