import type { CheckOptions } from '#cli/check.ts';
import { readConfig } from '#cli/read-config.ts';
import { describeConfig } from '#config/check.ts';
import { SpillwayError } from '#core/errors.ts';
import { processEnvironment } from '#server/env.ts';

/** Throws FindingsError with all that is wrong; prints what there is otherwise. */
export const runCheck = async (file: string | undefined, options: CheckOptions): Promise<void> => {
  if (file === undefined)
    throw new SpillwayError('config_invalid', 'Which file? spillway check config.yaml');
  if (!options.live && (options.yes || options.json))
    throw new SpillwayError('config_invalid', '--yes and --json belong to --live.');
  const environment = processEnvironment();
  const config = await readConfig(file, environment);
  if (!options.json) process.stdout.write(`${describeConfig(config)}\n`);
  if (!options.live) return;
  const { runCheckLive } = await import('#cli/run-check-live.ts');
  await runCheckLive(config, environment, options);
};
