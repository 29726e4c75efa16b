import type { Browser, BrowserContext, Page } from 'playwright-core';
import { vi } from 'vitest';
import en from '../../console/i18n/en.json' with { type: 'json' };
import ja from '../../console/i18n/ja.json' with { type: 'json' };
import { type ContextOptions, launchBrowser, openContext, watchPage } from './browser.ts';
import { buildConsole, startConsole } from './console.ts';

// A browser starts slowly where many others run: this holds for the file that imports this one.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

export const TEXTS = { en, ja };

/** How long anything may take to show, ms. */
const PATIENCE_MS = 40_000;

export interface OpenPage {
  readonly page: Page;
  readonly seen: ReturnType<typeof watchPage>;
}

/** A built console, who serves it, and a browser to look at it with. */
export const openConsole = async (given: Parameters<typeof startConsole>[1] = {}) => {
  const built = buildConsole();
  const world = await startConsole(built.folder, given);
  const browser: Browser = await launchBrowser();
  const contexts: BrowserContext[] = [];
  return {
    world,
    open: async (path: string, options: ContextOptions = {}): Promise<OpenPage> => {
      const context = await openContext(browser, options);
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      const seen = watchPage(page);
      await page.goto(`${world.url}${path}`);
      return { page, seen };
    },
    /** Pages of one test are not the next one's. */
    closePages: async () => {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
    },
    close: async () => {
      await browser.close();
      await world.close();
      built.remove();
    },
  };
};
