import type { ModelQuirks } from '#providers/provider.ts';

/** Models that think first know no other name for the cap, and take no wishes of how to draw words. */
export const reasoningQuirks = (models: RegExp): readonly ModelQuirks[] => [
  {
    models,
    maxTokensField: 'max_completion_tokens',
    refuses: ['temperature', 'topP', 'presencePenalty', 'frequencyPenalty', 'logprobs'],
  },
];
