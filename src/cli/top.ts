import { addGatewayOptions, type GatewayOptions } from '#cli/ask-gateway.ts';
import type { CliCommand } from '#cli/command.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Shows what every key has left, drawn anew each second: for each model what its deployments can
do together, for each quota pool its calls under way and its limits as bars, with who says what
the limit is, and who waits in line. Asks the running gateway (GET /spillway/quota).

q or Ctrl-C ends it. With --once, or where the output is no terminal, it prints one picture.
`;

export interface TopOptions extends GatewayOptions {
  readonly once?: boolean;
}

export const top: CliCommand = {
  name: 'top',
  register(command) {
    addGatewayOptions(command.description('watch what every key has left, and who waits'))
      .option('--once', 'one picture, and no more')
      .addHelpText('after', HELP)
      .action(async (options: TopOptions) => {
        const { runTop } = await loaded(import('#cli/run-top.ts'));
        await runTop(options);
      });
  },
};
