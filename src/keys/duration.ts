import { SpillwayError } from '#core/errors.ts';

/** A length of time as people write it: `30s`, `5m`, `2h`, `7d`, `1w`, `1mo`. */
export interface Duration {
  readonly count: number;
  readonly unit: 's' | 'm' | 'h' | 'd' | 'mo';
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, mo: 30 * 86_400_000 } as const;
const DURATION = /^([1-9]\d{0,5})(s|m|h|d|w|mo)$/;
const DAYS_OF_WEEK = 7;
const DAYS_OF_MONTH = 30;
const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday: the Monday before it. */
const MONDAY_MS = -3 * DAY_MS;

export const isDuration = (text: string): boolean => DURATION.test(text);

/** Throws SpillwayError `invalid_request` where it is none. */
export const parseDuration = (text: string, field: string): Duration => {
  const [, count, unit] = DURATION.exec(text) ?? [];
  if (count === undefined)
    throw new SpillwayError(
      'invalid_request',
      `\`${field}\` must be a number and a unit, such as 30s, 5m, 2h, 7d, 1w or 1mo.`,
      { param: field },
    );
  if (unit === 'w') return { count: Number(count) * DAYS_OF_WEEK, unit: 'd' };
  return { count: Number(count), unit: unit as Duration['unit'] };
};

/** As a length, ms; a month is thirty days. */
export const lengthMs = ({ count, unit }: Duration): number => count * UNIT_MS[unit];

export interface Window {
  /** Unix epoch ms: its first instant, and that of the next one. */
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The stretch of the calendar in which an instant lies: `1d` begins at midnight, `7d` on Mondays,
 * `30d` and `1mo` with the month, hours and minutes with the clock; all in this time zone.
 */
export const windowAt = (duration: Duration, wallMs: number, timeZone: string): Window => {
  const { count, unit } = duration;
  if (unit === 'mo') return months(count, wallMs, timeZone);
  if (unit === 'd' && count % DAYS_OF_MONTH === 0)
    return months(count / DAYS_OF_MONTH, wallMs, timeZone);
  const stepMs = count * UNIT_MS[unit];
  const local = wallMs + offsetMs(wallMs, timeZone);
  const from = unit === 'd' && count % DAYS_OF_WEEK === 0 ? MONDAY_MS : 0;
  const start = Math.floor((local - from) / stepMs) * stepMs + from;
  return { startMs: instantOf(start, timeZone), endMs: instantOf(start + stepMs, timeZone) };
};

const months = (count: number, wallMs: number, timeZone: string): Window => {
  const local = new Date(wallMs + offsetMs(wallMs, timeZone));
  const month = local.getUTCFullYear() * 12 + local.getUTCMonth();
  const first = month - (month % count);
  return {
    startMs: instantOf(firstOf(first), timeZone),
    endMs: instantOf(firstOf(first + count), timeZone),
  };
};

/** The first day of a month, which is counted from the year 0. */
const firstOf = (month: number): number => Date.UTC(Math.floor(month / 12), month % 12, 1);

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
};

/** What the clocks of a zone show more than UTC at an instant, ms. */
const offsetMs = (wallMs: number, timeZone: string): number => {
  if (timeZone === 'UTC') return 0;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(wallMs))
    part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const shown = Date.UTC(year, month - 1, day, hour, minute, second);
  return shown - Math.floor(wallMs / 1_000) * 1_000;
};

/** When clocks of a zone show a time that is given as if it were UTC. */
const instantOf = (localMs: number, timeZone: string): number => {
  const guess = localMs - offsetMs(localMs, timeZone);
  return localMs - offsetMs(guess, timeZone);
};
