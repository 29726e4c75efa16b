import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionReply, RequestsReply } from '#gateway/console/shapes.ts';
import { openConsole, TEXTS } from '../kit/console-page.ts';
import { typePrompt } from '../kit/type-prompt.ts';

const { detail, error, overview, playground, models, requests, shell, simulator } = TEXTS.en;

let console_: Awaited<ReturnType<typeof openConsole>>;
beforeAll(async () => {
  console_ = await openConsole();
});
afterEach(async () => {
  await console_.closePages();
  console_.world.simulator.clearFaults();
});
afterAll(() => console_.close());

let stop = async (): Promise<void> => {};
afterEach(() => stop());

/** Requests that go on until the test is over. */
const load = (): void => {
  const { url, masterKey } = console_.world;
  const over = new AbortController();
  const one = async (): Promise<void> => {
    while (!over.signal.aborted)
      await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'gpt-4.1',
          max_tokens: 1,
          messages: [{ role: 'user', content: 'Hi' }],
        }),
      }).then((reply) => reply.text());
  };
  const all = Promise.all([one(), one(), one(), one(), one(), one()]);
  stop = async () => {
    over.abort();
    await all;
  };
};

const inFlightOfFirst = (): number | undefined =>
  console_.world.gateway.quota().deployments[0]?.inFlight;

const calls = (): number[] => console_.world.simulator.projects().map(({ requests }) => requests);

describe('a person', () => {
  it('sends thirty at once at a small quota, sees some wait, and all succeed', async () => {
    const { page } = await console_.open('/ui/playground?tab=parallel');
    await page.getByRole('textbox', { name: 'max_tokens' }).fill('3400');
    await page
      .getByRole('button', { name: playground.sendN_other.replace('{{count}}', '30') })
      .click();
    await expect
      .poll(() => page.getByTestId('spread-queued').textContent(), { timeout: 10_000 })
      .not.toMatch(/^0 /);
    await page.getByTestId('spread-done').filter({ hasText: /^30 / }).waitFor({ timeout: 60_000 });
    expect(await page.getByTestId('spread-failed').textContent()).toMatch(/^0 /);

    // Of those that waited, one that was not the first in line says for what, and behind whom.
    const { url, masterKey } = console_.world;
    const headers = { authorization: `Bearer ${masterKey}` };
    const ask = async (path: string) => (await fetch(`${url}${path}`, { headers })).json();
    const { requests: all } = (await ask('/spillway/requests?limit=50')) as RequestsReply;
    const decisions = await Promise.all(
      all
        .filter(({ queue_s }) => queue_s > 0)
        .map(async ({ id }) => (await ask(`/spillway/decisions/${id}`)) as DecisionReply),
    );
    const behind = decisions.find(({ wait }) => wait?.pool && wait.ahead.length > 0)!;
    const said = {
      en: /waiting for PJ\d tokens behind console/,
      ja: /コンソール の後ろで PJ\d のトークン枠の空き待ちに/,
    };
    for (const language of ['en', 'ja'] as const) {
      const opened = await console_.open(`/ui/requests?id=${behind.id}`, { language });
      await opened.page.getByTestId('why-so').filter({ hasText: said[language] }).waitFor();
    }
  });

  it('pauses a deployment under load, and watches the traffic move', async () => {
    load();
    const { page } = await console_.open('/ui/models');
    const takes = page.getByRole('switch', { name: models.pause.replace('{{name}}', 'PJ1') });
    const said = page.waitForResponse(/deployments\/pause$/);
    await takes.click();
    await said;
    // What the page is told once a second may be older than that.
    expect(await takes.isChecked()).toBe(false);
    await page.getByText(models.paused, { exact: true }).first().waitFor();
    // Those under way are its last.
    await expect.poll(inFlightOfFirst, { timeout: 10_000 }).toBe(0);
    const [before = 0, otherBefore = 0] = calls();
    await expect.poll(() => calls()[1], { timeout: 10_000 }).toBeGreaterThan(otherBefore + 1);
    expect(calls()[0]).toBe(before);
    await takes.click();
    await expect.poll(() => calls()[0], { timeout: 10_000 }).toBeGreaterThan(before);
  });

  it('switches a fault on, and sees who is ejected', async () => {
    load();
    const { page } = await console_.open('/ui/simulator');
    await page.getByRole('switch', { name: simulator.fault.down }).click();
    await page.getByText(/http 500 · project-1/).waitFor();
    await page.goto(`${console_.world.url}/ui/overview`);
    await page.getByTestId('balance').getByText(TEXTS.en.health.out).waitFor({ timeout: 20_000 });
  });

  it('finds a request by the error that its caller was shown, and can send the address of it', async () => {
    const { url, masterKey } = console_.world;
    const refused = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'no-such-model', messages: [] }),
    });
    const { error } = (await refused.json()) as { error: { message: string } };
    const { page, seen } = await console_.open('/ui/requests');
    await page.getByLabel(requests.search).fill(error.message);
    await page.waitForURL(/q=/);
    await page.getByRole('row').filter({ hasText: '400' }).first().click();
    await page.getByTestId('why-so').waitFor();
    await page.getByText('Invalid model name').first().waitFor();
    await page.reload();
    await page.getByTestId('why-so').waitFor();
    expect(await page.getByLabel(requests.search).inputValue()).toBe(error.message);
    expect(seen.errors).toEqual([]);
  });

  it('is shown what a model wrote as text, whatever it wrote', async () => {
    const { page, seen } = await console_.open('/ui/playground');
    const hostile =
      '<img src=x onerror="window.hit=1"><script>window.hit=1</script> ![p](http://evil.invalid/p.png) [l](javascript:window.hit=1)';
    await typePrompt(page, hostile);
    await page.keyboard.press('Enter');
    await page.getByTestId('served-by').getByText(playground.why).waitFor();
    expect(await page.evaluate(() => 'hit' in globalThis)).toBe(false);
    expect(await page.locator('[role=log] img').count()).toBe(0);
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('is told when the connection is lost, and loses nothing that was typed', async () => {
    const { page } = await console_.open('/ui/playground');
    await page.getByText(shell.state.live, { exact: true }).waitFor();
    const prompt = page.getByRole('textbox', { name: playground.prompt, exact: true });
    await prompt.fill('Half a question');
    const { back } = await console_.world.cut();
    await page.getByRole('alert').filter({ hasText: shell.lost }).waitFor();
    await prompt.press('End');
    await prompt.pressSequentially(' and the rest');
    await back();
    await page.getByRole('alert').filter({ hasText: shell.lost }).waitFor({ state: 'detached' });
    expect(await prompt.inputValue()).toBe('Half a question and the rest');
    await prompt.press('Enter');
    await page.getByTestId('served-by').waitFor();
  });

  it('has what could not be had while the connection was lost, once it is back', async () => {
    const { page } = await console_.open('/ui/overview');
    await page.getByText(shell.state.live, { exact: true }).waitFor();
    let refused = 0;
    for (const path of ['**/spillway/deployments', '**/v1/models'])
      await page.route(path, async (route) => {
        refused++;
        await route.abort();
      });
    await page.getByRole('link', { name: playground.title, exact: true }).click();
    await page.getByRole('textbox', { name: playground.prompt, exact: true }).fill('Hello');
    await page.keyboard.press('Enter');
    const send = page.getByRole('button', { name: playground.send, exact: true });
    expect(await send.isDisabled()).toBe(true);
    // Each is given up after three attempts.
    await expect.poll(() => refused, { timeout: 30_000 }).toBe(6);
    await page.unrouteAll();
    const { back } = await console_.world.cut();
    await page.getByRole('alert').filter({ hasText: shell.lost }).waitFor();
    await back();
    await send.click();
    await page.getByTestId('served-by').waitFor();
  });

  it('keeps a page of which a part cannot be fetched, and what was typed there', async () => {
    const { page } = await console_.open('/ui/overview');
    await page.route(/\/(chatflow|markdown)-[^/]*\.js/, (route) => route.abort());
    await page.getByRole('link', { name: playground.title, exact: true }).click();
    await typePrompt(page, 'Half a thought');
    await page.keyboard.press('Enter');
    await page.getByTestId('served-by').getByText(playground.why).waitFor();
    await page.getByRole('log').getByText('This is gpt-4.1').waitFor();
    await page.getByRole('tab', { name: playground.chatflow }).click();
    await page.getByRole('alert').filter({ hasText: error.part }).waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: error.reload }).click();
    await page.getByRole('button', { name: TEXTS.en.scene.start }).waitFor();
  });

  it('goes on where the server has forgotten who looks, as a new one has', async () => {
    const { page } = await console_.open('/ui/playground');
    await page.getByText(shell.state.live, { exact: true }).waitFor();
    const { back } = await console_.world.cut();
    await page.context().clearCookies();
    await page.getByRole('alert').filter({ hasText: shell.lost }).waitFor();
    await back();
    await page.getByText(shell.state.live, { exact: true }).waitFor();
    await page.context().clearCookies();
    await typePrompt(page, 'Hello');
    await page.keyboard.press('Enter');
    const refusal = page.getByRole('log').getByRole('alert');
    await page.getByTestId('served-by').or(refusal).first().waitFor();
    expect(await refusal.allInnerTexts()).toEqual([]);
  });

  it('writes into the config without losing the place, and is told what is wrong with it', async () => {
    const { page } = await console_.open('/ui/models?tab=config');
    await page.getByText('model_list').first().click();
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.type('litellm_settings: {num_retries: many}');
    await page.keyboard.press('Enter');
    await page.getByText(models.draft).waitFor();
    await page.getByText('litellm_settings.num_retries').waitFor();
    await page.getByText('found the text "many"').waitFor();
    await page.getByRole('button', { name: models.undo }).click();
    await page.getByText(models.inForce, { exact: true }).waitFor();
    expect(await page.locator('.cm-content').textContent()).not.toContain('many}');
  });

  it('comes to the content by keyboard at once, and from there to every control', async () => {
    const { page } = await console_.open('/ui/models');
    await page.getByRole('switch').first().waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const focused = (): Promise<string> =>
      page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? ""');
    const [first, last] = ['PJ1', 'PJ3'].map((name) => models.pause.replace('{{name}}', name));
    const reached: string[] = [];
    for (let presses = 0; presses < 8 && !reached.includes(last!); presses++) {
      await page.keyboard.press('Tab');
      reached.push(await focused());
    }
    expect(reached).toEqual(expect.arrayContaining([first, last]));
  });

  it('reloads anywhere, and keeps its language and theme', async () => {
    const { page } = await console_.open('/ui/models?tab=config');
    await page.getByText('model_list').first().waitFor();
    await page.getByText('日本語').click();
    await page.reload();
    await page.getByText(TEXTS.ja.models.inForce, { exact: true }).waitFor();
    await page.goto(`${console_.world.url}/ui/no-such-page`);
    await page.getByText(TEXTS.ja.error.noPage).waitFor();
    expect(overview.title).not.toBe(TEXTS.ja.overview.title);
  });

  // Last: it leaves nothing of the keys' quota to others.
  it('is told of a request that was refused in line when each key has room', async () => {
    const { url, masterKey } = console_.world;
    const ask = async (maxTokens: number) => {
      const reply = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${masterKey}`,
          'content-type': 'application/json',
          'x-queue-timeout': '1',
        },
        body: JSON.stringify({
          model: 'gpt-4.1',
          max_tokens: maxTokens,
          messages: [{ role: 'user', content: 'Hi' }],
        }),
      });
      return { status: reply.status, text: await reply.text() };
    };
    // The first of each key tell what its limits are.
    await Promise.all([1, 1, 1].map(ask));
    const all = await Promise.all(Array.from({ length: 12 }, () => ask(9_000)));
    const { text } = all.find(({ status }) => status === 429)!;
    const { error } = JSON.parse(text) as { error: { message: string } };
    const { page } = await console_.open(`/ui/requests?q=${encodeURIComponent(error.message)}`);
    await page.getByRole('row').filter({ hasText: '429' }).first().click();
    const words = new RegExp(detail.roomIn.replace('{{span}}', String.raw`[\d.]+ m?s`));
    // The first key may still be out from before.
    await page.getByRole('row').filter({ hasText: 'PJ3' }).filter({ hasText: words }).waitFor();
  });
});
