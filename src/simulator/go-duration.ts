/**
 * A duration as Go's `time.Duration` prints it, in whole milliseconds rounded up: `0s`, `20ms`,
 * `7.66s`, `6m0s`, `24h0m0s`. `ms` is ≥ 0 and finite.
 */
export const goDuration = (ms: number): string => {
  const whole = Math.ceil(ms);
  if (whole === 0) return '0s';
  if (whole < 1000) return `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor(whole / 60_000) % 60;
  const seconds = `${(whole % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
};
