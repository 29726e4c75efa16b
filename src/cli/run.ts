import { InvalidArgumentError } from 'commander';
import type { CliCommand } from '#cli/command.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Runs the app once: every node that is ready runs at once, the answer streams in the order of
its template, and a table shows when each node ran and which deployment served it.

Without --config a simulated vendor with three projects answers and nothing leaves this
machine. With --config the deployments of that file are called, and cost what they cost.

A model of the app that is not a group of the config is given to the only group there is, or
as spillway_settings.apps.models says.
`;

export interface RunCommandOptions {
  readonly query: string;
  readonly input: Readonly<Record<string, string>>;
  readonly config?: string;
  readonly json?: boolean;
}

/** Texts alone: the form itself says which of them are numbers. */
const addInput = (
  text: string,
  before: Readonly<Record<string, string>>,
): Record<string, string> => {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be written as name=value.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
};

export const run: CliCommand = {
  name: 'run',
  register(command) {
    command
      .description('run a Dify app once and show who served what')
      .argument('<flow>', "an app's DSL file, as Dify exports it")
      .option('-q, --query <text>', 'what the person asks', '')
      .option('-i, --input <name=value>', 'a field of its form; again for more', addInput, {})
      .option('-c, --config <file>', 'LiteLLM config.yaml whose deployments are called')
      .option('--json', 'one JSON object instead of text')
      .addHelpText('after', HELP)
      .action(async (flow: string, options: RunCommandOptions) => {
        const { runRun } = await loaded(import('#cli/run-run.ts'));
        await runRun(flow, options);
      });
  },
};
