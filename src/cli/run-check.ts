import { readConfig } from '#cli/read-config.ts';
import { describeConfig } from '#config/check.ts';
import { SpillwayError } from '#core/errors.ts';
import { processEnvironment } from '#server/env.ts';

/** Throws FindingsError with all that is wrong; prints what there is otherwise. */
export const runCheck = async (file: string | undefined): Promise<void> => {
  if (file === undefined)
    throw new SpillwayError('config_invalid', 'Which file? spillway check config.yaml');
  process.stdout.write(`${describeConfig(await readConfig(file, processEnvironment()))}\n`);
};
