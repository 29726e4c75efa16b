import { MINUTE_MS } from '#simulator/limit.ts';

const LONGEST_DAY_MINUTES = 26 * 60;

/** The next midnight of a time zone after `wallMs`, Unix epoch ms: days of 23 and 25 hours included. */
export const nextMidnight = (wallMs: number, zone: string): number => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  });
  const today = format.format(wallMs);
  // In every zone a new date begins at a full minute, within 26 hours of any instant.
  let low = Math.floor(wallMs / MINUTE_MS);
  let high = low + LONGEST_DAY_MINUTES;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (format.format(middle * MINUTE_MS) === today) low = middle;
    else high = middle;
  }
  return high * MINUTE_MS;
};

/** Whether the runtime knows a time zone of this name. */
export const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
};
