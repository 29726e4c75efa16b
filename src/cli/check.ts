import type { CliCommand } from '#cli/command.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Reads the config as serve would, with this environment, and sends nothing. It shows each
group's deployments, where their keys come from, what is wrong (with file, line and column)
and what has no effect. Keys are never shown. Ends with status 1 when serve would not start.

With --live it then asks each deployment once, for one token, and shows what its key is good
for: whether it may use the model, whose it is, and the limits that the answer tells. This
costs: it says how much at most, and asks first; --yes answers for scripts. Ends with status 1
when a deployment does not answer.
`;

export interface CheckOptions {
  readonly config?: string;
  readonly live?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export const check: CliCommand = {
  name: 'check',
  register(command) {
    command
      .description('look a config over without serving it')
      .argument('[file]', 'LiteLLM config.yaml')
      .option('-c, --config <file>', 'the same, as a flag')
      .option('--live', 'ask each deployment once')
      .option('--yes', 'with --live: yes, spend it')
      .option('--json', 'with --live: what each answered, as one JSON object')
      .addHelpText('after', HELP)
      .action(async (file: string | undefined, options: CheckOptions) => {
        const { runCheck } = await loaded(import('#cli/run-check.ts'));
        await runCheck(file ?? options.config, options);
      });
  },
};
