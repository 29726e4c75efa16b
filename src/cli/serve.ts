import type { Command } from 'commander';
import type { CliCommand } from '#cli/command.ts';
import { DATA_DIR_DEFAULT } from '#cli/data-dir.ts';
import { inParts } from '#cli/in-parts.ts';
import { parseCount, parsePort } from '#cli/options.ts';
import { SpillwayError } from '#core/errors.ts';

export const DEFAULT_PORT = 4000;

export interface ServeOptions {
  readonly config?: string;
  readonly port?: number;
  readonly host?: string;
  readonly adminPort?: number;
  readonly dataDir?: string;
  readonly num_workers: number;
  readonly debug?: boolean;
  readonly detailed_debug?: boolean;
}

const HELP = `
The config is a LiteLLM config.yaml, as it is. Own settings live under spillway_settings,
which LiteLLM ignores, so that one file serves both.

Without a master key in the config it listens on this machine only (127.0.0.1), because
everybody who reaches it may spend your quota. With one, on all addresses (0.0.0.0).

When it listens it prints:  ready http://127.0.0.1:4000

SIGTERM: /health/readiness says 503, requests are taken for 5 s more (spillway_settings
.shutdown.lag_s: load balancers look now and then), then no more, and it ends when those under
way have their answers. Ctrl-C does the same without the 5 s. Again: they have 10 s. SIGHUP: takes
vendors' new keys from the config, and says what else has changed there and waits for a restart.
`;

/** LiteLLM's flags, with LiteLLM's meaning. */
export const addServeOptions = (command: Command): Command =>
  command
    .option('-c, --config <file>', 'LiteLLM config.yaml to serve')
    .option(
      '--port <number>',
      `port to listen on; 0 picks a free one (default: ${DEFAULT_PORT})`,
      parsePort,
    )
    .option('--host <address>', 'address to listen on')
    .option(
      '--admin-port <number>',
      'port of the console and its API, apart from the one for models (default: the same)',
      parsePort,
    )
    .option(
      '--data-dir <folder>',
      `where keys, spend and learned limits are kept ${DATA_DIR_DEFAULT}`,
    )
    .option(
      '--num_workers <number>',
      'accepted for compatibility: one process serves',
      parseCount,
      1,
    )
    .option('--debug', 'log each decision, and probes')
    .option('--detailed_debug', 'the same as --debug')
    .addHelpText('after', HELP);

export const serve: CliCommand = {
  name: 'serve',
  register(command) {
    command.description('serve a config (what happens when no command is named)');
    addServeOptions(command).action(async (options: ServeOptions) => {
      const { runServe } = await inParts(() => import('#cli/run-serve.ts'));
      if (options.config === undefined) throw noConfig();
      await runServe({ ...options, config: options.config });
    });
  },
};

const noConfig = (): SpillwayError =>
  new SpillwayError(
    'config_invalid',
    'Which config? Name it: spillway serve --config config.yaml\n' +
      '(without one, `spillway demo` shows a simulated vendor and sends nothing anywhere)',
  );

/** `spillway` alone: the config that is named, else the demo. */
export const serveOrDemo = async (options: ServeOptions): Promise<void> => {
  if (options.config === undefined) {
    const { runDemo } = await inParts(() => import('#cli/run-demo.ts'));
    return runDemo({ ...options, once: false });
  }
  const { runServe } = await inParts(() => import('#cli/run-serve.ts'));
  return runServe({ ...options, config: options.config });
};
