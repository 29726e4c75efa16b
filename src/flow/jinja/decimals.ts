import { pyFloat } from '#flow/jinja/print.ts';

/** As many digits behind the point as JavaScript can write exactly. */
const MOST_DIGITS = 100;

/** `value` with so many digits behind the point; halves go to the even digit, as in Python. */
export const fixed = (value: number, digits: number): string => {
  if (!Number.isFinite(value)) return pyFloat(value);
  const kept = Math.min(digits, MOST_DIGITS);
  const size = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (size >= 1e21) return `${sign}${BigInt(size)}${kept > 0 ? `.${'0'.repeat(kept)}` : ''}`;
  const text = size.toFixed(kept);
  const full = size.toFixed(MOST_DIGITS);
  const rest = full.slice(full.length - MOST_DIGITS + kept);
  if (!/^50*$/.test(rest)) return sign + text;
  const below = full.slice(0, full.length - MOST_DIGITS + kept).replace(/\.$/, '');
  return sign + (/[02468]$/.test(below) ? below : text);
};

/** Python's `%e`: two digits of the exponent at least. */
export const scientific = (value: number, digits: number): string =>
  Number.isFinite(value)
    ? value.toExponential(Math.min(digits, MOST_DIGITS)).replace(/e([-+])(\d)$/, 'e$10$2')
    : pyFloat(value);

/** Python's `%g`: the shorter of the two, without zeros at the end; from 10 to the power of `from` on with an exponent. */
export const general = (value: number, digits: number, from = Math.max(1, digits)): string => {
  if (!Number.isFinite(value)) return pyFloat(value);
  const kept = Math.min(Math.max(1, digits), MOST_DIGITS);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const exponent = Number(value.toExponential(kept - 1).split('e')[1]);
  const isLong = exponent < -4 || exponent >= from;
  const text = isLong ? scientific(value, kept - 1) : fixed(value, kept - 1 - exponent);
  const [digitsOf = '', power] = text.split('e');
  const short = digitsOf.includes('.') ? digitsOf.replace(/\.?0+$/, '') : digitsOf;
  return power === undefined ? short : `${short}e${power}`;
};

/**
 * A whole number that is not below zero, to so many zeros at its end; halves go to the even digit.
 * `isAll`: nothing stands behind its point.
 */
export const roundedWhole = (value: bigint, zeros: number, isAll = true): bigint => {
  if (zeros > value.toString().length) return 0n;
  const unit = 10n ** BigInt(zeros);
  const rest = (value % unit) * 2n;
  const below = value / unit;
  const isUp = rest === unit && isAll ? below % 2n === 1n : rest >= unit;
  return (isUp ? below + 1n : below) * unit;
};

/** Python's `round(value, digits)`. */
export const rounded = (value: number, digits: number): number => {
  if (!Number.isFinite(value) || digits > 22) return value;
  if (digits >= 0) return Number(fixed(value, digits));
  if (digits < -308) return value < 0 ? -0 : 0;
  const whole = BigInt(Math.trunc(Math.abs(value)));
  return Math.sign(value) * Number(roundedWhole(whole, -digits, Number.isInteger(value)));
};
