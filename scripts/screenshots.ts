/** `npm run screenshots`: a picture of every page of the console, in both languages and themes, under out/screenshots. */
import { mkdirSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { tokenOf } from '#keys/secret.ts';
import { launchBrowser, openContext } from '../test/kit/browser.ts';
import { buildConsole, startConsole } from '../test/kit/console.ts';
import { fillPast } from '../test/kit/past.ts';
import { fillPeople } from '../test/kit/people.ts';

const OUT = 'out/screenshots';
const [only] = process.argv.slice(2);

const openDialog = (page: Page) => dialogBy(page, page.locator('main button').first());
const openFirst = (page: Page) => dialogBy(page, page.locator('tbody tr').first());
const openLast = (page: Page) => dialogBy(page, page.locator('tbody tr').last());

const PAGES: readonly (readonly [
  name: string,
  path: string,
  prepare?: (page: Page) => Promise<void>,
])[] = [
  ['start', '/ui/start'],
  ['scene', '/ui/start', playScene],
  ['overview', '/ui/overview', settle],
  ['requests', '/ui/requests'],
  ['request', '/ui/requests', openSlowest],
  ['history', '/ui/requests?of=history'],
  ['record', '/ui/requests?of=history', openFirst],
  ['playground', '/ui/playground', chat],
  ['parallel', '/ui/playground?tab=parallel', sendMany],
  ['chatflow', '/ui/playground?tab=chatflow'],
  ['apps', '/ui/apps'],
  ['app', '/ui/apps', runApp],
  ['app-runs', '/ui/apps', (page) => openTab(page, 2)],
  ['app-api', '/ui/apps', (page) => openTab(page, 3)],
  ['app-import', '/ui/apps', openDialog],
  ['providers', '/ui/providers'],
  ['provider', '/ui/providers', openDialog],
  ['models', '/ui/models', settle],
  ['config', '/ui/models?tab=config'],
  ['plan', '/ui/plan', plan],
  ['simulator', '/ui/simulator', settle],
  ['keys', '/ui/keys'],
  ['new-key', '/ui/keys', openDialog],
  ['one-key', '/ui/keys', openFirst],
  ['teams', '/ui/teams'],
  ['one-team', '/ui/teams', openFirst],
  ['users', '/ui/users'],
  ['one-user', '/ui/users', openLast],
  ['budgets', '/ui/budgets'],
  ['usage', '/ui/usage?by=token&per=hour'],
  ['usage-days', '/ui/usage?of=tokens&by=endUser&days=30'],
  ['dify', '/ui/dify'],
  ['api', '/ui/api'],
];

const SETTLE_MS = 2_500;

async function settle(page: Page): Promise<void> {
  await page.waitForTimeout(SETTLE_MS);
}

async function playScene(page: Page): Promise<void> {
  await page.getByTestId('next').click();
  await page.getByTestId('next').click();
  await page.locator('a[data-testid="next"]:not([data-disabled])').waitFor({ timeout: 20_000 });
  await page.waitForTimeout(500);
}

async function openSlowest(page: Page): Promise<void> {
  await page.getByRole('row').nth(3).click();
  await page.getByTestId('why-so').waitFor();
  await page.waitForTimeout(500);
}

async function chat(page: Page): Promise<void> {
  await page.locator('textarea').first().fill('# **Why** is the sky blue?');
  await page.keyboard.press('Enter');
  await page
    .getByText(/gpt-4\.1 in project/)
    .first()
    .waitFor();
  await page.waitForTimeout(4_000);
}

async function sendMany(page: Page): Promise<void> {
  await page.locator('main button:not([disabled])').filter({ hasText: '30' }).click();
  await page.waitForTimeout(6_000);
}

async function plan(page: Page): Promise<void> {
  await page.locator('main .mantine-Button-root').last().click();
  await page.getByTestId('plan').waitFor();
}

async function openApp(page: Page): Promise<void> {
  await page.locator('section a[href*="/apps/"]').first().click();
  await page.getByRole('tab').first().waitFor();
  await page.waitForTimeout(700);
}

async function openTab(page: Page, nth: number): Promise<void> {
  await openApp(page);
  await page
    .getByRole('tab')
    .nth(nth - 1)
    .click();
  await page.waitForTimeout(700);
}

async function runApp(page: Page): Promise<void> {
  await openApp(page);
  await page.getByRole('log').getByRole('button').first().click();
  await page.getByTestId('run-state').waitFor();
  await page.waitForTimeout(SETTLE_MS);
}

async function dialogBy(page: Page, opener: Locator): Promise<void> {
  await opener.click();
  await page.getByRole('dialog').waitFor();
  await page.waitForTimeout(500);
}

/** Traffic of several keys, some of it too much, so that there is something to see. */
const fillIn = async (url: string, key: string): Promise<void> => {
  const ask = (i: number) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: i % 23 === 5 ? 'gpt-5-unknown' : 'gpt-4.1',
        user: ['search', 'batch-X', 'support'][i % 3],
        max_tokens: 400 + (i % 7) * 300,
        messages: [{ role: 'user', content: `Question ${i}: what is a spillway?` }],
      }),
    }).then((reply) => reply.text());
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 10 }, (_, i) => ask(round * 10 + i)));
  }
};

mkdirSync(OUT, { recursive: true });
const built = buildConsole('pictures');
const console_ = await startConsole(built.folder);
const browser = await launchBrowser();
try {
  await fillIn(console_.url, console_.masterKey);
  const people = await fillPeople(console_);
  await fillPast(console_.gateway.accounts!.registry.store.spend, {
    tokens: [people.crawler, people.dify, people.yuki].map(tokenOf),
    wallMs: Date.now(),
  });
  for (const language of ['en', 'ja'] as const)
    for (const theme of ['light', 'dark'] as const) {
      const context = await openContext(browser, { language, theme });
      for (const [name, path, prepare] of PAGES) {
        if (only !== undefined && !`${name}-${language}-${theme}`.includes(only)) continue;
        const page = await context.newPage();
        await page.goto(`${console_.url}${path}`, { waitUntil: 'load' });
        await page.waitForTimeout(700);
        await prepare?.(page);
        await page.screenshot({ path: `${OUT}/${name}-${language}-${theme}.png` });
        await page.close();
      }
      await context.close();
    }
} finally {
  await browser.close();
  await console_.close();
  built.remove();
}
console.log(OUT);
