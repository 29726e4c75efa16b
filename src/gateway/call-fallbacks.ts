import type { FallbackKind } from '#balancer/classify.ts';
import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { FallbackLists, FallbackRules, FallbackTarget } from '#gateway/fallbacks.ts';

/** What a caller says of fallbacks, in place of what the config says. */
export interface CallFallbacks {
  /** Replaces the config's rules where it says anything. */
  readonly rules: Partial<FallbackRules>;
  /** None at all. */
  readonly isOff: boolean;
  /** A failure that is played, so that somebody can see what would follow. */
  readonly played?: FallbackKind | 'rate-limit';
}

const MOST_TARGETS = 20;
const MOST_FALLBACKS = 100;
const NAME_CHARS = 256;

/** LiteLLM's fields that play a failure; it looks at them in this order. */
const PLAYED = [
  ['mock_testing_fallbacks', 'any'],
  ['mock_testing_context_fallbacks', 'context-window'],
  ['mock_testing_content_policy_fallbacks', 'content-policy'],
  ['mock_testing_rate_limit_error', 'rate-limit'],
] as const;

const FIELDS = [
  'fallbacks',
  'context_window_fallbacks',
  'content_policy_fallbacks',
  'max_fallbacks',
  'disable_fallbacks',
  ...PLAYED.map(([field]) => field),
];

/**
 * LiteLLM's fields in a body; undefined where there are none. Throws SpillwayError `invalid_request`
 * with the field's name when one has a form that LiteLLM does not know.
 */
export const readFallbacks = (body: JsonObject): CallFallbacks | undefined => {
  if (!FIELDS.some((field) => Object.hasOwn(body, field))) return undefined;
  const listed = fieldOf(body, 'fallbacks');
  const contextWindow = fieldOf(body, 'context_window_fallbacks');
  const contentPolicy = fieldOf(body, 'content_policy_fallbacks');
  const most = fieldOf(body, 'max_fallbacks');
  const isOff = own(body, 'disable_fallbacks') === true;
  const played = PLAYED.find(([field]) => own(body, field) === true)?.[1];
  const rules: Partial<FallbackRules> = {
    ...(listed !== undefined && anyOf(listed)),
    ...(contextWindow && { contextWindow: listsOf(contextWindow, 'context_window_fallbacks') }),
    ...(contentPolicy && { contentPolicy: listsOf(contentPolicy, 'content_policy_fallbacks') }),
    ...(most !== undefined && { most: countOf(most) }),
  };
  if (!isOff && played === undefined && Object.keys(rules).length === 0) return undefined;
  return { rules, isOff, ...(played && { played }) };
};

const fieldOf = (body: JsonObject, field: string): Json | undefined =>
  own(body, field) ?? undefined;

/** A plain list of models, or LiteLLM's list of maps from a name to such a list. */
const anyOf = (value: Json): Pick<Partial<FallbackRules>, 'any' | 'always'> => {
  const items = Array.isArray(value) ? value : refuse('fallbacks');
  const isPlain = items.every(
    (item) =>
      typeof item === 'string' || (isObject(item) && typeof own(item, 'model') === 'string'),
  );
  if (isPlain && items.length > 0) return { always: targetsOf(items, 'fallbacks') };
  return { any: listsOf(value, 'fallbacks') };
};

const listsOf = (value: Json, field: string): FallbackLists => {
  if (!Array.isArray(value)) return refuse(field);
  const lists = Object.create(null) as Record<string, readonly FallbackTarget[]>;
  for (const item of value.slice(0, MOST_TARGETS)) {
    const [entry, ...more] = isObject(item) ? Object.entries(item) : [];
    if (!entry || more.length > 0) return refuse(field);
    const [from, to] = entry;
    lists[from] ??= targetsOf(Array.isArray(to) ? to : refuse(field), field);
  }
  return lists;
};

const targetsOf = (items: readonly Json[], field: string): readonly FallbackTarget[] =>
  items.slice(0, MOST_TARGETS).map((item) => {
    if (typeof item === 'string') return target(item, {}, field);
    const { model, ...params } = isObject(item) ? item : refuse(field);
    return target(model, params, field);
  });

const target = (model: Json | undefined, params: JsonObject, field: string): FallbackTarget =>
  typeof model === 'string' && model !== '' && model.length <= NAME_CHARS
    ? { model, params }
    : refuse(field);

const countOf = (value: Json): number =>
  typeof value === 'number' && value >= 0
    ? Math.min(Math.floor(value), MOST_FALLBACKS)
    : refuse('max_fallbacks', 'a number of at least 0');

const refuse = (
  field: string,
  expected = 'a list of model names, of maps with `model` in them, or of maps from a name to such a list',
): never => {
  throw new SpillwayError('invalid_request', `\`${field}\` must be ${expected}.`, { param: field });
};
