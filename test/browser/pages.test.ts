import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Language, launchBrowser, openContext, watchPage } from '../kit/browser.ts';
import { buildConsole, startConsole } from '../kit/console.ts';
import en from '../../console/i18n/en.json' with { type: 'json' };
import ja from '../../console/i18n/ja.json' with { type: 'json' };

// A browser starts slowly where many others run.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** How long anything may take to show, ms. */
const PATIENCE_MS = 40_000;
const TEXTS = { en, ja };

let built: ReturnType<typeof buildConsole>;
let world: Awaited<ReturnType<typeof startConsole>>;
let browser: Browser;
beforeAll(async () => {
  built = buildConsole();
  world = await startConsole(built.folder);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await world.close();
  built.remove();
});

/** What somebody who cannot see it, or holds no mouse, would stumble over (WCAG 2.2 A and AA). */
const faultsOf = async (page: Page): Promise<string[]> => {
  // By the protocol, not as a script of the page: its policy lets none in.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(of: object): Promise<{ violations: Violation[] }> };
      }
    ).axe.run({ runOnly: tags });
    interface Violation {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`,
    );
  });
};

const contexts: BrowserContext[] = [];
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

const open = async (path: string, language: Language, theme: 'light' | 'dark' = 'light') => {
  const context = await openContext(browser, { language, theme });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const seen = watchPage(page);
  await page.goto(`${world.url}${path}`);
  return { page, seen };
};

const PAGES = [
  'overview',
  'requests',
  'playground',
  'models',
  'plan',
  'simulator',
  'dify',
  'api',
  'start',
] as const;

describe.each(['en', 'ja'] as const)('in %s', (language) => {
  it.each(PAGES)('/%s opens, in its language and for everybody', async (name) => {
    const theme = language === 'en' ? 'light' : 'dark';
    const { page, seen } = await open(`/ui/${name}`, language, theme);
    const title = TEXTS[language][name].title;
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe(language);
    await page.getByRole('status').filter({ hasText: TEXTS[language].shell.state.live }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('the first scene takes three clicks, and each key serves two', async () => {
    const { page, seen } = await open('/ui/', language);
    await page.getByTestId('next').click();
    await page.getByTestId('next').click();
    await page.getByText(TEXTS[language].start.done.title).waitFor();
    const served = await Promise.all(
      ['PJ1', 'PJ2', 'PJ3'].map((name) => page.getByTestId(`tally-${name}`).textContent()),
    );
    expect(served).toEqual(['2', '2', '2']);
    await page.getByTestId('next').click();
    await page.getByRole('heading', { level: 1, name: TEXTS[language].overview.title }).waitFor();
    expect(seen).toEqual({ errors: [], foreign: [] });
  });
});
