import type { CliCommand } from '#cli/command.ts';
import { InvalidArgumentError } from 'commander';
import { parseCount } from '#cli/options.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Replays a log of requests against a config, on a clock that does not wait: each comes when it
came, is chosen for, put in line or refused by the code that serves, and takes as long as it
took. Nothing is sent. Beside the config as it is stands the same with a change:

  spillway plan -c config.yaml --traffic log.jsonl                one more key for each model
  spillway plan -c config.yaml --traffic log.jsonl --keys +3
  spillway plan -c config.yaml --traffic log.jsonl --keys gpt-4.1=+1
  spillway plan -c config.yaml --traffic log.jsonl --set router_settings.routing_strategy=least-busy
  spillway plan -c config.yaml --traffic log.jsonl --set spillway_settings.queue.wait_s=60

The log: what 'spillway tail --json' or 'spillway traffic' write, or LiteLLM_SpendLogs as CSV
or JSON. Lines that cannot be read are counted, named and left out. --from-litellm postgres://…
replays the last week of a LiteLLM, whose database is only read.

The limits: those that the config states; what a gateway has learned (--data-dir); --rpm and
--tpm for each key of which neither knows any; else the rpm and tpm of its row.
Keys need not be set in the environment.
`;

export interface PlanOptions {
  readonly config: string;
  readonly traffic?: string;
  readonly fromLitellm?: string;
  readonly keys?: { readonly group?: string; readonly keys: number };
  readonly set: readonly string[];
  readonly rpm?: number;
  readonly tpm?: number;
  readonly dataDir?: string;
  readonly json?: boolean;
}

export const plan: CliCommand = {
  name: 'plan',
  register(command) {
    command
      .description('replay a log: what limits, keys and settings would do to it')
      .requiredOption('-c, --config <file>', 'LiteLLM config.yaml')
      .option('-t, --traffic <file>', 'log of requests')
      .option('--from-litellm <url>', "or a LiteLLM's database: its last week")
      .option(
        '--keys <[model=]+n>',
        'so many keys more, or fewer (-n), of their own limits',
        parseKeys,
      )
      .option('--set <path=value>', 'another value in the config; may be given again', collect, [])
      .option('--rpm <number>', 'requests a minute that a key is taken to have', parseCount)
      .option('--tpm <number>', 'tokens a minute that a key is taken to have', parseCount)
      .option('--data-dir <folder>', "a gateway's, with the limits that it has learned")
      .option('--json', 'one JSON object instead of text')
      .addHelpText('after', HELP)
      .action(async (options: PlanOptions) => {
        const { runPlan } = await loaded(import('#cli/run-plan.ts'));
        await runPlan(options);
      });
  },
};

const MOST_KEYS = 1_000;

/** Throws InvalidArgumentError, which commander shows beside the option's name. */
const parseKeys = (text: string): NonNullable<PlanOptions['keys']> => {
  const [, group, sign, digits] = /^(?:(.+)=)?([+-]?)(\d+)$/.exec(text) ?? [];
  const keys = Number(digits) * (sign === '-' ? -1 : 1);
  if (digits !== undefined && Math.abs(keys) <= MOST_KEYS)
    return { keys, ...(group !== undefined && { group }) };
  throw new InvalidArgumentError(
    `Write +1, -1 or gpt-4.1=+2; ${MOST_KEYS.toLocaleString('en-US')} at most.`,
  );
};

const collect = (text: string, all: readonly string[]): readonly string[] => [...all, text];
