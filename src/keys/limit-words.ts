import type { Dimension } from '#core/quota.ts';

/** What somebody's limits are called. */
export interface LimitWords {
  /** The setting, for people. */
  readonly setting: string;
  /** LiteLLM's headers up to their values, one after the other; none where it has no word. */
  readonly headers: Readonly<Partial<Record<Dimension, HeaderNames>>>;
}

interface HeaderNames {
  readonly limit: string;
  readonly left: string;
}

const HEADER_WORDS: Readonly<Partial<Record<Dimension, string>>> = {
  requests: 'requests',
  tokens: 'tokens',
  input: 'input-tokens',
  output: 'output-tokens',
  parallel: 'max_parallel_requests',
};

const known = new Map<string, LimitWords>();

/** `descriptor`: LiteLLM's word for whose limits they are. It has a few: each is worked out once. */
export const limitWords = (descriptor: string): LimitWords => {
  let words = known.get(descriptor);
  if (!words) known.set(descriptor, (words = wordsOf(descriptor)));
  return words;
};

const wordsOf = (descriptor: string): LimitWords => ({
  setting: `the limit of this ${descriptor.replaceAll('_', ' ')}`,
  headers: Object.fromEntries(
    Object.entries(HEADER_WORDS).map(([dimension, word]) => [
      dimension,
      {
        limit: `x-ratelimit-${descriptor}-limit-${word}: `,
        left: `\r\nx-ratelimit-${descriptor}-remaining-${word}: `,
      },
    ]),
  ),
});
