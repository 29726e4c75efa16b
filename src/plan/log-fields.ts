import type { Json } from '#core/json.ts';

/** What one line of a log is: a request, one that needs no replay (its status), or broken. */
export type LineRead<Request> =
  | { readonly request: Request }
  | { readonly status: number }
  | { readonly why: string };

/** Thrown for a line that cannot be read, with the reason for people. */
export class BrokenLine extends Error {}

const LARGEST = 1e12;

/** A count; undefined where the field says nothing. Texts of numbers count: CSV has no others. */
export const countOf = (name: string, value: Json | undefined): number | undefined => {
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && number >= 0 && number <= LARGEST) return number;
  throw new BrokenLine(`${name} must be a number of at least 0`);
};

export const textOf = (value: Json | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

const ZONE = /(?:Z|[+-]\d\d(?::?\d\d)?)$/i;
const DATE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;
/** Counts of seconds are smaller than this for some thousand years, and those of ms larger since 1973. */
const SECONDS_BELOW = 1e11;

/** An instant, Unix epoch ms: a date in UTC unless it names a zone, or a count of s or ms. */
export const instantOf = (name: string, value: Json | undefined): number => {
  const isCount = typeof value === 'number' || /^\d+(?:\.\d+)?$/.test(textOf(value));
  if (isCount) {
    const count = Number(value);
    return count < SECONDS_BELOW ? count * 1_000 : count;
  }
  const text = textOf(value).trim();
  if (DATE.test(text)) {
    const iso = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
    const ms = Date.parse(ZONE.test(iso.slice(10)) ? iso : `${iso}Z`);
    if (!Number.isNaN(ms)) return ms;
  }
  throw new BrokenLine(`${name} must be a time such as 2026-01-31T12:00:00Z`);
};

const TOO_MANY = 429;

/** Whether a deployment had to serve it, or would have if there had been room. */
export const isDemand = (status: number): boolean =>
  (status >= 200 && status < 300) || status === TOO_MANY || status >= 500;
