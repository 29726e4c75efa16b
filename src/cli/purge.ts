import { addGatewayOptions, type GatewayOptions } from '#cli/ask-gateway.ts';
import type { CliCommand } from '#cli/command.ts';

const HELP = `
Takes a person out of a running gateway: their records of spend, as a user and as an end user,
and what is written down of them as an end user. Hourly sums stay, under the word 'forgotten'.
Their keys stay, too: 'user/delete' takes those.
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
        const { runPurge } = await import('#cli/run-purge.ts');
        await runPurge(options);
      });
  },
};
