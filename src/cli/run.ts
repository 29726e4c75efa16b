import type { CliCommand } from '#cli/command.ts';

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
  readonly config?: string;
  readonly json?: boolean;
}

export const run: CliCommand = {
  name: 'run',
  register(command) {
    command
      .description('run a Dify app once and show who served what')
      .argument('<flow>', "an app's DSL file, as Dify exports it")
      .requiredOption('-q, --query <text>', 'what the person asks')
      .option('-c, --config <file>', 'LiteLLM config.yaml whose deployments are called')
      .option('--json', 'one JSON object instead of text')
      .addHelpText('after', HELP)
      .action(async (flow: string, options: RunCommandOptions) => {
        const { runRun } = await import('#cli/run-run.ts');
        await runRun(flow, options);
      });
  },
};
