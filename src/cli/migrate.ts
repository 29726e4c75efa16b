import type { CliCommand } from '#cli/command.ts';
import { DATA_DIR_DEFAULT } from '#cli/data-dir.ts';
import { parseCount, parseTimeZone } from '#cli/options.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Takes over keys, teams, users, end users, budgets, what of them is spent, stored models and
credentials and the spend logs of the last days from the Postgres of a LiteLLM, which is read and
never written. Keys that people have go on to open; the keys of stored models and credentials open
with LITELLM_SALT_KEY, and are encrypted anew under it. Stop the gateway first; run it again as
often as you like: what is there already is written over, and no record counts twice.
What was spent of a budget counts in its running window; that ends with the day, the week or the
month here, in the time zone that is named.

  spillway migrate --from-litellm postgres://llmproxy@db/litellm --dry-run
`;

export interface MigrateOptions {
  readonly fromLitellm: string;
  readonly dataDir?: string;
  readonly toDatabase?: string;
  readonly saltKeyVariable?: string;
  readonly days: number;
  readonly timeZone: string;
  readonly dryRun?: boolean;
}

export const migrate: CliCommand = {
  name: 'migrate',
  register(command) {
    command
      .description('take over keys, budgets and spend of a LiteLLM')
      .requiredOption('--from-litellm <url>', 'its database, postgres://…')
      .option('--data-dir <folder>', `where they go ${DATA_DIR_DEFAULT}`)
      .option('--to-database <url>', 'or a Postgres that they go to, as database_url has it')
      .option(
        '--salt-key-variable <name>',
        'the variable with the salt key of the source, where it is another one than here',
      )
      .option('--days <number>', 'of spend logs', parseCount, 30)
      .option(
        '--time-zone <name>',
        'in which budgets begin anew here, as litellm_settings.timezone has it',
        parseTimeZone,
        'UTC',
      )
      .option('--dry-run', 'say what there is, and change nothing')
      .addHelpText('after', HELP)
      .action(async (options: MigrateOptions) => {
        const { runMigrate } = await loaded(import('#cli/run-migrate.ts'));
        await runMigrate(options);
      });
  },
};
