import azure, { at } from '#providers/azure.ts';
import type { Provider } from '#providers/provider.ts';

const completions = { path: at('/completions'), dialect: 'openai-completions' } as const;

/** Models that go on from a prompt. */
export default {
  ...azure,
  name: 'azure_text',
  isAlias: true,
  operations: { chat: completions, completions },
} satisfies Provider;
