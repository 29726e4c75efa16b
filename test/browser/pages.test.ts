import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '../kit/axe.ts';
import { openConsole, TEXTS } from '../kit/console-page.ts';

let console_: Awaited<ReturnType<typeof openConsole>>;
beforeAll(async () => {
  console_ = await openConsole();
});
afterEach(() => console_.closePages());
afterAll(() => console_.close());

const PAGES = [
  'overview',
  'requests',
  'playground',
  'apps',
  'providers',
  'models',
  'plan',
  'simulator',
  'keys',
  'teams',
  'users',
  'budgets',
  'usage',
  'dify',
  'api',
  'start',
] as const;

describe.each(['en', 'ja'] as const)('in %s', (language) => {
  it.each(PAGES)('/%s opens, in its language and for everybody', async (name) => {
    const theme = language === 'en' ? 'light' : 'dark';
    const { page, seen } = await console_.open(`/ui/${name}`, { language, theme });
    const title = TEXTS[language][name].title;
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe(language);
    expect(await page.title()).toBe(`${title} · Spillway`);
    await page.getByRole('status').filter({ hasText: TEXTS[language].shell.state.live }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('has Japanese letters of its own, for machines that have none', async () => {
    const { page, seen } = await console_.open('/ui/start', { language });
    // They are as wide as high. What stands in their place where there are none is narrower.
    const ems = (): Promise<number> =>
      page.evaluate<number>(`(() => {
        const label = [...document.querySelectorAll('label')].find((one) => one.textContent === '日本語');
        const words = document.createRange();
        words.selectNodeContents(label);
        return words.getBoundingClientRect().width / parseFloat(getComputedStyle(label).fontSize);
      })()`);
    await expect.poll(ems, { timeout: 10_000 }).toBeGreaterThan(2.9);
    const loaded = (): Promise<number> =>
      page.evaluate<number>(
        `document.fonts.load('1rem "Noto Sans JP Variable"', '日本語').then((all) => all.length)`,
      );
    await expect.poll(loaded, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('a dialog that is closed by key gives the focus back', async () => {
    const { page } = await console_.open('/ui/budgets', { language });
    const button = page.getByRole('button', { name: TEXTS[language].budgets.new });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('textbox').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('button:focus', { hasText: TEXTS[language].budgets.new }).waitFor();
  });

  it('the first scene takes three clicks, and each key serves two', async () => {
    const { page, seen } = await console_.open('/ui/', { language });
    await page.getByTestId('next').click();
    await page.getByTestId('next').click();
    await page.getByText(TEXTS[language].start.done.title).waitFor();
    const served = await Promise.all(
      ['PJ1', 'PJ2', 'PJ3'].map((name) => page.getByTestId(`tally-${name}`).textContent()),
    );
    expect(served).toEqual(['2', '2', '2']);
    const { scene } = TEXTS[language];
    for (const title of Object.values(scene.node))
      await page.locator('.react-flow__node').getByText(title, { exact: true }).waitFor();
    await page.getByTestId('next').click();
    await page.getByRole('heading', { level: 1, name: TEXTS[language].overview.title }).waitFor();
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('the first scene that fails says why, and is run again', async () => {
    const { start } = TEXTS[language];
    console_.world.simulator.setFaults('{kind: http, status: 400}');
    const { page } = await console_.open('/ui/start', { language });
    await page.getByTestId('next').click();
    await page.getByTestId('next').click();
    await page.getByText(start.failed.title).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    console_.world.simulator.clearFaults();
    await page.getByRole('button', { name: start.failed.button }).click();
    await page.getByText(start.done.title).waitFor();
  });
});
