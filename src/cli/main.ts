import { Command } from 'commander';
import { commands } from '#cli/commands.ts';
import { failWith } from '#cli/fail.ts';
import { type ServeOptions, addServeOptions, serveOrDemo } from '#cli/serve.ts';
import { version } from '#server/version.ts';

const EXAMPLES = `
Examples:
  spillway                               the demo: a simulated vendor, three keys, six calls
  spillway --config litellm_config.yaml  serve your LiteLLM config
  spillway check litellm_config.yaml     look it over without serving
  spillway run flow.yml --query "Hello"  run a Dify app once and show who served what

Without a command it takes the options of serve: spillway serve --help shows them.
`;

const program = new Command('spillway')
  .description('An LLM gateway that makes N keys serve the sum of their quotas.')
  .version(version(), '-v, --version')
  .addHelpText('after', EXAMPLES)
  .showHelpAfterError('(--help shows what there is)')
  .showSuggestionAfterError();

for (const command of commands) command.register(program.command(command.name));
// Without a command: `spillway --config FILE` serves it, as `litellm --config FILE` would.
addServeOptions(program.command('start', { isDefault: true, hidden: true }))
  .argument('[command]')
  .action((word: string | undefined, options: ServeOptions) => {
    if (word === undefined) return serveOrDemo(options);
    const names = commands.map(({ name }) => name).join(', ');
    return program.error(`error: there is no command '${word}'; there are ${names}`);
  });

program.parseAsync().catch(failWith);
