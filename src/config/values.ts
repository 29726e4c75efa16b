import { z } from '#core/schema.ts';

// What Python's int() and float() take from a text, as LiteLLM's models do.
const WHOLE = /^[-+]?\d+(?:_\d+)*$/;
const DECIMAL = /^[-+]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

const numberFrom =
  (pattern: RegExp) =>
  (value: unknown): unknown =>
    typeof value === 'string' && pattern.test(value.trim())
      ? Number(value.trim().replaceAll('_', ''))
      : value;

/** A number, also as a numeric text: a variable's value is always one. */
export const decimal = (min: number, max: number): z.ZodType<number> =>
  z.preprocess(numberFrom(DECIMAL), z.number().min(min).max(max));

export const whole = (min: number, max: number): z.ZodType<number> =>
  z.preprocess(numberFrom(WHOLE), z.int().min(min).max(max));

/** Longest time-out that makes sense: a day. LiteLLM's own default is 6000 s. */
const LONGEST_TIMEOUT_S = 86_400;

/** Seconds in the file; 0 and an empty value mean "not set", as in LiteLLM. */
export const seconds = decimal(0, LONGEST_TIMEOUT_S);

/** Milliseconds of what `seconds` read; undefined when it is not set. */
export const toMs = (value: number | null | undefined): number | undefined =>
  value ? Math.round(value * 1000) : undefined;

export const flag = z.preprocess(
  (value) =>
    typeof value === 'string' && /^(?:true|false)$/i.test(value.trim())
      ? value.trim().toLowerCase() === 'true'
      : value,
  z.boolean(),
);

// A name goes into headers, tables and logs: one line.
const ONE_LINE = /^[^\p{Cc}\u2028\u2029]*$/u;

export const name = z.string().min(1).max(256).regex(ONE_LINE, 'a text of one line');

export const milliseconds = (secondsWritten: number): number => Math.round(secondsWritten * 1000);

/** The largest budget, dollars: its nano-dollars are counted exactly. */
export const MOST_DOLLARS = 9_000_000;

/** How long a budget holds. */
export const duration = z
  .string()
  .regex(
    /^[1-9]\d{0,5}(?:s|m|h|d|w|mo)$/,
    'a number and a unit, such as 30s, 5m, 2h, 7d, 1w or 1mo',
  );
