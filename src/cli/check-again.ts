import { readConfig } from '#cli/read-config.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import { SpillwayError } from '#core/errors.ts';
import { formatFindings } from '#core/finding.ts';
import type { Log } from '#core/log.ts';
import type { Environment } from '#server/env.ts';
import type { NewKeys } from '#server/new-keys.ts';

export interface AgainDeps {
  readonly environment: Environment;
  readonly log: Log;
  /** Takes what can be taken while it serves. */
  readonly take: (next: LoadedConfig) => NewKeys;
}

/** Reads a config again that may have changed: takes new keys at once, and says what needs a restart. */
export const checkAgain = async (
  file: string,
  { environment, log, take }: AgainDeps,
): Promise<void> => {
  try {
    const next = await readConfig(file, environment);
    const notes = formatFindings([...next.warnings, ...next.unusable.map((row) => row.reason)]);
    const { taken, isMore } = take(next);
    const fields = {
      file,
      ...(taken.length > 0 && { deployments: taken.join(', ') }),
      ...(notes !== '' && { notes }),
    };
    if (taken.length > 0) log.info(fields, 'the config was read again: new keys are in use');
    if (isMore) log.info(fields, RESTART);
    else if (taken.length === 0) log.info(fields, 'the config was read again: nothing has changed');
  } catch (thrown) {
    log.error(
      { file, cause: SpillwayError.from(thrown).message },
      'the config cannot be served as it is now. The one that was read at the start serves on; mend it before a restart',
    );
  }
};

const RESTART =
  'the config can be served as it is now: restart to use it. Until then the one that was read at the start serves';
