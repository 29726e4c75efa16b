import { SpillwayError } from '#core/errors.ts';

/** What a line must have to be shown; what is absent does not matter. */
export interface EventFilter {
  readonly group?: string;
  readonly deployment?: string;
  readonly status?: (status: number) => boolean;
}

const FIRST_ERROR = 400;

/** `429`, `5xx`, or `error` for 400 and above. Throws SpillwayError `invalid_request`. */
export const statusFilter = (text: string): ((status: number) => boolean) => {
  if (text === 'error') return (status) => status >= FIRST_ERROR;
  if (/^[1-5]\d\d$/.test(text)) return (status) => status === Number(text);
  const hundred = /^([1-5])xx$/.exec(text)?.[1];
  if (hundred !== undefined) return (status) => Math.floor(status / 100) === Number(hundred);
  throw new SpillwayError(
    'invalid_request',
    '`status` must be a status such as 429, a class such as 5xx, or `error`.',
    { param: 'status' },
  );
};
