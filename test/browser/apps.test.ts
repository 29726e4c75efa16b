import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dsl, llmData } from '#flow/test-kit.ts';
import { faultsOf } from '../kit/axe.ts';
import { openConsole, TEXTS } from '../kit/console-page.ts';
import { everyInput } from '../kit/every-input.ts';

let console_: Awaited<ReturnType<typeof openConsole>>;
beforeAll(async () => {
  console_ = await openConsole();
});
afterEach(async () => {
  await console_.closePages();
  console_.world.simulator.clearFaults();
});
afterAll(() => console_.close());

const openApp = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('main').getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
};

/** By the dialogue of the page of apps, as a text. */
const importText = async (
  page: Page,
  text: string,
  { apps }: Pick<typeof TEXTS.ja, 'apps'> = TEXTS.en,
): Promise<void> => {
  await page.getByRole('main').getByRole('button', { name: apps.import.button }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('tab', { name: apps.import.by.text }).click();
  await dialog.getByRole('textbox', { name: apps.import.text }).fill(text);
  await dialog.getByRole('button', { name: apps.import.button }).click();
  await page.getByTestId('open-imported').waitFor();
};

describe.each(['en', 'ja'] as const)('in %s', (language) => {
  const texts = TEXTS[language];
  const theme = language === 'en' ? 'light' : 'dark';

  it('the chatflow runs: its nodes light up, its answer streams, its calls are traced', async () => {
    const { page, seen } = await console_.open('/ui/apps', { language, theme });
    await openApp(page, 'Six branches');
    await page.getByRole('log').getByRole('button').first().click();
    await page.getByTestId('node-served').nth(5).waitFor();
    await page.getByText(texts.run.state.succeeded).waitFor();
    expect(await page.getByTestId('run-facts').textContent()).toMatch(/PJ\d × 2/);
    const row = page.getByTestId('step-facts');
    expect(await row.textContent()).toMatch(/\$0\.\d+.*PJ\d/);
    await row.getByRole('button').click();
    await page.getByTestId('step-detail').getByText('prompt_tokens').first().waitFor();
    await page.getByRole('button', { name: texts.graph.tidy }).click();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByTestId('step-detail').getByRole('link', { name: texts.playground.why }).click();
    await page.getByTestId('why-so').waitFor();
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('an app is imported, run by its form with a file, looked at again, and deleted', async () => {
    const { page, seen } = await console_.open('/ui/apps', { language, theme });
    await importText(page, everyInput(), texts);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByTestId('open-imported').click();
    const run = page.getByRole('button', { name: texts.scene.start, exact: true });
    expect(await run.isDisabled()).toBe(true);
    await page.getByLabel('Topic').fill('a river');
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({
        name: 'paper <b>.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('Water runs downhill.'),
      });
    await page.getByTestId('given-file').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await run.click();
    await page.getByTestId('output-words').getByText('"THREE"').waitFor();
    await page.getByTestId('output-paper').getByText('paper <b>.txt').first().waitFor();
    await page.getByTestId('step-shout').nth(2).waitFor();
    await page.getByRole('tab', { name: texts.apps.tab.runs }).click();
    await page.getByTestId('past-run').getByRole('link').click();
    await page.getByTestId('seen-again').getByText('"THREE"').waitFor();
    await page.reload();
    await page.getByTestId('seen-again').getByText('"THREE"').waitFor();
    await page.getByTestId('step-shout').first().waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: texts.runs.again }).click();
    expect(await page.getByLabel('Topic').inputValue()).toBe('a river');
    const menu = page.getByRole('button', {
      name: texts.apps.menu.replace('{{name}}', 'Every input'),
    });
    await menu.click();
    const saved = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: texts.apps.export, exact: true }).click();
    expect(await readFile(await (await saved).path(), 'utf8')).toBe(everyInput());
    await menu.click();
    await page.getByRole('menuitem', { name: texts.apps.delete.item }).click();
    await page.getByRole('dialog').getByRole('button', { name: texts.apps.delete.button }).click();
    await page.getByRole('heading', { level: 1, name: texts.apps.title }).waitFor();
    await expect.poll(() => page.getByText('Every input').count()).toBe(0);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('what an app lacks is told in this language', async () => {
    const flow = dsl(
      {
        start: { type: 'start' },
        look: { type: 'knowledge-retrieval', dataset_ids: ['a', 'b'] },
        sum: { type: 'code', code_language: 'python3', code: 'import numpy', outputs: {} },
        web: { type: 'tool', provider_type: 'builtin', provider_name: 'search', tool_name: 'go' },
        answer: { type: 'answer', answer: '' },
      },
      ['start>look', 'look>sum', 'sum>web', 'web>answer', 'answer>sum'],
      {
        environment_variables: [{ name: 'KEY', value_type: 'secret', value: '' }],
        features: { text_to_speech: { enabled: true } },
      },
    );
    const { page, seen } = await console_.open('/ui/apps', { language, theme });
    await importText(page, flow, texts);
    const { said } = texts.apps;
    const filled = (text: string, values: Readonly<Record<string, string | number>>): string =>
      text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
    const list = page.getByTestId('checklist');
    const shown = [
      filled(said.cycle, { way: '"sum" → "web" → "answer" → "sum"' }),
      filled(said.kept_retrieval, { node: '"look"', type: 'knowledge-retrieval' }),
      filled(said.datasets_other, { count: 2 }),
      filled(said.module_missing, { module: 'numpy' }),
      filled(said.tool_missing, { provider: 'search', tool: 'go', kind: 'builtin' }),
      filled(said.secret_empty, { name: 'KEY' }),
      said.no_text_to_speech,
    ];
    for (const text of shown) await list.getByText(text).waitFor();
    expect(await list.getByRole('listitem').count()).toBe(shown.length);
    expect(await faultsOf(page)).toEqual([]);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });

  it('a key is made, shown once, calls the app, and is taken back', async () => {
    const { page, seen } = await console_.open('/ui/apps', { language, theme });
    await openApp(page, 'Six branches');
    await page.getByRole('tab', { name: texts.apps.tab.api, exact: true }).click();
    await page.getByRole('button', { name: texts.appApi.make }).click();
    const key = (await page.getByTestId('made-key').textContent()) ?? '';
    expect(await faultsOf(page)).toEqual([]);
    const info = (): Promise<Response> =>
      fetch(`${console_.world.url}/v1/info`, { headers: { authorization: `Bearer ${key}` } });
    expect(await (await info()).json()).toMatchObject({ name: 'Six branches' });
    await page.reload();
    await page.getByText(`app-…${key.slice(-4)}`, { exact: true }).waitFor();
    expect(await page.content()).not.toContain(key);
    await page
      .getByRole('button', { name: `${texts.appApi.revoke} app-…${key.slice(-4)}` })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: texts.appApi.revoke }).click();
    await page.getByText(texts.appApi.none).waitFor();
    expect((await info()).status).toBe(401);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });
});

describe('an app whose program fails', () => {
  const broken = (code: string): string => {
    const flow = JSON.parse(
      dsl(
        {
          start: { type: 'start', title: 'Ask' },
          work: {
            type: 'code',
            title: 'Work',
            code_language: 'javascript',
            code,
            variables: [],
            outputs: { words: { type: 'string', children: null } },
          },
          end: { type: 'end', title: 'Done', outputs: [] },
        },
        ['start>work', 'work>end'],
      ),
    ) as { app: object };
    flow.app = { mode: 'workflow', name: 'Broken' };
    return JSON.stringify(flow);
  };

  it.each([
    ['function main() { return { words: 7 }; }', '文字列が必要ですが、number でした。'],
    ['function main() { throw new Error("no river here"); }', 'no river here'],
  ])(
    'says in Japanese what is wrong, in its own words where it has some: %s',
    async (code, said) => {
      const { page, seen } = await console_.open('/ui/apps', { language: 'ja' });
      await importText(page, broken(code), TEXTS.ja);
      await page.getByTestId('open-imported').click();
      await page.getByRole('button', { name: TEXTS.ja.scene.start, exact: true }).click();
      await page.getByRole('alert').getByText(said).first().waitFor();
      await page.getByTestId('step-work').getByRole('button').click();
      await page.getByTestId('step-detail').getByText(said).first().waitFor();
      expect(await faultsOf(page)).toEqual([]);
      expect(seen).toEqual({ errors: [], foreign: [] });
    },
  );
});

describe('where the models of apps are', () => {
  it.each(['en', 'ja'] as const)('is said in %s, tried, and forgotten', async (language) => {
    const { providers } = TEXTS[language];
    const { page, seen } = await console_.open('/ui/providers', { language });
    const wanted = page.getByTestId('wanted-gpt-4.1');
    await wanted.getByText('Six branches').waitFor();
    await wanted.getByRole('button').click();
    const dialog = page.getByRole('dialog');
    // The only group there is has been chosen already.
    await dialog.getByRole('button', { name: providers.try }).click();
    await dialog.getByText(/PJ\d/).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await dialog.getByText(providers.endpoint, { exact: true }).click();
    await dialog.getByLabel(providers.url).fill('http://169.254.169.254/v1');
    await dialog.getByLabel(providers.key).fill('sk-hidden-0123456789');
    await dialog.getByRole('button', { name: providers.save }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel(providers.url).fill('http://nothing.invalid/v1');
    await dialog.getByRole('button', { name: providers.try }).click();
    await dialog.getByText(providers.advice.reach).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await dialog.getByLabel(providers.url).fill('https://models.example.com/v1');
    await dialog.getByRole('button', { name: providers.save }).click();
    const said = page.getByTestId('said-gpt-4.1');
    await said.getByText('https://models.example.com/v1').waitFor();
    await said.getByText('…6789').waitFor();
    expect(await page.content()).not.toContain('sk-hidden-0123456789');
    expect(await faultsOf(page)).toEqual([]);
    await said.getByRole('button', { name: providers.forget }).click();
    await dialog.getByRole('button', { name: providers.forget }).click();
    await page.getByText(providers.nothingSaid).waitFor();
    // A refused address, or one where nobody is, is an answer of the server, which the browser notes as such.
    expect(seen.errors.filter((error) => !/status of (?:400|502)/.test(error))).toEqual([]);
  });
});

describe('a person', () => {
  it('stops a run, and sees that it has stopped', async () => {
    console_.world.simulator.setFaults('{kind: stall, after_bytes: 1500, for_s: 30}');
    const { page } = await console_.open('/ui/apps');
    await openApp(page, 'Six branches');
    await page.getByRole('log').getByRole('button').first().click();
    await page.getByTestId('node-served').nth(5).waitFor();
    await page.getByRole('button', { name: TEXTS.en.playground.stop }).click();
    await page.getByTestId('run-state').getByText(TEXTS.en.run.state.stopped).waitFor();
  });

  it('goes through the graph by key', async () => {
    const { page } = await console_.open('/ui/apps');
    await openApp(page, 'Six branches');
    const view = page.locator('.react-flow__viewport');
    const at = (): Promise<string | null> => view.getAttribute('style');
    await page.locator('.react-flow__node').first().waitFor();
    await page.getByRole('group', { name: 'Graph of Six branches' }).focus();
    const before = await at();
    await page.keyboard.press('ArrowRight');
    await expect.poll(at).not.toBe(before);
    const moved = await at();
    await page.keyboard.press('+');
    await expect.poll(at).not.toBe(moved);
    const node = page.locator('.react-flow__node[data-id="facts"]');
    expect(await node.getAttribute('aria-label')).toMatch(/^Facts, LLM/);
    await node.focus();
    await page.keyboard.press('Enter');
    await page.getByText(TEXTS.en.trace.noneYet).waitFor();
  });

  it('is asked first about a file of a newer version, and told what another lacks', async () => {
    const { page, seen } = await console_.open('/ui/apps');
    const { apps } = TEXTS.en;
    const newer = everyInput().replace('0.4.0', '9.0.0');
    await page.getByRole('main').getByRole('button', { name: apps.import.button }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('tab', { name: apps.import.by.text }).click();
    await dialog.getByRole('textbox').fill('a: 1');
    await dialog.getByRole('button', { name: apps.import.button }).click();
    await dialog.getByText('Missing app data in YAML content').waitFor();
    await dialog.getByRole('textbox').fill(newer);
    await dialog.getByRole('button', { name: apps.import.button }).click();
    await dialog.getByRole('button', { name: apps.import.confirm }).click();
    await page.getByTestId('open-imported').waitFor();
    await dialog.getByRole('button', { name: apps.close }).last().click();
    await page.getByRole('main').getByRole('button', { name: apps.import.button }).click();
    await dialog.getByRole('tab', { name: apps.import.by.url }).click();
    await dialog.getByRole('textbox').fill('http://169.254.169.254/latest');
    await dialog.getByRole('button', { name: apps.import.button }).click();
    await dialog.getByRole('alert').waitFor();
    expect(seen.foreign).toEqual([]);
  });

  it('is shown names, notes and answers as text, whatever they say', async () => {
    const hostile = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
    const flow = JSON.parse(
      dsl(
        {
          start: { type: 'start', title: hostile },
          ask: llmData('{{#sys.query#}}', { title: hostile }),
          lost: { type: 'knowledge-retrieval', title: hostile, dataset_ids: ['x'] },
          answer: { type: 'answer', title: hostile, answer: `${hostile} {{#ask.text#}}` },
        },
        ['start>ask', 'ask>answer'],
      ),
    ) as { app: object };
    flow.app = {
      mode: 'advanced-chat',
      name: hostile,
      description: hostile,
      icon: hostile,
      icon_background: 'url(http://evil.invalid/x.png)',
    };
    const { page, seen } = await console_.open('/ui/apps');
    await importText(page, JSON.stringify(flow));
    await page.getByTestId('checklist').getByText(hostile).waitFor();
    await page.getByTestId('open-imported').click();
    await page.getByRole('heading', { level: 1, name: hostile }).waitFor();
    await page.getByLabel(TEXTS.en.scene.query).fill(`${hostile} ![p](http://evil.invalid/p.png)`);
    await page.keyboard.press('Enter');
    await page.getByTestId('run-state').getByText(TEXTS.en.run.state.succeeded).waitFor();
    await page.getByRole('tab', { name: TEXTS.en.apps.tab.api, exact: true }).click();
    await page.getByTestId('snippet').waitFor();
    expect(await page.evaluate(() => 'hit' in globalThis)).toBe(false);
    expect(await page.getByRole('main').locator('img, script').count()).toBe(0);
    expect(seen).toEqual({ errors: [], foreign: [] });
  });
});
