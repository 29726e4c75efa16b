import type { Page } from 'playwright-core';
import en from '../../console/i18n/en.json' with { type: 'json' };

/** Types into the playground, and is back when there is a model to send it to. */
export const typePrompt = async (
  page: Page,
  text: string,
  { playground }: { readonly playground: Record<'prompt' | 'send', string> } = en,
): Promise<void> => {
  await page.getByRole('textbox', { name: playground.prompt, exact: true }).fill(text);
  await page.getByRole('button', { name: playground.send, exact: true }).click({ trial: true });
};
