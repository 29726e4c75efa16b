/** The longest wait that is believed. */
export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

const NUMBER = String.raw`(\d{1,9}(?:\.\d{1,9})?)`;
/** As Go's `time.Duration` prints it: `20ms`, `7.66s`, `6m0s`, `1h2m3.5s`. */
const GO = new RegExp(`^(?:${NUMBER}h)?(?:${NUMBER}m(?!s))?(?:${NUMBER}s)?(?:${NUMBER}ms)?$`);
const SECONDS = new RegExp(`^${NUMBER}$`);

/** A duration in whole ms, ≥ 0, rounded up: a plain number means seconds. Undefined where it is none. */
export const durationMs = (text: string): number | undefined => {
  const said = text.trim();
  if (SECONDS.test(said)) return wholeMs(Number(said) * 1000);
  const parts = said === '' ? null : GO.exec(said);
  if (!parts) return undefined;
  const [, hours, minutes, seconds, ms] = parts as readonly (string | undefined)[];
  const whole = number(hours) * 3_600_000 + number(minutes) * 60_000;
  return wholeMs(whole + number(seconds) * 1000 + number(ms));
};

const number = (part: string | undefined): number => Number(part ?? 0);

/** 7.66 s are 7,660.000000000001 ms: what floating point adds is no millisecond. */
const wholeMs = (ms: number): number => Math.max(Math.ceil(ms - 1e-6), 0);
