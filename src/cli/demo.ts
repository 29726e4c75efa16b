import type { CliCommand } from '#cli/command.ts';
import { inParts } from '#cli/in-parts.ts';
import { parsePort } from '#cli/options.ts';

const HELP = `
Starts a simulated vendor with three projects of one key each, a gateway over them with a
config as people write it for LiteLLM, and a chatflow with six parallel model calls. It shows
which key served which call, then goes on serving for you to try. Nothing leaves this machine.
`;

export const demo: CliCommand = {
  name: 'demo',
  register(command) {
    command
      .description('see six calls spread over three simulated keys')
      .option(
        '--port <number>',
        'port of the gateway (default: 4000, else the next free one)',
        parsePort,
      )
      .option('--once', 'run the scene and end')
      .addHelpText('after', HELP)
      .action(async (options: { port?: number; once?: boolean }) => {
        const { runDemo } = await inParts(() => import('#cli/run-demo.ts'));
        await runDemo({ ...options, once: options.once ?? false });
      });
  },
};
