import { readConfig } from '#cli/read-config.ts';
import { SpillwayError } from '#core/errors.ts';
import { formatFindings } from '#core/finding.ts';
import type { Log } from '#core/log.ts';
import type { Environment } from '#server/env.ts';

/** Looks a config over that may have changed since it is served, and says what a restart would make of it. */
export const checkAgain = async (
  file: string,
  { environment, log }: { readonly environment: Environment; readonly log: Log },
): Promise<void> => {
  try {
    const { warnings, unusable } = await readConfig(file, environment);
    const notes = formatFindings([...warnings, ...unusable.map((row) => row.reason)]);
    log.info(
      { file, ...(notes !== '' && { notes }) },
      'the config can be served as it is now: restart to use it. Until then the one that was read at the start serves',
    );
  } catch (thrown) {
    log.error(
      { file, cause: SpillwayError.from(thrown).message },
      'the config cannot be served as it is now. The one that was read at the start serves on; mend it before a restart',
    );
  }
};
