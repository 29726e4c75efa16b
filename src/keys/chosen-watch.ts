import { SpillwayError } from '#core/errors.ts';
import { MinuteCounts } from '#keys/minute-counts.ts';
import type { Principal } from '#keys/principal.ts';

/** Keys that one user chooses in a minute, before they are told to wait. */
const MOST_CHOSEN = 60;

/**
 * Who chooses a key for themselves learns whether somebody has it, whatever the answer: so they are
 * slowed down as those are who guess keys. Admins see all keys anyway.
 */
export class ChosenWatch {
  readonly #chosen = new MinuteCounts();

  /** Somebody wants this very key. Throws SpillwayError `rate_limited` where it was one too many. */
  chosen({ role, userId, teamId, token = '' }: Principal, now: number): void {
    if (role === 'proxy_admin') return;
    // Whoever may make keys gets no further by having many.
    const who = JSON.stringify([userId ?? '', userId ? '' : (teamId ?? token)]);
    const { count, endsMs } = this.#chosen.add(who, now);
    if (count <= MOST_CHOSEN) return;
    throw new SpillwayError(
      'rate_limited',
      `More than ${MOST_CHOSEN} keys were chosen within a minute. Wait, or leave \`key\` and \`new_key\` out: a key is made up then.`,
      { retryAfterMs: endsMs - now },
    );
  }
}
