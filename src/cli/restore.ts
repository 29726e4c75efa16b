import type { BackupOptions } from '#cli/backup.ts';
import type { CliCommand } from '#cli/command.ts';
import { DATA_DIR_DEFAULT } from '#cli/data-dir.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Puts a copy that 'spillway backup' made in the place of a data folder's store. Stop the gateway
first. What was there before stays beside it, as spillway.db.before-restore.
`;

export const restore: CliCommand = {
  name: 'restore',
  register(command) {
    command
      .description('put a copy of keys, budgets and spend back')
      .argument('<file>', 'the copy')
      .option('--data-dir <folder>', `where it goes ${DATA_DIR_DEFAULT}`)
      .addHelpText('after', HELP)
      .action(async (file: string, options: BackupOptions) => {
        const { runRestore } = await loaded(import('#cli/run-backup.ts'));
        await runRestore(file, options);
      });
  },
};
