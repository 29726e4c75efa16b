/**
 * What the console feels like in a real browser: how soon it is there, how soon it answers a hand
 * where ten thousand requests are listed, and whether it stays smooth while a thousand a second come.
 * README.md says how to read the table.
 */
import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { DecisionBuilder } from '#balancer/decision.ts';
import en from '../console/i18n/en.json' with { type: 'json' };
import { launchBrowser, openContext } from '../test/kit/browser.ts';
import { buildConsole, startConsole } from '../test/kit/console.ts';
import { firstPaint, framesOf, slowestInteraction, watchInteractions } from './console/in-page.ts';
import { markdownTable } from './markdown-table.ts';
import { median, percentile } from './overhead/statistics.ts';
import { writeResults } from './results.ts';

const HELP = `Usage: npm run bench:console -- [options]

  --write   put the table into out/bench.md
  --help    this text

Exit code: 0 when every bar holds, 1 when one does not.`;

const ROUNDS = 5;
const ROWS = 10_000;
const EVENTS_PER_S = 1_000;
const LIVE_S = 6;
/** Events are told in ticks of this length, as a busy gateway tells them, ms. */
const TICK_MS = 20;
const BARS = { paintMs: 1_500, interactionMs: 100, frameMs: 100 };

type World = Awaited<ReturnType<typeof startConsole>>;

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

/** Tells of one request that is over, as the gateway itself would. */
const playOne = ({ gateway }: World, n: number): void => {
  const { clock } = gateway;
  const now = clock.now();
  const tookMs = 200 + ((n * 37) % 4_000);
  const decision = new DecisionBuilder(randomUUID(), 'gpt-4.1', {
    policy: 'quota-aware',
    arrivedMs: now - tookMs,
    wallMs: clock.wall() - tookMs,
    tenant: { key: `team-${n % 7}`, user: '' },
  });
  decision.attemptStarted(`PJ${(n % 3) + 1}`, now - tookMs);
  decision.firstContent(now - tookMs / 2);
  decision.counted({ inputTokens: 100 + (n % 900), outputTokens: 50 + (n % 400) }, 1_000_000);
  decision.ended('ok', 200, now);
  gateway.over({ decision });
};

/** From the click on a link to the first thing that is drawn, ms; nothing is in the browser's cache. */
const firstPaintMs = async (browser: Browser, world: World): Promise<number> => {
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.goto(`${world.url}/ui/overview`, { waitUntil: 'load' });
  await page.getByTestId('balance').waitFor();
  const paint = await firstPaint(page);
  await context.close();
  return paint;
};

/** Scrolls down until every row is there. */
const loadAllRows = async (page: Page): Promise<void> => {
  const table = page.getByRole('table');
  await table.waitFor();
  const count = async (): Promise<number> => Number(await table.getAttribute('aria-rowcount')) - 1;
  while ((await count()) < ROWS) {
    const before = await count();
    const more = page.getByRole('button', { name: en.requests.more });
    await more.click();
    while ((await count()) === before) await page.waitForTimeout(10);
  }
};

/** The slowest answer to a click or a key where all rows are listed, ms. */
const interactionMs = async (browser: Browser, world: World): Promise<number> => {
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.goto(`${world.url}/ui/requests`);
  await loadAllRows(page);
  await watchInteractions(page);
  for (let n = 0; n < 3; n++) {
    await page.getByRole('row').nth(4).click();
    await page.getByTestId('why-so').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('why-so').waitFor({ state: 'detached' });
    await page.getByLabel(en.requests.search).pressSequentially('team-3', { delay: 30 });
    await page.getByLabel(en.requests.search).press('ControlOrMeta+a');
    await page.keyboard.press('Delete');
  }
  const slowest = await slowestInteraction(page);
  await context.close();
  return slowest;
};

/** How long frames take while requests come in, and how many came to the page. */
const live = async (browser: Browser, world: World) => {
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.goto(`${world.url}/ui/requests?live=true`);
  await page.getByRole('table').waitFor();
  let told = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1000) * EVENTS_PER_S;
    while (told < due) playOne(world, told++);
  }, TICK_MS);
  await page.waitForTimeout(1_000);
  const frames = await framesOf(page, LIVE_S * 1_000);
  clearInterval(timer);
  await context.close();
  return { told, medianMs: median(frames), p99Ms: percentile(frames, 0.99) };
};

const built = buildConsole();
const world = await startConsole(built.folder);
const browser = await launchBrowser();
try {
  for (let n = 0; n < ROWS; n++) playOne(world, n);
  const paints: number[] = [];
  for (let round = 0; round < ROUNDS; round++) paints.push(await firstPaintMs(browser, world));
  const interaction = await interactionMs(browser, world);
  const frames = await live(browser, world);
  const rows = [
    ['first paint', median(paints), BARS.paintMs],
    [`slowest answer to a hand, ${ROWS} rows`, interaction, BARS.interactionMs],
    [`frame while ${EVENTS_PER_S} requests a second come, p99`, frames.p99Ms, BARS.frameMs],
  ] as const;
  const table = markdownTable([
    ['', 'ms', 'bar', 'verdict'],
    ...rows.map(([what, ms, bar]) => [
      what,
      ms.toFixed(0),
      `< ${bar}`,
      ms < bar ? 'held' : 'MISSED',
    ]),
  ]);
  const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}; drawn without a graphics card`;
  console.log(
    `${machine}\n\n${table}\n\nmedian frame ${frames.medianMs.toFixed(0)} ms, ${frames.told} requests told`,
  );
  if (rows.some(([, ms, bar]) => !(ms < bar))) process.exitCode = 1;
  if (values.write) writeResults('console', `${machine}\n\n${table}`);
} finally {
  await browser.close();
  await world.close();
  built.remove();
}
