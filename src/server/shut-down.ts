import { sleep } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { Listener } from '#server/http.ts';

/** For the last words to reach callers who read slowly, ms. */
const LAST_WORDS_MS = 2_000;
/** What a second signal leaves to what is under way, ms. */
const HURRY_MS = 10_000;
/** When it is worth while to ask whoever has taken over, ms. */
const RETRY_AFTER_MS = 1_000;

export interface ShutDownTimes {
  /** How long requests are still taken after probes have been told: load balancers look now and then. */
  readonly lagMs: number;
  /** How long what is under way may take after that. */
  readonly drainMs: number;
  /** Aborted where it shall be over in ten seconds, whatever the others say. */
  readonly hurry?: AbortSignal;
}

/** Takes no more requests, and resolves when each that was taken has had its answer, or an honest error. */
export const shutDown = async (
  { lifecycle, events, clock, log }: Pick<GatewayDeps, 'lifecycle' | 'events' | 'clock' | 'log'>,
  listener: Listener,
  { lagMs, drainMs, hurry }: ShutDownTimes,
): Promise<void> => {
  lifecycle.stop();
  const { underWay } = lifecycle;
  const more = 'a second signal leaves it 10 s, one more ends it at once';
  log.info({ underWay, lagMs, drainMs }, `stopping; ${more}`);
  if (lagMs > 0) await sleep(clock, lagMs, hurry).catch(() => {});
  // Whoever only watches would watch for ever.
  events.close();
  const endAfter = (ms: number): (() => void) =>
    clock.after(ms, () => {
      log.warn({ underWay: lifecycle.underWay }, 'stopped before all answers were whole');
      lifecycle.endAll(stopping());
    });
  const cancels = [endAfter(hurry?.aborted ? Math.min(drainMs, HURRY_MS) : drainMs)];
  hurry?.addEventListener('abort', () => {
    cancels.push(endAfter(HURRY_MS));
    void listener.close(HURRY_MS + LAST_WORDS_MS);
  });
  await listener.close(drainMs + LAST_WORDS_MS);
  for (const cancel of cancels) cancel();
};

const stopping = (): SpillwayError =>
  new SpillwayError('unavailable', 'Spillway is stopping and could wait no longer; try again.', {
    retryAfterMs: RETRY_AFTER_MS,
  });
