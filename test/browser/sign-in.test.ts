import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openConsole, TEXTS } from '../kit/console-page.ts';
import { typePrompt } from '../kit/type-prompt.ts';

const { signIn, overview, playground, shell } = TEXTS.en;

let console_: Awaited<ReturnType<typeof openConsole>>;
beforeAll(async () => {
  console_ = await openConsole({ asksForKey: true });
});
afterEach(() => console_.closePages());
afterAll(() => console_.close());

it('takes the master key once, keeps it from the page, and asks again when the session has ended', async () => {
  const { page, seen } = await console_.open('/ui/playground');
  const key = page.getByLabel(signIn.key);
  const enter = page.getByRole('button', { name: signIn.enter });
  await key.fill('sk-wrong');
  await enter.click();
  await page.getByText('neither the master key').waitFor();
  await key.fill(console_.world.masterKey);
  await enter.click();
  await page.getByRole('heading', { level: 1, name: playground.title }).waitFor();
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, document.cookie])');
  expect(kept).not.toContain(console_.world.masterKey);
  expect(kept).not.toContain(cookie?.value);

  await typePrompt(page, 'half a thought');
  await page.context().clearCookies();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByText(signIn.again).waitFor();
  await key.fill(console_.world.masterKey);
  await enter.click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('half a thought').first().waitFor();
  await page.getByRole('button', { name: shell.signOut }).click();
  await key.waitFor();
  expect(seen.foreign).toEqual([]);
});

it('takes a vendor that refuses its key for no end of the session', async () => {
  console_.world.simulator.setFaults('{kind: http, status: 401}');
  const { page } = await console_.open('/ui/playground');
  await page.getByLabel(signIn.key).fill(console_.world.masterKey);
  await page.getByRole('button', { name: signIn.enter }).click();
  await typePrompt(page, 'Hello');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByRole('alert').waitFor();
  console_.world.simulator.clearFaults();
  expect(await page.getByText(signIn.again).count()).toBe(0);
});

it('leads who has keys of their own to the overview at once', async () => {
  const { page } = await console_.open('/ui/');
  await page.getByLabel(signIn.key).fill(console_.world.masterKey);
  await page.getByRole('button', { name: signIn.enter }).click();
  await page.getByRole('heading', { level: 1, name: overview.title }).waitFor();
  await page.goto(`${console_.world.url}/ui/playground?tab=chatflow`);
  await page.getByRole('textbox', { name: playground.prompt, exact: true }).waitFor();
});

it('can be signed out of on a phone', async () => {
  const { page } = await console_.open('/ui/overview');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByLabel(signIn.key).fill(console_.world.masterKey);
  await page.getByRole('button', { name: signIn.enter }).click();
  const box = await page.getByRole('button', { name: shell.signOut }).boundingBox();
  expect(box!.x + box!.width).toBeLessThanOrEqual(390);
});

it('lets no other site act for who is signed in', async () => {
  const { page } = await console_.open('/ui/overview');
  await page.getByLabel(signIn.key).fill(console_.world.masterKey);
  await page.getByRole('button', { name: signIn.enter }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  const status = await page.evaluate(
    async () => (await fetch('/spillway/deployments', { credentials: 'include' })).status,
  );
  expect(status).toBe(401);
});

it.each(['en', 'ja'] as const)(
  'says so, and stands still, where nobody answers it: %s',
  async (language) => {
    const { page } = await console_.open('/ui/overview', { language });
    await page.getByLabel(TEXTS[language].signIn.key).waitFor();
    let asked = 0;
    await page.route('**/spillway/session', (route) => {
      asked++;
      return route.abort();
    });
    await page.reload();
    await page.getByText(TEXTS[language].error.unreachable).waitFor();
    const before = asked;
    await page.waitForTimeout(1_000);
    expect(asked).toBe(before);
    await page.unroute('**/spillway/session');
    await page.getByRole('button', { name: TEXTS[language].error.again }).click();
    await page.getByLabel(TEXTS[language].signIn.key).waitFor();
  },
);
