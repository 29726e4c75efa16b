import type { CliCommand } from '#cli/command.ts';

const HELP = `
Reads the config as serve would, with this environment, and sends nothing. It shows each
group's deployments, where their keys come from, what is wrong (with file, line and column)
and what has no effect. Keys are never shown. Ends with status 1 when serve would not start.
`;

export const check: CliCommand = {
  name: 'check',
  register(command) {
    command
      .description('look a config over without serving it')
      .argument('[file]', 'LiteLLM config.yaml')
      .option('-c, --config <file>', 'the same, as a flag')
      .addHelpText('after', HELP)
      .action(async (file: string | undefined, options: { config?: string }) => {
        const { runCheck } = await import('#cli/run-check.ts');
        await runCheck(file ?? options.config);
      });
  },
};
