import type { Locator, Page } from 'playwright-core';
import en from '../console/i18n/en.json' with { type: 'json' };
import ja from '../console/i18n/ja.json' with { type: 'json' };
import { everyInput } from '../test/kit/every-input.ts';
import { typePrompt } from '../test/kit/type-prompt.ts';

export const TEXTS = { en, ja };

/** What a page is brought into its state with. */
export interface Scene {
  readonly page: Page;
  readonly texts: typeof ja;
  /** Of the console that is looked at. */
  readonly masterKey: string;
  /** Of a person without a say over others. */
  readonly personKey: string;
  /** Goes on sending requests for some seconds. */
  readonly traffic: () => Promise<void>;
  /** Cuts every connection; what it hands back listens again. */
  readonly cut: () => Promise<{ readonly back: () => Promise<void> }>;
}

export interface Picture {
  readonly name: string;
  readonly path: string;
  /** Which console: with traffic and people, asking for a key, or as it is at the very first. */
  readonly of?: 'filled' | 'asking' | 'fresh';
  readonly prepare?: (scene: Scene) => Promise<void>;
  /** Leaves the console as it was. */
  readonly undo?: (scene: Scene) => Promise<void>;
}

const SETTLE_MS = 2_500;
const MOVE_MS = 500;

const settle = ({ page }: Scene): Promise<void> => page.waitForTimeout(SETTLE_MS);

const loads = new WeakMap<Page, Promise<void>>();

const underLoad = async (scene: Scene): Promise<void> => {
  loads.set(scene.page, scene.traffic());
  await scene.page.waitForTimeout(2 * SETTLE_MS);
};

const loadOver = async ({ page }: Scene): Promise<void> => loads.get(page);

const main = (page: Page): Locator => page.getByRole('main');

const press =
  (name: (texts: Scene['texts']) => string) =>
  async ({ page, texts }: Scene): Promise<void> => {
    await main(page)
      .getByRole('button', { name: name(texts), exact: true })
      .first()
      .click();
    await page.waitForTimeout(MOVE_MS);
  };

const openRow =
  (which: 'first' | 'last', text = '') =>
  async ({ page }: Scene): Promise<void> => {
    await page.locator('tbody tr').filter({ hasText: text })[which]().click();
    await page.getByRole('dialog').waitFor();
    await page.waitForTimeout(MOVE_MS);
  };

const inTurn =
  (...steps: readonly ((scene: Scene) => Promise<void>)[]) =>
  async (scene: Scene): Promise<void> => {
    for (const step of steps) await step(scene);
  };

const inDialog =
  (act: (dialog: Locator, scene: Scene) => Promise<void>) =>
  async (scene: Scene): Promise<void> => {
    await act(scene.page.getByRole('dialog'), scene);
    await scene.page.waitForTimeout(MOVE_MS);
  };

const graphShown = async ({ page }: Scene): Promise<void> => {
  await page.locator('.react-flow__node').first().waitFor();
  await page.waitForTimeout(MOVE_MS);
};

const nextStep = ({ page }: Scene): Promise<void> => page.getByTestId('next').click();

const sceneOver = async ({ page }: Scene): Promise<void> => {
  await page.locator('a[data-testid="next"]:not([data-disabled])').waitFor({ timeout: 20_000 });
  await page.waitForTimeout(MOVE_MS);
};

const openRequest =
  (fits: (row: Locator) => Locator) =>
  async ({ page }: Scene): Promise<void> => {
    await fits(page.getByRole('row')).click();
    await page.getByTestId('why-so').waitFor();
    await page.waitForTimeout(MOVE_MS);
  };

const chat = async ({ page, texts }: Scene): Promise<void> => {
  await typePrompt(page, 'Why is the sky **blue**?', texts);
  await page.keyboard.press('Enter');
  await page
    .getByText(/gpt-4\.1 in project/)
    .first()
    .waitFor();
  await page.waitForTimeout(4_000);
};

const twoWithTools = async (scene: Scene): Promise<void> => {
  const { page, texts } = scene;
  await page.getByRole('switch', { name: texts.playground.double }).click();
  await page.getByRole('button', { name: texts.playground.exampleTools }).click();
  await page.getByLabel(texts.playground.system).fill('Answer briefly.');
  await chat(scene);
};

const sendMany =
  (watchedMs: number) =>
  async ({ page, texts }: Scene): Promise<void> => {
    const name = texts.playground.sendN_other.replace('{{count}}', '30');
    await page.getByRole('button', { name }).click();
    await page.waitForTimeout(watchedMs);
  };

const runFlow =
  (isAwaited: boolean) =>
  async ({ page, texts }: Scene): Promise<void> => {
    await page.getByRole('button', { name: texts.scene.start, exact: true }).click();
    if (isAwaited) await page.getByText(texts.scene.run.succeeded, { exact: true }).waitFor();
    await page.waitForTimeout(isAwaited ? MOVE_MS : 150);
  };

const openApp =
  (name: string, tab?: 'runs' | 'api' | 'missing') =>
  async ({ page, texts }: Scene): Promise<void> => {
    await main(page).getByRole('link', { name, exact: true }).click();
    await page.getByRole('tab').first().waitFor();
    if (tab) await page.getByRole('tab', { name: texts.apps.tab[tab] }).click();
    await page.waitForTimeout(700);
  };

const runApp =
  (isAwaited: boolean) =>
  async ({ page, texts }: Scene): Promise<void> => {
    await page.getByRole('log').getByRole('button').first().click();
    await page.getByTestId('run-state').waitFor();
    if (isAwaited) await page.getByText(texts.run.state.succeeded).waitFor();
    await page.waitForTimeout(isAwaited ? MOVE_MS : 150);
  };

const runForm = async ({ page, texts }: Scene): Promise<void> => {
  await page.getByLabel('Topic').fill('a river');
  await page.getByRole('button', { name: texts.scene.start, exact: true }).click();
  await page.getByTestId('output-words').waitFor();
  await page.waitForTimeout(MOVE_MS);
};

const importText =
  (text: string, shows: string) =>
  async ({ page, texts }: Scene): Promise<void> => {
    await main(page).getByRole('button', { name: texts.apps.import.button }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('tab', { name: texts.apps.import.by.text }).click();
    await dialog.getByRole('textbox').fill(text);
    await dialog.getByRole('button', { name: texts.apps.import.button }).click();
    await dialog.locator(shows).first().waitFor();
    await page.waitForTimeout(MOVE_MS);
  };

const plan = async ({ page, texts }: Scene): Promise<void> => {
  await page.getByRole('button', { name: texts.plan.compute }).click();
  await page.getByTestId('plan').waitFor();
};

const struck = async ({ page, texts }: Scene): Promise<void> => {
  await page.getByRole('switch', { name: texts.simulator.fault.down }).click();
  await page.getByRole('button', { name: texts.simulator.script }).click();
  await page.getByText(/http 500 · project-1/).waitFor();
  await page.waitForTimeout(MOVE_MS);
};

const healed = async ({ page, texts }: Scene): Promise<void> => {
  await page.getByRole('button', { name: texts.simulator.endAll }).click();
};

const pauseFirst = async ({ page, texts }: Scene): Promise<void> => {
  await page.getByRole('switch', { name: texts.models.pause.replace('{{name}}', 'PJ1') }).click();
  await page.waitForTimeout(SETTLE_MS);
};

const spoilConfig = async ({ page, texts }: Scene): Promise<void> => {
  await page.getByText('model_list').first().click();
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.type('litellm_settings: {num_retries: many}\n');
  await page.getByText(texts.models.draft).waitFor();
  await page.waitForTimeout(1_500);
};

const makeKey = inDialog(async (dialog, { texts }) => {
  await dialog.getByLabel(texts.keys.alias, { exact: true }).fill('picture');
  await dialog.getByRole('button', { name: texts.keys.make }).click();
  await dialog.getByText(texts.keys.once).waitFor();
});

const deleteKey = async ({ page, texts }: Scene): Promise<void> => {
  await page.getByRole('button', { name: texts.keys.haveIt }).click();
  await page.locator('tbody tr').filter({ hasText: 'picture' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: texts.form.delete }).click();
  const question = page.getByRole('dialog').filter({ hasText: texts.keys.deleteText });
  await question.getByRole('button', { name: texts.form.delete }).click();
  await page.locator('tbody tr').filter({ hasText: 'picture' }).waitFor({ state: 'detached' });
};

const signIn =
  (keyOf: (scene: Scene) => string) =>
  async (scene: Scene): Promise<void> => {
    const { page, texts } = scene;
    await page.getByLabel(texts.signIn.key).fill(keyOf(scene));
    await page.getByRole('button', { name: texts.signIn.enter }).click();
    await page.waitForTimeout(1_200);
  };

const asMaster = signIn(({ masterKey }) => masterKey);
const asPerson = signIn(({ personKey }) => personKey);

const loseSession = async ({ page, texts }: Scene): Promise<void> => {
  await typePrompt(page, 'half a thought', texts);
  await page.context().clearCookies();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.waitForTimeout(MOVE_MS);
};

const cuts = new WeakMap<Page, { readonly back: () => Promise<void> }>();

/** Under a page that is open: what is shown then is from before. */
const loseConnection = async (scene: Scene): Promise<void> => {
  const { page, texts, cut } = scene;
  await settle(scene);
  cuts.set(page, await cut());
  await page.getByRole('alert').filter({ hasText: texts.shell.lost }).waitFor();
  await page.waitForTimeout(MOVE_MS);
};

const findConnection = async ({ page }: Scene): Promise<void> => cuts.get(page)?.back();

/** For a page that is opened while nobody answers. */
const openUnanswered = async ({ page, texts }: Scene): Promise<void> => {
  await page.route('**/spillway/**', (route) => route.abort());
  await page.reload();
  await page.getByText(texts.error.unreachable).waitFor({ timeout: 60_000 });
};

const openExport = press((texts) => texts.usage.export);

const openEndpoint = async ({ page }: Scene): Promise<void> => {
  await main(page).getByRole('button', { name: /post/i }).first().click();
  await page.waitForTimeout(MOVE_MS);
};

const SIX = 'Six branches';
const EVERY = 'Every input';

/** Every page, and each state of it that a person meets. */
export const PICTURES: readonly Picture[] = [
  { name: 'sign-in', path: '/ui/', of: 'asking' },
  { name: 'sign-in-refused', path: '/ui/', of: 'asking', prepare: signIn(() => 'sk-wrong') },
  {
    name: 'session-over',
    path: '/ui/playground',
    of: 'asking',
    prepare: inTurn(asMaster, loseSession),
  },
  { name: 'own-keys', path: '/ui/keys', of: 'asking', prepare: asPerson },
  { name: 'own-usage', path: '/ui/usage', of: 'asking', prepare: asPerson },
  { name: 'connection-lost', path: '/ui/overview', prepare: loseConnection, undo: findConnection },
  { name: 'unanswered', path: '/ui/overview', prepare: openUnanswered },
  { name: 'no-such-page', path: '/ui/nowhere' },
  { name: 'start', path: '/ui/start' },
  { name: 'scene-keys', path: '/ui/start', prepare: inTurn(nextStep, graphShown) },
  {
    name: 'scene-running',
    path: '/ui/start',
    prepare: inTurn(nextStep, nextStep, ({ page }) => page.waitForTimeout(700)),
  },
  { name: 'scene', path: '/ui/start', prepare: inTurn(nextStep, nextStep, sceneOver) },
  { name: 'overview', path: '/ui/overview', prepare: underLoad, undo: loadOver },
  { name: 'overview-first', path: '/ui/overview', of: 'fresh', prepare: settle },
  { name: 'requests', path: '/ui/requests' },
  { name: 'requests-none', path: '/ui/requests?q=nothing+says+this' },
  { name: 'request', path: '/ui/requests', prepare: openRequest((rows) => rows.nth(3)) },
  {
    name: 'request-refused',
    path: '/ui/requests?q=gpt-5-unknown',
    prepare: openRequest((rows) => rows.filter({ hasText: '400' }).first()),
  },
  { name: 'history', path: '/ui/requests?of=history' },
  { name: 'history-none', path: '/ui/requests?of=history', of: 'fresh' },
  { name: 'record', path: '/ui/requests?of=history', prepare: openRow('first') },
  {
    name: 'record-failed',
    path: '/ui/requests?of=history&status=failure',
    prepare: openRow('last'),
  },
  { name: 'playground-first', path: '/ui/playground' },
  { name: 'playground', path: '/ui/playground', prepare: chat },
  { name: 'playground-double', path: '/ui/playground', prepare: twoWithTools },
  { name: 'parallel-first', path: '/ui/playground?tab=parallel' },
  { name: 'parallel-running', path: '/ui/playground?tab=parallel', prepare: sendMany(1_200) },
  { name: 'parallel', path: '/ui/playground?tab=parallel', prepare: sendMany(6_000) },
  { name: 'chatflow', path: '/ui/playground?tab=chatflow', prepare: graphShown },
  { name: 'chatflow-over', path: '/ui/playground?tab=chatflow', prepare: runFlow(true) },
  { name: 'apps', path: '/ui/apps' },
  { name: 'app-first', path: '/ui/apps', prepare: inTurn(openApp(SIX), graphShown) },
  { name: 'app-running', path: '/ui/apps', prepare: inTurn(openApp(SIX), runApp(false)) },
  { name: 'app', path: '/ui/apps', prepare: inTurn(openApp(SIX), runApp(true)) },
  { name: 'app-form', path: '/ui/apps', prepare: inTurn(openApp(EVERY), graphShown) },
  { name: 'app-form-over', path: '/ui/apps', prepare: inTurn(openApp(EVERY), runForm) },
  { name: 'app-runs', path: '/ui/apps', prepare: openApp(SIX, 'runs') },
  { name: 'app-runs-none', path: '/ui/apps', of: 'fresh', prepare: openApp(SIX, 'runs') },
  {
    name: 'app-run',
    path: '/ui/apps',
    prepare: inTurn(openApp(SIX, 'runs'), async ({ page }) => {
      await page.getByTestId('past-run').first().getByRole('link').click();
      await page.waitForTimeout(1_500);
    }),
  },
  { name: 'app-api', path: '/ui/apps', prepare: openApp(SIX, 'api') },
  { name: 'app-missing', path: '/ui/apps', prepare: openApp('Lacking', 'missing') },
  { name: 'app-import', path: '/ui/apps', prepare: press((texts) => texts.apps.import.button) },
  { name: 'app-import-failed', path: '/ui/apps', prepare: importText('a: 1', '[role=alert]') },
  {
    name: 'app-import-newer',
    path: '/ui/apps',
    prepare: importText(everyInput().replace('0.4.0', '9.0.0'), '[role=alert]'),
  },
  { name: 'providers', path: '/ui/providers' },
  { name: 'provider', path: '/ui/providers', prepare: press((texts) => texts.providers.add) },
  { name: 'models', path: '/ui/models', prepare: settle },
  { name: 'models-paused', path: '/ui/models', prepare: pauseFirst, undo: pauseFirst },
  { name: 'config', path: '/ui/models?tab=config' },
  { name: 'config-wrong', path: '/ui/models?tab=config', prepare: spoilConfig },
  { name: 'plan-first', path: '/ui/plan' },
  { name: 'plan', path: '/ui/plan', prepare: plan },
  { name: 'simulator', path: '/ui/simulator', prepare: settle },
  { name: 'simulator-first', path: '/ui/simulator', of: 'fresh' },
  { name: 'simulator-faults', path: '/ui/simulator', prepare: struck, undo: healed },
  { name: 'keys', path: '/ui/keys' },
  { name: 'keys-none', path: '/ui/keys', of: 'fresh' },
  { name: 'new-key', path: '/ui/keys', prepare: press((texts) => texts.keys.new) },
  {
    name: 'made-key',
    path: '/ui/keys',
    prepare: inTurn(
      press((texts) => texts.keys.forDify),
      makeKey,
    ),
    undo: deleteKey,
  },
  { name: 'one-key', path: '/ui/keys', prepare: openRow('first') },
  { name: 'teams', path: '/ui/teams' },
  { name: 'teams-none', path: '/ui/teams', of: 'fresh' },
  { name: 'new-team', path: '/ui/teams', prepare: press((texts) => texts.teams.new) },
  { name: 'one-team', path: '/ui/teams', prepare: openRow('first', 'Search') },
  { name: 'users', path: '/ui/users' },
  { name: 'users-none', path: '/ui/users', of: 'fresh' },
  { name: 'new-user', path: '/ui/users', prepare: press((texts) => texts.users.new) },
  { name: 'one-user', path: '/ui/users', prepare: openRow('first', 'yuki') },
  { name: 'budgets', path: '/ui/budgets' },
  { name: 'budgets-none', path: '/ui/budgets', of: 'fresh' },
  { name: 'new-budget', path: '/ui/budgets', prepare: press((texts) => texts.budgets.new) },
  { name: 'usage', path: '/ui/usage?by=token&per=hour' },
  { name: 'usage-days', path: '/ui/usage?of=tokens&by=endUser&days=30' },
  { name: 'usage-export', path: '/ui/usage?by=team', prepare: openExport },
  { name: 'usage-none', path: '/ui/usage', of: 'fresh' },
  { name: 'dify', path: '/ui/dify' },
  { name: 'api', path: '/ui/api' },
  { name: 'api-opened', path: '/ui/api', prepare: openEndpoint },
];
