import type { FallbackKind } from '#balancer/classify.ts';
import type { JsonObject } from '#core/json.ts';

/** Whom to ask instead: a model, and the fields of the request's body that are others for it. */
export interface FallbackTarget {
  readonly model: string;
  readonly params: JsonObject;
}

/** By the name of whoever has failed; `*` holds for all others. */
export type FallbackLists = Readonly<Record<string, readonly FallbackTarget[]>>;

/** Who stands in for whom. */
export interface FallbackRules {
  /** A caller's plain list: it holds for every model and every failure, and no other list does. */
  readonly always?: readonly FallbackTarget[];
  /** For every failure but the two below. */
  readonly any: FallbackLists;
  /** Absent where there are none: then those for any failure hold. */
  readonly contextWindow?: FallbackLists;
  readonly contentPolicy?: FallbackLists;
  /** A request that has been handed on so many times opens no further list. */
  readonly most: number;
}

/** The names under which a model's fallbacks are looked up, the nearest first. */
export type LookUpNames = readonly string[];

const NOBODY: readonly FallbackTarget[] = [];

/** As LiteLLM looks them up: by the name, by the name without its vendor, and under `*`. */
export const targetsFor = (
  rules: FallbackRules,
  names: LookUpNames,
  kind: FallbackKind,
): readonly FallbackTarget[] => {
  if (rules.always) return rules.always;
  const lists = listsFor(rules, kind);
  for (const name of names) {
    const found = listOf(lists, name) ?? listOf(lists, withoutVendor(name));
    if (found) return found;
  }
  return listOf(lists, '*') ?? NOBODY;
};

/**
 * Whether an answer that its vendor's filter has cut is a failure, as in LiteLLM: where the config has
 * somebody to ask for such, or a default for all. Otherwise the caller gets it as it is.
 */
export const filteredFails = (
  { any, contentPolicy, always }: FallbackRules,
  names: LookUpNames,
): boolean => {
  if (always) return false;
  return contentPolicy
    ? names.some(
        (name) => listOf(contentPolicy, name) ?? listOf(contentPolicy, withoutVendor(name)),
      )
    : Object.hasOwn(any, '*');
};

const listsFor = (
  { any, contextWindow = any, contentPolicy = any }: FallbackRules,
  kind: FallbackKind,
): FallbackLists => {
  if (kind === 'any') return any;
  return kind === 'context-window' ? contextWindow : contentPolicy;
};

/** Clients choose the names: `constructor` must find nothing. */
const listOf = (lists: FallbackLists, name: string): readonly FallbackTarget[] | undefined =>
  Object.hasOwn(lists, name) ? lists[name] : undefined;

const withoutVendor = (name: string): string => name.slice(name.indexOf('/') + 1);

/** A target without fields of its own is the same in every list; one with such fields is another. */
export const keyOf = ({ model, params }: FallbackTarget): string =>
  Object.keys(params).length === 0 ? model : `${model}\n${JSON.stringify(params)}`;
