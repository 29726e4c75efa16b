import { Argument, type Command } from 'commander';
import { addGatewayOptions, type GatewayOptions } from '#cli/ask-gateway.ts';
import type { CliCommand } from '#cli/command.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Makes a key of a running gateway and prints it, this once. 'spillway key create --for dify'
gives it what Dify needs: it waits at its own limits, streams tell what they used.

  spillway key create --alias my-app --models gpt-4.1 --budget 30 --budget-duration 30d
`;

export interface KeyOptions extends GatewayOptions {
  readonly for?: string;
  readonly alias?: string;
  readonly models?: string;
  readonly budget?: string;
  readonly budgetDuration?: string;
  readonly rpm?: string;
  readonly tpm?: string;
  readonly duration?: string;
  readonly team?: string;
  readonly user?: string;
}

const addKeyOptions = (command: Command): Command =>
  addGatewayOptions(command)
    .option('--for <app>', 'an app that has needs of its own: dify')
    .option('--alias <name>', 'what people call it')
    .option('--models <names>', 'the models that it opens, with commas between; all unless said')
    .option('--budget <dollars>', 'what it may spend')
    .option('--budget-duration <duration>', 'in how long: 1d, 7d, 1mo; for ever unless said')
    .option('--rpm <number>', 'requests per minute')
    .option('--tpm <number>', 'tokens per minute')
    .option('--duration <duration>', 'how long it opens at all: 30d')
    .option('--team <id>', 'whose budget and limits hold too')
    .option('--user <id>', 'whose it is');

export const key: CliCommand = {
  name: 'key',
  register(command) {
    addKeyOptions(command.description('make a virtual key of a running gateway'))
      .addArgument(new Argument('<what>', 'what to do').choices(['create']))
      .addHelpText('after', HELP)
      .action(async (_: string, options: KeyOptions) => {
        const { runKey } = await loaded(import('#cli/run-key.ts'));
        await runKey(options);
      });
  },
};
