import { type JsonObject } from '#core/json.ts';
import type { Reasoning } from '#wire/chat-request.ts';

/** What differs from model to model behind the one request format. */
export interface Family {
  /** The name that it has for the number of likeliest tokens; absent where it has none. */
  readonly topKField?: string;
  /** How it is told to think; absent where it cannot be. Undefined: it is told nothing. */
  readonly thinks?: (reasoning: Reasoning, maxTokens: number | undefined) => JsonObject | undefined;
  /** Whether it may be made to call a tool while it thinks. */
  readonly forcedWhileThinking?: boolean;
}

/** Fewer than these no Claude takes. */
const LEAST_BUDGET = 1024;

const BUDGETS: Readonly<Record<string, number>> = {
  minimal: LEAST_BUDGET,
  low: LEAST_BUDGET,
  medium: 2048,
  high: 4096,
  xhigh: 8192,
};

const isOff = ({ effort, budgetTokens }: Reasoning): boolean =>
  effort === 'none' || budgetTokens === 0;

/**
 * Of the tokens of an answer some must be left to say it: a budget that leaves none is cut, and where
 * too little would remain of it there is no thinking.
 */
const budgeted: Family['thinks'] = (reasoning, maxTokens = Infinity) => {
  if (isOff(reasoning)) return undefined;
  const { effort = 'medium', budgetTokens = -1 } = reasoning;
  const wished = budgetTokens > 0 ? budgetTokens : (BUDGETS[effort] ?? BUDGETS['medium']!);
  const budget = Math.min(Math.max(wished, LEAST_BUDGET), maxTokens - 1);
  if (budget < LEAST_BUDGET) return undefined;
  return { thinking: { type: 'enabled', budget_tokens: budget } };
};

/** Newer ones decide for themselves how long they think, and are told how hard. */
const adaptive: Family['thinks'] = (reasoning) => {
  if (isOff(reasoning)) return undefined;
  const { effort } = reasoning;
  const word = effort === 'minimal' ? 'low' : effort === 'xhigh' ? 'max' : effort;
  return {
    thinking: { type: 'adaptive' },
    ...(word !== undefined && { output_config: { effort: word } }),
  };
};

const level = ({ effort = 'medium' }: Reasoning): string =>
  effort === 'minimal' ? 'low' : effort === 'xhigh' ? 'high' : effort;

const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [
    /\bclaude-(?:opus|sonnet|haiku|fable|mythos)-(?:4-[6-9]|[5-9])\b/,
    { topKField: 'top_k', thinks: adaptive },
  ],
  [/\bclaude-(?:3-7|[a-z]+-4)\b/, { topKField: 'top_k', thinks: budgeted }],
  [/\bclaude\b/, { topKField: 'top_k' }],
  [
    /\bnova-2\b/,
    {
      thinks: (reasoning) =>
        isOff(reasoning)
          ? undefined
          : { reasoningConfig: { type: 'enabled', maxReasoningEffort: level(reasoning) } },
      forcedWhileThinking: true,
    },
  ],
  [
    /\bgpt-oss\b/,
    {
      thinks: (reasoning) =>
        isOff(reasoning) ? undefined : { reasoning_effort: level(reasoning) },
      forcedWhileThinking: true,
    },
  ],
  [/\bmistral\b/, { topKField: 'top_k' }],
  [/\bcohere\b/, { topKField: 'k' }],
];

/** `model` as the path has it: an id, a profile's id or an ARN that ends in one. */
export const familyOf = (model: string): Family =>
  FAMILIES.find(([pattern]) => pattern.test(model))?.[1] ?? {};
