import type { BackupOptions } from '#cli/backup.ts';
import { dataDirOf } from '#cli/data-dir.ts';
import { backUpSqlite, restoreSqlite } from '#store/sqlite/copy.ts';

export const runBackup = async (file: string, options: BackupOptions): Promise<void> => {
  const dataDir = dataDirOf(options);
  await backUpSqlite(dataDir, file);
  process.stdout.write(`${dataDir} is copied to ${file}\n`);
};

export const runRestore = async (file: string, options: BackupOptions): Promise<void> => {
  const dataDir = dataDirOf(options);
  await restoreSqlite(dataDir, file);
  process.stdout.write(`${file} is restored to ${dataDir}\n`);
};
