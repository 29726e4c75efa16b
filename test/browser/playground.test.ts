import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { faultsOf } from '../kit/axe.ts';
import { openConsole, TEXTS } from '../kit/console-page.ts';
import { inCheckout } from '../kit/files.ts';
import { typePrompt } from '../kit/type-prompt.ts';

const { playground, shell, error, copy, dify, plan } = TEXTS.en;
const run = promisify(execFile);
const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
);

/** A Python that has the library which copied programs use. */
const hasOpenai = await run('python3', ['-c', 'import openai']).then(
  () => true,
  () => false,
);

let console_: Awaited<ReturnType<typeof openConsole>>;
beforeAll(async () => {
  console_ = await openConsole();
});
afterEach(async () => {
  await console_.closePages();
  console_.world.simulator.clearFaults();
});
afterAll(() => console_.close());

const ask = async (page: Page, text: string): Promise<void> => {
  await typePrompt(page, text);
  await page.keyboard.press('Enter');
};

/** What is on the clipboard after this kind was chosen. */
const copied = async (page: Page, kind: string): Promise<string> => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: playground.copyAs }).click();
  await page.getByRole('menuitem', { name: kind }).click();
  await page.getByRole('button', { name: copy.done }).waitFor();
  return page.evaluate<string>('navigator.clipboard.readText()');
};

const env = () => ({ ...process.env, SPILLWAY_API_KEY: console_.world.masterKey });

it.runIf(hasCurl)('is copied as a curl command that runs, whatever was asked', async () => {
  const { page } = await console_.open('/ui/playground');
  await page.getByRole('textbox', { name: 'max_tokens' }).fill('20');
  await ask(page, `It's "$HOME" & \`rivers\`\n\\n 川`);
  await page.getByTestId('served-by').getByText(playground.why).waitFor();
  const text = await copied(page, 'curl');
  const { stdout } = await run('sh', ['-c', text], { env: env() });
  expect(JSON.parse(stdout)).toMatchObject({
    choices: [{ message: { content: expect.stringMatching(/project-\d/) as string } }],
  });
});

it('is copied as a TypeScript program that runs, before anything was asked', async () => {
  const { page } = await console_.open('/ui/playground');
  await page.getByRole('textbox', { name: 'max_tokens' }).fill('20');
  const text = await copied(page, 'TypeScript');
  const args = ['--input-type=module-typescript', '--eval', text];
  const { stdout } = await run(process.execPath, args, { env: env(), cwd: inCheckout('.') });
  expect(stdout).toContain('gpt-4.1 in project');
});

it.runIf(hasOpenai)('is copied as a Python program that runs (needs openai)', async () => {
  const { page } = await console_.open('/ui/playground');
  await page.getByRole('textbox', { name: 'max_tokens' }).fill('20');
  await ask(page, `It's "$HOME" & \`rivers\`\n\\ 川 \u{1f30a}`);
  await page.getByTestId('served-by').getByText(playground.why).waitFor();
  const { stdout } = await run('python3', ['-c', await copied(page, 'Python')], { env: env() });
  expect(stdout).toMatch(/project-\d/);
});

it.runIf(hasCurl)('is copied as a curl command that runs, with a picture', async () => {
  const { page } = await console_.open('/ui/playground');
  const picture = { name: 'p.png', mimeType: 'image/png', buffer: Buffer.alloc(400_000, 1) };
  await page.locator('input[type=file]').setInputFiles(picture);
  await page.getByRole('button', { name: playground.noImage }).waitFor();
  await page.getByRole('textbox', { name: 'max_tokens' }).fill('20');
  await ask(page, 'What is this?');
  await page.getByTestId('served-by').getByText(playground.why).waitFor();
  const text = await copied(page, 'curl');
  expect(text.length).toBeGreaterThan(400_000);
  const shell = run('sh', { env: env() });
  shell.child.stdin!.end(text);
  expect(JSON.parse((await shell).stdout)).toMatchObject({
    choices: [{ message: { content: expect.stringMatching(/project-\d/) as string } }],
  });
});

it('copies where the browser has no clipboard to offer, as over plain HTTP from elsewhere', async () => {
  const { page } = await console_.open('/ui/playground');
  await page.addInitScript({ content: 'delete Navigator.prototype.clipboard' });
  await page.goto(`${console_.world.url}/ui/dify`);
  await page
    .getByRole('button', { name: dify.copy.replace('{{name}}', 'Completion mode') })
    .click();
  const field = page.getByLabel(dify.base);
  await field.fill('');
  await field.press('ControlOrMeta+V');
  expect(await field.inputValue()).toBe('Chat');
});

it('takes numbers as they are typed, over what is none yet', async () => {
  const { page } = await console_.open('/ui/playground?tab=parallel');
  const count = page.getByLabel(playground.count);
  const sends = (n: string) =>
    page.getByRole('button', { name: playground.sendN_other.replace('{{count}}', n) }).waitFor();
  await count.press('ControlOrMeta+A');
  await count.press('Backspace');
  await sends('30');
  await count.pressSequentially('70');
  await sends('70');
  await count.press('ControlOrMeta+A');
  await count.press('Backspace');
  await count.press('Tab');
  expect(await count.inputValue()).toBe('70');

  await page.goto(`${console_.world.url}/ui/plan`);
  const perS = page.getByLabel(plan.perS);
  await perS.press('ControlOrMeta+A');
  await perS.pressSequentially('0.5');
  const asked = page.waitForRequest(/\/spillway\/plan$/);
  await page.getByRole('button', { name: plan.compute }).click();
  expect((await asked).postDataJSON()).toMatchObject({ traffic: { per_s: 0.5 } });
});

it('takes its reader along to the end of what is written', async () => {
  const { page } = await console_.open('/ui/playground');
  await ask(page, 'One line.\n'.repeat(60));
  await page.getByTestId('served-by').getByText(playground.why).waitFor();
  const belowPx = (): Promise<number> =>
    page.evaluate<number>(`(() => {
      const { scrollHeight, scrollTop, clientHeight } = document.querySelector('[role=log]');
      return scrollHeight - scrollTop - clientHeight;
    })()`);
  await expect.poll(belowPx, { timeout: 10_000 }).toBeLessThan(2);
});

it.each(['en', 'ja'] as const)(
  'is for everybody with a menu and a fault in sight: %s',
  async (language) => {
    const theme = language === 'en' ? 'light' : 'dark';
    const texts = TEXTS[language];
    const { page } = await console_.open('/ui/playground', { language, theme });
    await typePrompt(page, texts.playground.parallelPrompt, texts);
    await page.keyboard.press('Enter');
    await page.getByTestId('served-by').getByText(texts.playground.why).waitFor();
    await page.getByLabel(texts.playground.tools).fill('[\n  {nope}]');
    await page.getByText(`${texts.run.noJson} (`).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: texts.playground.copyAs }).click();
    await page.getByRole('menuitem', { name: 'curl' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
  },
);

it('goes on with what was asked last, though the one before it is cut short', async () => {
  console_.world.simulator.setFaults('{kind: stall, after_bytes: 1500, for_s: 30}');
  const { page } = await console_.open('/ui/playground');
  await ask(page, 'One');
  await page.getByTestId('served-by').waitFor();
  await ask(page, 'Two');
  await page.getByTestId('served-by').nth(1).waitFor();
  await page.getByRole('button', { name: playground.stop }).click();
  await page.getByRole('button', { name: playground.clear }).waitFor();
});

it('says what the stream said when it broke off', async () => {
  console_.world.simulator.setFaults('{kind: error_event, after_events: 3, type: server_error}');
  const { page } = await console_.open('/ui/playground');
  await ask(page, 'Tell me about rivers.');
  const note = page.getByRole('alert').filter({ hasText: error.brokeOff });
  await note.waitFor();
  expect(await note.textContent()).not.toContain(error.unreachable);
});

it('takes a connection that has gone silent for a lost one', async () => {
  const { page } = await console_.open('/ui/playground');
  await page.clock.install();
  await page.route('**/spillway/live', () => {});
  await page.reload();
  await page.getByRole('heading', { level: 1, name: playground.title }).waitFor();
  const banner = page.getByRole('alert').filter({ hasText: shell.lost });
  await page.getByText(shell.state.connecting).waitFor();
  await page.clock.fastForward('00:11');
  await banner.waitFor();
  await page.unroute('**/spillway/live');
  await page.clock.fastForward('00:11');
  await banner.waitFor({ state: 'detached' });
});
