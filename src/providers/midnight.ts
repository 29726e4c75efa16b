import { DAY_MS } from '#providers/durations.ts';

/** Until the next midnight in a time zone, ms, 0 < wait ≤ a day. `wallMs` is Unix epoch ms. */
export const untilMidnightMs = (wallMs: number, clock: ZoneClock): number => {
  const guess = wallMs + DAY_MS - sinceMidnightMs(wallMs, clock);
  // A day on which clocks are changed is longer or shorter: the guess is early or late by that much.
  const off = sinceMidnightMs(guess, clock);
  const midnight = off > DAY_MS / 2 ? guess + DAY_MS - off : guess - off;
  return Math.min(midnight - wallMs, DAY_MS);
};

/** The time of day in a zone. */
export type ZoneClock = (wallMs: number) => string;

/** Made when it is first read: that is slow, and brings the world's calendars into memory, 7 MB. */
export const zoneClock = (timeZone: string): ZoneClock => {
  let clock: Intl.DateTimeFormat | undefined;
  return (wallMs) => {
    clock ??= new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' });
    return clock.format(wallMs);
  };
};

const sinceMidnightMs = (wallMs: number, clock: ZoneClock): number => {
  const [hours = 0, minutes = 0, seconds = 0] = clock(wallMs).split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + (wallMs % 1000);
};
