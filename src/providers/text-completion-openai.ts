import openai from '#providers/openai.ts';
import type { Provider } from '#providers/provider.ts';

const { bareModels: _, ...same } = openai;
const path = '/completions';

/** Models that go on from a prompt, whatever they are called. */
export default {
  ...same,
  name: 'text-completion-openai',
  isAlias: true,
  operations: {
    chat: { path, dialect: 'openai-completions' },
    completions: { path, dialect: 'openai-completions' },
  },
} satisfies Provider;
