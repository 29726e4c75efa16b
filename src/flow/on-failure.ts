import { isObject, type Json, type JsonObject, own } from '#core/json.ts';

/** What the flow says of a node that fails. */
export interface OnFailure {
  /** It is tried so often again, with a wait before each time. */
  readonly retries: number;
  readonly waitMs: number;
  /** Left out: the run fails with it. */
  readonly next?:
    | { readonly kind: 'branch' }
    | { readonly kind: 'defaults'; readonly outputs: Readonly<Record<string, Json>> };
}

/** The handle that leads on from a failure. */
export const FAIL_HANDLE = 'fail-branch';
export const DONE_HANDLE = 'source';

const MOST_RETRIES = 10;
const LONGEST_WAIT_MS = 60_000;

/** Reads `retry_config`, `error_strategy` and `default_value`, which any node may have. */
export const onFailureOf = (data: JsonObject): OnFailure => {
  const retry = own(data, 'retry_config');
  const isOn = isObject(retry) && own(retry, 'retry_enabled') === true;
  const strategy = own(data, 'error_strategy');
  return {
    retries: isOn ? bounded(own(retry, 'max_retries'), MOST_RETRIES) : 0,
    waitMs: isOn ? bounded(own(retry, 'retry_interval'), LONGEST_WAIT_MS) : 0,
    ...(strategy === 'fail-branch' && { next: { kind: 'branch' } }),
    ...(strategy === 'default-value' && {
      next: { kind: 'defaults', outputs: defaultsOf(own(data, 'default_value')) },
    }),
  };
};

const bounded = (value: Json | undefined, most: number): number =>
  typeof value === 'number' && Number.isFinite(value)
    ? Math.min(Math.max(0, Math.floor(value)), most)
    : 0;

const defaultsOf = (list: Json | undefined): Record<string, Json> =>
  Object.fromEntries(
    (Array.isArray(list) ? list : []).flatMap((entry) => {
      if (!isObject(entry)) return [];
      const key = own(entry, 'key');
      const value = own(entry, 'value') ?? null;
      return typeof key === 'string' ? [[key, typed(value, own(entry, 'type'))]] : [];
    }),
  );

/** The form keeps anything but texts as JSON in a text. */
const typed = (value: Json, type: Json | undefined): Json => {
  if (type === 'string' || typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return type === 'number' && Number.isFinite(Number(value)) ? Number(value) : value;
  }
};
