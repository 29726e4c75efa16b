import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '../kit/axe.ts';
import { openConsole, TEXTS } from '../kit/console-page.ts';
import { askOnce, fillPeople } from '../kit/people.ts';

let console_: Awaited<ReturnType<typeof openConsole>>;
let people: Awaited<ReturnType<typeof fillPeople>>;
beforeAll(async () => {
  console_ = await openConsole({ asksForKey: true });
  people = await fillPeople(console_.world);
});
afterEach(() => console_.closePages());
afterAll(() => console_.close());

const signedIn = async (
  path: string,
  { language, key = console_.world.masterKey }: { language: 'en' | 'ja'; key?: string },
) => {
  const theme = language === 'en' ? ('light' as const) : ('dark' as const);
  const opened = await console_.open(path, { language, theme });
  const { signIn } = TEXTS[language];
  await opened.page.getByLabel(signIn.key).fill(key);
  await opened.page.getByRole('button', { name: signIn.enter }).click();
  return opened;
};

const infoOf = async (alias: string): Promise<Record<string, unknown>> => {
  const { url, masterKey } = console_.world;
  const reply = await fetch(`${url}/key/info?key=${alias}`, {
    headers: { authorization: `Bearer ${masterKey}` },
  });
  return ((await reply.json()) as { info: Record<string, unknown> }).info;
};

/** Whether it is in the window, without anything being scrolled. */
const isInSight = async (page: Page, button: Locator): Promise<boolean> => {
  const box = await button.boundingBox();
  return box !== null && box.y + box.height <= (page.viewportSize()?.height ?? 0);
};

describe.each(['en', 'ja'] as const)('keys, in %s', (language) => {
  const { keys, form } = TEXTS[language];

  it('one for Dify takes a click and a name, is shown once, and has what Dify needs', async () => {
    const { page, seen } = await signedIn('/ui/dify', { language });
    await page.getByRole('link', { name: TEXTS[language].dify.makeKey }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(keys.difyFilled).waitFor();
    const make = dialog.getByRole('button', { name: keys.make });
    // However long the form is: nobody has to look for how it ends.
    await expect.poll(() => isInSight(page, make)).toBe(true);
    await dialog.getByLabel(keys.alias, { exact: true }).fill(`dify-${language}`);
    expect(await faultsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: keys.make }).click();
    await dialog.getByText(keys.once).waitFor();
    const key = (await dialog.getByTestId('shown-once').first().textContent()) ?? '';
    expect(key).toMatch(/^sk-/);
    expect(await faultsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: keys.haveIt }).click();
    await page
      .getByRole('row')
      .filter({ hasText: `dify-${language}` })
      .waitFor();
    expect(await page.content()).not.toContain(key);
    expect(await infoOf(`dify-${language}`)).toMatchObject({
      queue: true,
      always_include_usage: true,
      key_type: 'llm_api',
      tags: ['dify'],
      blocked: null,
    });
    expect(await askOnce(console_.world, key)).toHaveProperty('choices');
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('are changed, replaced and deleted, and found by their name', async () => {
    const { page, seen } = await signedIn('/ui/keys', { language });
    await page.getByRole('button', { name: keys.new }).click();
    const name = `spare-${language}`;
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(keys.alias, { exact: true }).fill(name);
    await dialog.getByRole('button', { name: keys.make }).click();
    const first = await dialog.getByTestId('shown-once').first().textContent();
    await dialog.getByRole('button', { name: keys.haveIt }).click();
    await page.getByLabel(keys.search).fill(name);
    await page.waitForURL(/q=spare/);
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('button', { name: form.change }).click();
    await page.getByRole('textbox', { name: TEXTS[language].allowance.max }).fill('12.5');
    await page.getByRole('button', { name: form.save }).click();
    await page.getByText('/ $12.5').first().waitFor();
    expect(await infoOf(name)).toMatchObject({ max_budget: 12.5, rpm_limit: null });
    await page.getByRole('button', { name: keys.renew }).click();
    await page.getByText(keys.renewText).waitFor();
    const replacing = page.getByRole('dialog', { name: keys.renewTitle });
    await replacing.getByRole('button', { name: keys.renew }).click();
    const second = await page.getByTestId('shown-once').first().textContent();
    expect(second).not.toBe(first);
    await page.getByRole('button', { name: keys.haveIt }).click();
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('button', { name: form.delete }).click();
    const title = keys.deleteTitle.replace('{{name}}', name);
    const sure = page.getByRole('dialog', { name: title });
    await sure.getByRole('button', { name: form.delete }).click();
    await page.getByText(keys.noneFit).waitFor();
    expect(seen).toEqual({ errors: [], foreign: [] });
  });
});

describe('somebody with a key of their own', () => {
  const { keys, nav, shell } = TEXTS.en;
  it('signs in with it, sees what is theirs, and makes another of their own', async () => {
    const { page, seen } = await signedIn('/ui/', { language: 'en', key: people.yuki });
    await page.getByRole('heading', { level: 1, name: keys.title }).waitFor();
    await page.getByRole('button', { name: 'yuki-laptop' }).waitFor();
    // Of the team that she leads, and nobody else's.
    await page.getByRole('button', { name: 'search-crawler' }).waitFor();
    expect(await page.getByRole('button', { name: 'old-prototype' }).count()).toBe(0);
    const links = await page.getByRole('navigation').getByRole('link').allTextContents();
    expect(links).toContain(nav.playground);
    expect(links).not.toContain(nav.models);
    expect(links).not.toContain(nav.plan);
    expect(await page.getByText(shell.lost).count()).toBe(0);
    await page.getByRole('button', { name: keys.new }).click();
    await page.getByRole('dialog').getByLabel(keys.alias, { exact: true }).fill('yuki-phone');
    await page.getByRole('button', { name: keys.make }).click();
    await page.getByRole('button', { name: keys.haveIt }).click();
    expect(await infoOf('yuki-phone')).toMatchObject({ user_id: 'yuki' });
    expect(await faultsOf(page)).toEqual([]);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('sees everything and changes nothing, where they are to look only', async () => {
    const { page, seen } = await signedIn('/ui/keys', { language: 'en', key: people.auditor });
    await page.getByRole('button', { name: 'old-prototype' }).click();
    await page.getByText(keys.spentEver).waitFor();
    expect(await page.getByRole('button', { name: TEXTS.en.form.delete }).count()).toBe(0);
    const links = await page.getByRole('navigation').getByRole('link').allTextContents();
    expect(links).toContain(nav.users);
    expect(links).not.toContain(nav.plan);
    for (const [path, title, verb] of [
      ['teams', TEXTS.en.teams.title, TEXTS.en.teams.new],
      ['users', TEXTS.en.users.title, TEXTS.en.users.new],
      ['budgets', TEXTS.en.budgets.title, TEXTS.en.budgets.new],
      ['models', TEXTS.en.models.title, TEXTS.en.models.config],
    ] as const) {
      await page.goto(`${console_.world.url}/ui/${path}`);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await page.getByRole('status').first().waitFor();
      expect([path, await page.getByText(verb, { exact: true }).count()]).toEqual([path, 0]);
    }
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('sees of usage, budgets and requests what is theirs', async () => {
    const { page, seen } = await signedIn('/ui/usage', { language: 'en', key: people.yuki });
    await page
      .getByText(TEXTS.en.usage.over.day.replace('{{what}}', TEXTS.en.usage.spend))
      .waitFor();
    await page.goto(`${console_.world.url}/ui/requests`);
    await page.getByText(TEXTS.en.history.about).waitFor();
    await page.getByRole('status').filter({ hasText: '4' }).waitFor();
    expect(await page.getByRole('cell').filter({ hasText: 'search-crawler' }).count()).toBe(0);
    await page.goto(`${console_.world.url}/ui/budgets`);
    await page.getByTestId('budget').filter({ hasText: 'yuki@example.com' }).waitFor();
    expect(await page.getByTestId('budget').filter({ hasText: 'dify' }).count()).toBe(0);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('is signed out when that key is blocked', async () => {
    const { page } = await signedIn('/ui/keys', { language: 'en', key: people.yuki });
    await page.getByRole('button', { name: 'yuki-laptop' }).waitFor();
    const { url, masterKey } = console_.world;
    const set = (word: string) =>
      fetch(`${url}/key/${word}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ key: people.yuki }),
      });
    expect((await set('block')).status).toBe(200);
    await page.reload();
    await page.getByLabel(TEXTS.en.signIn.key).waitFor();
    await set('unblock');
  });

  it('is told so where it opens models only', async () => {
    const { page } = await signedIn('/ui/keys', { language: 'en', key: people.dify });
    await page.getByText('not allowed to call this route').waitFor();
  });
});

describe('somebody who sees everything', () => {
  const { appApi, apps, providers, run } = TEXTS.en;
  it('looks at apps, and is offered nothing that would be refused', async () => {
    const { page, seen } = await signedIn('/ui/apps', { language: 'en', key: people.auditor });
    await page.getByRole('link', { name: 'Six branches' }).click();
    await page.getByText(run.notYours).waitFor();
    await page.locator('.react-flow__node').first().waitFor();
    const offered = (): Promise<string[]> =>
      page.getByRole('main').getByRole('button').allTextContents();
    expect(await offered()).not.toContain(TEXTS.en.playground.send);
    await page.getByRole('tab', { name: apps.tab.api, exact: true }).click();
    await page.getByTestId('snippet').waitFor();
    expect(await offered()).not.toContain(appApi.make);
    await page.getByRole('navigation').getByRole('link', { name: TEXTS.en.nav.apps }).click();
    await page.getByRole('heading', { level: 1, name: apps.title }).waitFor();
    expect(await offered()).not.toContain(apps.import.button);
    await page.getByRole('navigation').getByRole('link', { name: providers.title }).click();
    await page.getByTestId('wanted-gpt-4.1').waitFor();
    expect(await offered()).toEqual([]);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });
});
