import type { Usage } from '#wire/chat-event.ts';

/** What several messages have told of the usage, as one; undefined while a count that must be there is missing. */
export const wholeUsage = (told: Partial<Usage>): Usage | undefined => {
  const { inputTokens, outputTokens, ...details } = told;
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  return { inputTokens, outputTokens, ...details };
};
