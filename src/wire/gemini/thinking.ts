import type { JsonObject } from '#core/json.ts';
import type { Reasoning } from '#wire/chat-request.ts';
import { field, present, record, textIn } from '#wire/gemini/fields.ts';

/** `thinkingConfig` of a generation config; undefined where it says nothing. */
export const readThinking = (config: JsonObject): Reasoning | undefined => {
  const thinking = record(config, 'thinkingConfig', 'generationConfig.thinkingConfig');
  if (!thinking) return undefined;
  const budget = field(thinking, 'thinkingBudget');
  const shown = field(thinking, 'includeThoughts');
  return present({
    effort: textIn(thinking, 'thinkingLevel')?.toLowerCase(),
    budgetTokens: typeof budget === 'number' ? budget : undefined,
    summary: typeof shown === 'boolean' ? (shown ? 'auto' : 'none') : undefined,
  });
};

/** Models from the third generation on are told a level, those before a number of tokens. */
const hasLevels = (model: string): boolean => /gemini-(?:[3-9]|[1-9]\d)/.test(model);

/** The first of them knew two levels only. */
const hasTwoLevels = (model: string): boolean => /gemini-3-pro/.test(model);

/** As Google's own server of OpenAI's dialect translates efforts, tokens. */
const BUDGETS: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
};

const LEVELS: Readonly<Record<string, string>> = {
  none: 'minimal',
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
};

/** The same for a model that knows low and high. */
const TWO_LEVELS: Readonly<Record<string, string>> = {
  none: 'low',
  minimal: 'low',
  low: 'low',
  medium: 'high',
  high: 'high',
  xhigh: 'high',
};

/** `isOwn`: it was read from this dialect, and is said again as it was. */
export const writeThinking = (
  { effort, budgetTokens, summary }: Reasoning,
  { model, isOwn }: { readonly model: string; readonly isOwn: boolean },
): JsonObject => {
  const shown = summary === undefined ? undefined : summary !== 'none';
  if (isOwn)
    return present({
      thinkingLevel: effort?.toUpperCase(),
      thinkingBudget: budgetTokens,
      includeThoughts: shown,
    });
  const level = effort === undefined ? undefined : levelOf(effort, model);
  // As many as it likes: how hard is said more plainly.
  const budget = budgetTokens === -1 && effort !== undefined ? undefined : budgetTokens;
  const thinkingBudget = budget ?? (level ? undefined : BUDGETS[effort ?? '']);
  const isOff = thinkingBudget === 0 || effort === 'none';
  // An effort is asked for by those who want to see it, as in LiteLLM.
  const includeThoughts = isOff ? false : (shown ?? true);
  // One of the two: a number says more.
  const thinkingLevel = thinkingBudget === undefined ? level : undefined;
  return present({ thinkingLevel, thinkingBudget, includeThoughts });
};

const levelOf = (effort: string, model: string): string | undefined => {
  if (!hasLevels(model)) return undefined;
  const levels = hasTwoLevels(model) ? TWO_LEVELS : LEVELS;
  return Object.hasOwn(levels, effort) ? levels[effort]?.toUpperCase() : undefined;
};

/** Models that refuse a call of a tool in their history without the seal that they gave it. */
export const wantsSeals = hasLevels;

/** What Google lets stand for the seal of a call that another model, or nobody, has made. */
export const NO_SEAL = 'skip_thought_signature_validator';
