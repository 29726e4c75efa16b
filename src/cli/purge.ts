import { addGatewayOptions, type GatewayOptions } from '#cli/ask-gateway.ts';
import type { CliCommand } from '#cli/command.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Takes a person out of a running gateway: their records of spend with what they asked, as a user
and as an end user, what is written down of them as an end user, what is remembered of their
requests, and their conversations, runs and files of apps. Sums stay, under the word 'forgotten',
and so do entries of the audit log, without them. Their keys stay, too: take those away first, with
'user/delete', and them out of their teams, or the audit log will name them again. Copies that you made (backup, and those beside
the store called .before-…) have them still: delete those yourself.
`;

export interface PurgeOptions extends GatewayOptions {
  readonly user: string;
}

export const purge: CliCommand = {
  name: 'purge',
  register(command) {
    addGatewayOptions(command.description('forget a person'))
      .requiredOption('--user <id>', 'whom, by the id that callers send or that keys have')
      .addHelpText('after', HELP)
      .action(async (options: PurgeOptions) => {
        const { runPurge } = await loaded(import('#cli/run-purge.ts'));
        await runPurge(options);
      });
  },
};
