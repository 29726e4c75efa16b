import type { Cost } from '#simulator/admission.ts';

/** By which rules a vendor charges its limits: before a call runs, and when it has ended. */
export interface Charging {
  /** What a prompt is measured by: a quarter of its characters, or its tokens as usage tells them. */
  readonly prompt: 'chars4' | 'tokens';
  /** How much more, or less, than that is charged: what a client cannot know. > 0. */
  readonly promptRatio: number;
  /**
   * What the answer costs: the caller's bound; the same, and five for each token of the answer once
   * it has ended; or nothing until it has ended.
   */
  readonly output: 'max_tokens' | 'actual' | 'burndown5';
  /** Stands in for the bound where the caller sets none, tokens. */
  readonly defaultMax: number;
  /** How prompt and answer make up one number of tokens. */
  readonly combine: 'sum' | 'max';
  /** Whether the end corrects the charge: not at all, either way, or only upwards. */
  readonly settle: 'none' | 'refund_unused' | 'add_actual';
  /** Whether the part of a prompt that comes out of the vendor's cache costs no quota. */
  readonly cachedFree: boolean;
}

/** A call as far as limits are concerned. Whole numbers ≥ 0. */
export interface CallSize {
  /** UTF-16 units of text. */
  readonly characters: number;
  /** What is no text and counts all the same: images, inputs that are token ids already. */
  readonly otherTokens: number;
  /** Tokens of the text, as usage tells them; `cachedTokens` are part of them. */
  readonly promptTokens: number;
  readonly cachedTokens: number;
  /** Answers asked for; 0 where the call has no answer in tokens. */
  readonly choices: number;
  readonly maxOutputTokens?: number | undefined;
}

const BURNDOWN = 5;
const CHARACTERS_PER_TOKEN = 4;

/** What a call is charged before it runs. */
export const upFrontCost = (size: CallSize, rules: Charging): Cost => {
  const bound = size.maxOutputTokens ?? rules.defaultMax;
  const output = rules.output === 'actual' ? 0 : size.choices * bound;
  return costOf(promptCharge(size, rules), output, rules);
};

/** What it comes to once it has ended with so many tokens of answer. */
export const settledCost = (
  size: CallSize,
  rules: Charging,
  { upFront, outputTokens }: { readonly upFront: Cost; readonly outputTokens: number },
): Cost => {
  if (rules.settle === 'none') return upFront;
  const output = outputTokens * (rules.output === 'burndown5' ? BURNDOWN : 1);
  const actual = costOf(actualPrompt(size, rules), output, rules);
  if (rules.settle === 'refund_unused') return actual;
  const more = (dimension: keyof Cost): number =>
    Math.max(upFront[dimension] ?? 0, actual[dimension] ?? 0);
  return { requests: 1, tokens: more('tokens'), input: more('input'), output: more('output') };
};

const costOf = (input: number, output: number, { combine }: Charging): Cost => ({
  requests: 1,
  tokens: combine === 'sum' ? input + output : Math.max(input, output),
  input,
  output,
});

const promptCharge = (size: CallSize, rules: Charging): number => {
  const measured =
    rules.prompt === 'chars4' ? size.characters / CHARACTERS_PER_TOKEN : size.promptTokens;
  return counted(measured, size, rules);
};

/** An estimate by characters gives way to what was counted. */
const actualPrompt = (size: CallSize, rules: Charging): number =>
  counted(size.promptTokens, size, rules);

const counted = (measured: number, size: CallSize, rules: Charging): number => {
  const { promptTokens, cachedTokens, otherTokens } = size;
  const free = rules.cachedFree && promptTokens > 0 ? cachedTokens / promptTokens : 0;
  return Math.ceil(measured * rules.promptRatio * (1 - free)) + otherTokens;
};
