import type { CallSize, Cost } from '#core/quota.ts';
import type { Usage } from '#wire/chat-event.ts';

/** More than any limit holds: what a caller asks for beyond it is as impossible as this much. */
const MOST_TOKENS = 1e12;

/** A number of tokens as a cost: whole, from 0 to 10^12. */
export const tokens = (amount: number): number =>
  Math.min(Math.max(Math.ceil(amount), 0), MOST_TOKENS);

/** What the answers may take: the caller's bound for each where it names one, else what is likely. */
export const boundOutput = ({ maxOutputTokens, expectedOutputTokens, choices }: CallSize): number =>
  choices * (maxOutputTokens ?? expectedOutputTokens);

/** What the answers are likely to take, never more than the caller's bound. */
export const likelyOutput = ({
  maxOutputTokens = Infinity,
  expectedOutputTokens,
  choices,
}: CallSize): number => choices * Math.min(expectedOutputTokens, maxOutputTokens);

/** What was read anew: input that came out of the vendor's cache is left out. */
export const freshInput = ({ inputTokens, cachedTokens = 0 }: Usage): number =>
  inputTokens - cachedTokens;

/** A charge with what has become of it; as it was where nothing is known of the use. */
export const settled = (
  charged: Cost,
  usage: Usage | undefined,
  used: (usage: Usage) => Cost,
): Cost => (usage ? { ...charged, ...used(usage) } : charged);
