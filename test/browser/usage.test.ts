import { readFile } from 'node:fs/promises';
import { tokenOf } from '#keys/secret.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '../kit/axe.ts';
import { openConsole, TEXTS } from '../kit/console-page.ts';
import { fillPast } from '../kit/past.ts';
import { fillPeople } from '../kit/people.ts';

let console_: Awaited<ReturnType<typeof openConsole>>;
beforeAll(async () => {
  console_ = await openConsole();
  const { crawler, dify, yuki } = await fillPeople(console_.world);
  const { registry } = console_.world.gateway.accounts!;
  const tokens = [crawler, dify, yuki].map(tokenOf);
  await fillPast(registry.store.spend, { tokens, wallMs: registry.wall() });
});
afterEach(() => console_.closePages());
afterAll(() => console_.close());

const PAGES = [
  'overview',
  'requests',
  'playground',
  'models',
  'plan',
  'simulator',
  'keys',
  'budgets',
  'usage',
  'dify',
  'start',
] as const;

describe.each(['en', 'ja'] as const)('in %s', (language) => {
  const texts = TEXTS[language];
  const theme = language === 'en' ? ('dark' as const) : ('light' as const);

  it('usage is seen by hour and by key, narrowed to one, and taken away as a file', async () => {
    const { usage } = texts;
    const { page, seen } = await console_.open('/ui/usage', { language, theme });
    await page.getByText(usage.pers.hour, { exact: true }).click();
    await page.getByRole('combobox', { name: usage.apart }).click();
    await page.getByRole('option', { name: usage.by.token }).click();
    await page.waitForURL(/by=token/);
    await page.getByRole('button', { name: 'search-crawler' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'search-crawler' }).click();
    await page.waitForURL(/key=/);
    await page.getByRole('button', { name: 'gpt-4.1-mini' }).waitFor();
    await page.getByRole('button', { name: usage.export }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'CSV' }).first().click(),
    ]);
    const text = await readFile(await file.path(), 'utf8');
    expect(text).toMatch(/^id,name,requests,failures,input_tokens,output_tokens,spend\n/);
    expect(text).toContain('gpt-4.1-mini,');
    await page.getByRole('button', { name: usage.export }).click();
    const [records] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'JSONL' }).last().click(),
    ]);
    const lines = (await readFile(await records.path(), 'utf8')).trim().split('\n');
    expect(lines.length).toBeGreaterThan(100);
    expect(JSON.parse(lines[0]!)).toHaveProperty('request_id');
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('history is narrowed by the address, told page by page, and each record opens', async () => {
    const { history, pager } = texts;
    const { page, seen } = await console_.open('/ui/requests', { language, theme });
    await page.getByText(history.history, { exact: true }).click();
    await page.waitForURL(/of=history/);
    const clear = page.getByRole('main').getByText(texts.requests.clear, { exact: true });
    await page.getByRole('row').nth(1).waitFor();
    expect(await clear.isDisabled()).toBe(true);
    await page.getByRole('combobox', { name: history.field.status }).click();
    await page.getByRole('option', { name: history.failure }).click();
    await page.waitForURL(/status=failure/);
    await page.getByLabel(history.field.key).fill('dify');
    await page.waitForURL(/key=dify/);
    const good = page.getByRole('cell', { name: history.success, exact: true });
    await expect.poll(() => good.count(), { timeout: 10_000 }).toBe(0);
    expect(await clear.isEnabled()).toBe(true);
    await page.getByRole('row').nth(1).getByRole('button').click();
    const why = language === 'ja' ? texts.error.of.upstream_rejected : 'The vendor failed.';
    await page.getByRole('dialog').getByText(why).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.goto(`${console_.world.url}/ui/requests?of=history&team=search`);
    const shown = page.getByRole('status').filter({ hasText: '50' });
    const before = await shown.textContent();
    await page.getByRole('button', { name: pager.after }).click();
    await page.waitForURL(/page=2/);
    await page.getByRole('status').filter({ hasText: '51' }).waitFor();
    expect(await page.getByRole('status').filter({ hasText: '51' }).textContent()).not.toBe(before);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('what was refused stands in the history with what it asked for, and why', async () => {
    const { history } = texts;
    const { world } = console_;
    const model = `nobody-has-${language}`;
    const headers = { authorization: `Bearer ${world.masterKey}` };
    await fetch(`${world.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [] }),
    });
    const kept = async (): Promise<string> =>
      (await fetch(`${world.url}/spend/logs/v2?status_filter=failure`, { headers })).text();
    await expect.poll(kept, { timeout: 10_000 }).toContain(model);
    const path = '/ui/requests?of=history&status=failure';
    const { page, seen } = await console_.open(path, { language, theme });
    const row = page.getByRole('row').filter({ hasText: model });
    await row.getByText('400').waitFor();
    await row.getByRole('button').click();
    const drawer = page.getByRole('dialog');
    if (language === 'ja') await drawer.getByText(texts.error.said).click();
    await drawer.getByText('Invalid model name passed in model').waitFor();
    // What stands between backticks is shown as code, where it is not the server's own words.
    expect(await drawer.getByText('`').count()).toBe(language === 'ja' ? 1 : 0);
    await drawer.getByText(history.field.group, { exact: true }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.goto(`${world.url}/ui/requests?q=${model}`);
    await page.getByRole('cell', { name: model, exact: true }).click();
    await page.getByTestId('why-so').waitFor();
    await drawer.getByText(model, { exact: true }).waitFor();
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('budgets are bars with what is left, and a shared one is written down once', async () => {
    const { budgets, form, keys } = texts;
    const { page, seen } = await console_.open('/ui/budgets', { language, theme });
    const first = page.getByTestId('budget').first();
    await first.getByText('search-crawler').waitFor();
    expect(await first.getByRole('meter').getAttribute('aria-valuemax')).toBe('0.004');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: budgets.new }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(keys.alias).fill(`shared-${language}`);
    await dialog.getByRole('textbox', { name: texts.allowance.max }).fill('7');
    expect(await faultsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: form.save }).click();
    await page
      .getByRole('row')
      .filter({ hasText: `shared-${language}` })
      .getByText('$7')
      .waitFor();
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('a team gets a member who leads it, and a user a key that opens', async () => {
    const { teams, users, form, keys } = texts;
    const { page, seen } = await console_.open('/ui/users', { language, theme });
    const id = `new-${language}`;
    await page.getByRole('button', { name: users.new }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(users.id).fill(id);
    expect(await faultsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: users.make }).click();
    const key = await dialog.getByTestId('shown-once').first().textContent();
    await dialog.getByRole('button', { name: keys.haveIt }).click();
    await page.getByRole('button', { name: id }).waitFor();

    await page.goto(`${console_.world.url}/ui/teams`);
    await page.getByRole('button', { name: teams.new }).click();
    await page.getByRole('dialog').getByLabel(keys.alias).fill(`team-${language}`);
    await page.getByRole('button', { name: form.save }).click();
    await page.getByRole('button', { name: `team-${language}` }).click();
    await page.getByLabel(teams.newMember).fill(id);
    await page.getByRole('combobox', { name: teams.asRole, exact: true }).click();
    await page.getByRole('option', { name: teams.role.admin }).click();
    await page.getByRole('button', { name: teams.add, exact: true }).click();
    await page.getByRole('cell', { name: id }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(seen).toEqual({ errors: [], foreign: [] });

    const info = await fetch(`${console_.world.url}/user/info`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await info.json()).toMatchObject({
      user_id: id,
      teams: [{ members_with_roles: [{ user_id: id, role: 'admin' }] }],
    });
  });
});

it('nothing is wider than a phone, whatever page it is on', async () => {
  const { page, seen } = await console_.open('/ui/overview');
  await page.setViewportSize({ width: 390, height: 844 });
  for (const name of PAGES) {
    await page.goto(`${console_.world.url}/ui/${name}`);
    await page.getByRole('heading', { level: 1, name: TEXTS.en[name].title }).waitFor();
    // What is still on its way may be what is too wide.
    await expect.poll(() => page.locator('.mantine-Skeleton-root').count()).toBe(0);
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect([name, wide]).toEqual([name, 390]);
  }
  expect(seen).toEqual({ errors: [], foreign: [] });
});
