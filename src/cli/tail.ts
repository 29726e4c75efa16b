import { addGatewayOptions, type GatewayOptions } from '#cli/ask-gateway.ts';
import type { CliCommand } from '#cli/command.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Shows each request of a running gateway as it ends: when it came, what became of it, which
deployment served it, how long it took and how long it stood in line, its tokens, whose it
was, and the short id that 'spillway why' explains. Ctrl-C ends it.

Under heavy load, a part of them is shown, and how many were not. With --json each line is a
record that 'spillway plan' reads:
  spillway tail --json > traffic.jsonl
  spillway tail --group gpt-4.1 --status error
`;

export interface TailOptions extends GatewayOptions {
  readonly group?: string;
  readonly deployment?: string;
  readonly status?: string;
  readonly json?: boolean;
}

export const tail: CliCommand = {
  name: 'tail',
  register(command) {
    command.description('show requests of a running gateway as they end');
    addGatewayOptions(command)
      .option('--group <name>', 'only requests for this model')
      .option('--deployment <name>', 'only those that this deployment had last')
      .option('--status <status>', 'only 429, 5xx, or error for all from 400 on')
      .option('--json', 'one JSON object a line, nothing left out as long as they are read in time')
      .addHelpText('after', HELP)
      .action(async (options: TailOptions) => {
        const { runTail } = await loaded(import('#cli/run-tail.ts'));
        await runTail(options);
      });
  },
};
