import { sleep } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { Listener } from '#server/http.ts';

/** For the last words to reach callers who read slowly, ms. */
const LAST_WORDS_MS = 2_000;
/** When it is worth while to ask whoever has taken over, ms. */
const RETRY_AFTER_MS = 1_000;

export interface ShutDownTimes {
  /** How long requests are still taken after probes have been told: load balancers look now and then. */
  readonly lagMs: number;
  /** How long what is under way may take after that. */
  readonly drainMs: number;
}

/** Takes no more requests, and resolves when each that was taken has had its answer, or an honest error. */
export const shutDown = async (
  { lifecycle, events, clock, log }: Pick<GatewayDeps, 'lifecycle' | 'events' | 'clock' | 'log'>,
  listener: Listener,
  { lagMs, drainMs }: ShutDownTimes,
): Promise<void> => {
  lifecycle.stop();
  const { underWay } = lifecycle;
  log.info({ underWay, lagMs, drainMs }, 'stopping; a second signal ends it at once');
  if (lagMs > 0) await sleep(clock, lagMs);
  // Whoever only watches would watch for ever.
  events.close();
  const cancel = clock.after(drainMs, () => {
    log.warn({ underWay: lifecycle.underWay }, 'stopped before all answers were whole');
    lifecycle.endAll(stopping());
  });
  await listener.close(drainMs + LAST_WORDS_MS);
  cancel();
};

const stopping = (): SpillwayError =>
  new SpillwayError('unavailable', 'Spillway is stopping and could wait no longer; try again.', {
    retryAfterMs: RETRY_AFTER_MS,
  });
