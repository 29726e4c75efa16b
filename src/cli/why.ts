import { addGatewayOptions, type GatewayOptions } from '#cli/ask-gateway.ts';
import type { CliCommand } from '#cli/command.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Says in sentences what became of a past request: which key served it or what refused it, what
it waited for and behind whom, who had filled the quota, what was tried, and when one like it
would go. Asks the running gateway, which remembers the last 10,000 requests
(spillway_settings.decisions.max).

Every error ends with the first characters of its request's id, and every answer has the
whole in the header x-litellm-call-id. Paste either, or the whole error text:
  spillway why 6f1d2c3b
  spillway why "All deployments of gpt-4.1 are at their limits … (id 6f1d2c3b)"
  pbpaste | spillway why -
`;

export interface WhyOptions extends GatewayOptions {
  readonly json?: boolean;
}

export const why: CliCommand = {
  name: 'why',
  register(command) {
    command
      .description('say why a past request was served, slow or refused')
      .argument('<text...>', "an id, or any text with one in it; '-' reads it from standard input");
    addGatewayOptions(command)
      .option('--json', 'the whole record instead of sentences')
      .addHelpText('after', HELP)
      .action(async (words: readonly string[], options: WhyOptions) => {
        const { runWhy } = await loaded(import('#cli/run-why.ts'));
        await runWhy(words.join(' '), options);
      });
  },
};
