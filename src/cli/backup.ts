import type { CliCommand } from '#cli/command.ts';
import { DATA_DIR_DEFAULT } from '#cli/data-dir.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Writes keys, teams, budgets and spend of a data folder into one file, also while a gateway has
it open. 'spillway restore FILE' puts it back. Of a Postgres (database_url), its own tools make
copies: pg_dump --schema=spillway.
`;

export interface BackupOptions {
  readonly dataDir?: string;
}

export const backup: CliCommand = {
  name: 'backup',
  register(command) {
    command
      .description('copy keys, budgets and spend into one file')
      .argument('<file>', 'the copy; must not be there yet')
      .option('--data-dir <folder>', `whose store is copied ${DATA_DIR_DEFAULT}`)
      .addHelpText('after', HELP)
      .action(async (file: string, options: BackupOptions) => {
        const { runBackup } = await loaded(import('#cli/run-backup.ts'));
        await runBackup(file, options);
      });
  },
};
