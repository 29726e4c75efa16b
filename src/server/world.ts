import { systemClock } from '#core/clock.ts';
import type { LogLevel } from '#core/log.ts';
import { systemRandom } from '#core/random.ts';
import type { Environment } from '#server/env.ts';
import type { World } from '#server/gateway.ts';
import { heapBytes } from '#server/heap-watch.ts';
import { createLog } from '#server/log.ts';
import { version } from '#server/version.ts';

/** Real time, real chance, a log on standard error. */
export const realWorld = (
  environment: Environment,
  options: { readonly debug?: boolean; readonly level?: LogLevel },
): World => ({
  clock: systemClock,
  random: systemRandom,
  log: createLog({
    level: options.debug ? 'debug' : (options.level ?? 'info'),
    readable: process.stderr.isTTY,
  }),
  environment,
  version: version(),
  heapBytes: heapBytes(),
});
