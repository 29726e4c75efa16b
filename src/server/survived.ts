import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import { redact } from '#core/redact.ts';

/** Of a stack's text so much is told, characters. */
const TOLD_CHARS = 1_000;
/** More within a minute are no accident: whoever starts processes shall start a new one. */
const MOST_A_MINUTE = 100;
const MINUTE_MS = 60_000;

export interface SurvivedDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the process; only a test has another way. */
  readonly giveUp?: () => void;
}

/**
 * Promises that failed with nobody waiting, and errors that nobody caught: faults of ours, which end
 * what they belong to and not the process with all that it serves. Each is told in a line of the log
 * and counted; a hundred within a minute do end the process.
 */
export class Survived {
  readonly #deps: Required<SurvivedDeps>;
  readonly #counts = { rejection: 0, exception: 0 };
  #minuteBegan = -Infinity;
  #thisMinute = 0;

  constructor(deps: SurvivedDeps) {
    this.#deps = { giveUp: () => process.exit(1), ...deps };
  }

  get counts(): Readonly<Record<'rejection' | 'exception', number>> {
    return this.#counts;
  }

  /** From here on; what fails before ends a process that serves nobody yet. */
  begin(): void {
    process.on('unhandledRejection', this.#rejected);
    process.on('uncaughtException', this.#thrown);
  }

  end(): void {
    process.off('unhandledRejection', this.#rejected);
    process.off('uncaughtException', this.#thrown);
  }

  readonly #rejected = (reason: unknown): void =>
    this.#survive('rejection', reason, 'a task failed inside Spillway, and nobody waited for it');

  readonly #thrown = (error: unknown): void =>
    this.#survive('exception', error, 'an error inside Spillway was caught by nobody');

  #survive(kind: 'rejection' | 'exception', reason: unknown, what: string): void {
    const { clock, log, giveUp } = this.#deps;
    this.#counts[kind]++;
    const cause = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    log.error({ cause: redact(cause, TOLD_CHARS) }, `${what}; please report it`);
    if (clock.now() - this.#minuteBegan >= MINUTE_MS) {
      this.#minuteBegan = clock.now();
      this.#thisMinute = 0;
    }
    if (++this.#thisMinute < MOST_A_MINUTE) return;
    log.error({}, `that was the ${MOST_A_MINUTE}th within a minute: the process ends`);
    giveUp();
  }
}
