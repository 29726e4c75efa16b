import type { ParamRules } from '#core/param-rules.ts';
import { type Json, type JsonObject, own } from '#core/json.ts';
import type { ChatRequest, LeftField, Reasoning, RequestField } from '#wire/chat-request.ts';
import type { ChatDialect, Written } from '#wire/dialect.ts';

export const NO_RULES: ParamRules = { dropped: [], allowed: [] };

/** The nearest that says something: a caller's rules before a deployment's, and those before the config's. */
export const mergedRules = (rules: readonly Partial<ParamRules>[]): ParamRules => {
  const drops = rules.find((each) => each.drops !== undefined)?.drops;
  const modifies = rules.find((each) => each.modifies !== undefined)?.modifies;
  return {
    ...(drops !== undefined && { drops }),
    ...(modifies !== undefined && { modifies }),
    dropped: rules.flatMap(({ dropped = [] }) => dropped),
    allowed: rules.flatMap(({ allowed = [] }) => allowed),
  };
};

/** LiteLLM's fields in a caller's body. */
export const callerRules = (body: JsonObject): Partial<ParamRules> | undefined => {
  const drops = flagOf(own(body, 'drop_params'));
  const modifies = flagOf(own(body, 'modify_params'));
  const dropped = textsOf(own(body, 'additional_drop_params'));
  const allowed = textsOf(own(body, 'allowed_openai_params'));
  const isSilent = drops === undefined && modifies === undefined;
  if (isSilent && dropped.length === 0 && allowed.length === 0) return undefined;
  return {
    ...(drops !== undefined && { drops }),
    ...(modifies !== undefined && { modifies }),
    dropped,
    allowed,
  };
};

const flagOf = (value: Json | undefined): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined;

/** Each name that a caller sends may be looked for in all of its body. */
const MOST_NAMES = 64;

const textsOf = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string').slice(0, MOST_NAMES) : [];

/** Wishes that change nothing about the answer: they are left out in silence where they have no place. */
const SLIGHT: ReadonlySet<RequestField> = new Set(['user', 'metadata', 'serviceTier']);

/** What a model does anyway. */
const NEUTRAL: Partial<Record<RequestField, Json>> = {
  temperature: 1,
  topP: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  choices: 1,
  parallelTools: true,
};

const isOff = ({ effort, budgetTokens }: Reasoning = {}): boolean =>
  effort === 'none' || (effort === undefined && budgetTokens === 0);

const isMissed = (field: LeftField, request: ChatRequest): boolean => {
  if (field === 'cacheMarks' || SLIGHT.has(field)) return false;
  if (field === 'toolChoice') return request.toolChoice?.kind !== 'auto';
  // Not to think is what a model does that cannot.
  if (field === 'reasoning') return !isOff(request.reasoning);
  return request[field] !== NEUTRAL[field];
};

/** What of a request has no place with a vendor, in its caller's words. */
export interface Left {
  /** Its caller has to know: the answer would not be the one that was asked for. */
  readonly missed: readonly string[];
  readonly slight: readonly string[];
}

interface Dialects {
  readonly from: ChatDialect;
  readonly to: ChatDialect;
}

/** Among the extras is only by which name the cap came: that itself is in the hub, and said. */
const CAPS: ReadonlySet<string> = new Set(['max_completion_tokens']);

export const leftOf = (
  request: ChatRequest,
  { left, taken = [], from, to }: Pick<Written, 'left' | 'taken'> & Dialects,
): Left => {
  const nameOf = (field: LeftField): string => from.paramNames[field] ?? field;
  const isSaid = (key: string): boolean => taken.includes(key) || CAPS.has(key);
  const extras =
    from.name === to.name ? [] : Object.keys(request.extra).filter((key) => !isSaid(key));
  const isOwn = (key: string): boolean => from.ownParams?.has(key) ?? false;
  return {
    missed: [
      ...left.filter((field) => isMissed(field, request)).map(nameOf),
      ...extras.filter(isOwn),
    ],
    // Two of them may have one name: a mark in a message, and one for all of them.
    slight: [
      ...new Set([
        ...left.filter((field) => !isMissed(field, request)).map(nameOf),
        ...extras.filter((key) => !isOwn(key)),
      ]),
    ],
  };
};
