/**
 * `npm run screenshots`: a picture of every page of the console and of its states, in both languages
 * and themes, under out/screenshots. With a word, of those alone whose name has it.
 */
import { mkdirSync } from 'node:fs';
import type { BrowserContext } from 'playwright-core';
import { dsl, llmData } from '#flow/test-kit.ts';
import { tokenOf } from '#keys/secret.ts';
import { type Language, launchBrowser, openContext } from '../test/kit/browser.ts';
import { buildConsole, startConsole } from '../test/kit/console.ts';
import { everyInput } from '../test/kit/every-input.ts';
import { fillPast } from '../test/kit/past.ts';
import { fillPeople } from '../test/kit/people.ts';
import { type Picture, PICTURES, TEXTS } from './pictures.ts';

const OUT = 'out/screenshots';
const [only] = process.argv.slice(2);

type World = Awaited<ReturnType<typeof startConsole>>;

const posting =
  ({ url, masterKey }: World) =>
  async (path: string, body: object): Promise<void> => {
    const reply = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await reply.text();
  };

/** Traffic of several keys, some of it too much, so that there is something to see. */
const fillIn = async (world: World, rounds = 10): Promise<void> => {
  const post = posting(world);
  const ask = (i: number): Promise<void> =>
    post('/v1/chat/completions', {
      model: i % 23 === 5 ? 'gpt-5-unknown' : 'gpt-4.1',
      user: ['search', 'batch-X', 'support'][i % 3],
      max_tokens: 400 + (i % 7) * 300,
      messages: [{ role: 'user', content: `Question ${i}: what is a spillway?` }],
    });
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: 10 }, (_, i) => ask(round * 10 + i)));
  }
};

/** An app whose models and knowledge are not here. */
const lacking = (): string => {
  const flow = JSON.parse(
    dsl(
      {
        start: { type: 'start', title: 'Ask' },
        look: { type: 'knowledge-retrieval', title: 'Handbook', dataset_ids: ['handbook'] },
        write: llmData('{{#sys.query#}}', {
          title: 'Write',
          model: { provider: 'langgenius/openai/openai', name: 'gpt-5', mode: 'chat' },
        }),
        answer: { type: 'answer', title: 'Answer', answer: '{{#write.text#}}' },
      },
      ['start>look', 'look>write', 'write>answer'],
    ),
  ) as { app: { mode: string; name: string } };
  flow.app = { mode: 'advanced-chat', name: 'Lacking' };
  return JSON.stringify(flow);
};

const fillPeopleIn = async (world: World) => {
  const people = await fillPeople(world);
  await fillPast(world.gateway.accounts!.registry.store.spend, {
    tokens: [people.crawler, people.dify, people.yuki].map(tokenOf),
    wallMs: Date.now(),
  });
  return people;
};

const fillWorld = async (world: World): Promise<void> => {
  await fillIn(world);
  await fillPeopleIn(world);
  for (const yaml of [everyInput(), lacking()]) await posting(world)('/spillway/apps', { yaml });
};

interface Shot {
  readonly picture: Picture;
  readonly world: World;
  readonly personKey: string;
  readonly language: Language;
  readonly theme: 'light' | 'dark';
}

/** How long anything may take to show, ms: whoever takes pictures may have other work as well. */
const PATIENCE_MS = 20_000;

const take = async (context: BrowserContext, shot: Shot): Promise<void> => {
  const { picture, world, personKey, language, theme } = shot;
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const { masterKey, cut } = world;
  const traffic = (): Promise<void> => fillIn(world, 3);
  const scene = { page, texts: TEXTS[language], masterKey, personKey, traffic, cut };
  const name = `${picture.name}-${language}-${theme}`;
  try {
    await page.goto(`${world.url}${picture.path}`, { waitUntil: 'load' });
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.waitForTimeout(700);
    await picture.prepare?.(scene);
    await page.evaluate('document.fonts.ready.then(() => undefined)');
    await page.screenshot({ path: `${OUT}/${name}.png` });
  } catch (error) {
    console.error(`${name}: ${String(error)}`);
    process.exitCode = 1;
  }
  // Whatever became of this one: the next must not show what was done for it.
  await picture.undo?.(scene).catch(() => undefined);
  await page.close();
};

const isAsked = (name: string): boolean => only === undefined || name.includes(only);

type Worlds = Readonly<Record<'filled' | 'asking' | 'fresh', World>>;

const takeAll = async (worlds: Worlds, personKey: string, language: Language): Promise<void> => {
  const browser = await launchBrowser(language);
  try {
    for (const theme of ['light', 'dark'] as const)
      for (const which of ['asking', 'fresh', 'filled'] as const) {
        const pictures = PICTURES.filter(
          (one) => (one.of ?? 'filled') === which && isAsked(`${one.name}-${language}-${theme}`),
        );
        let context = await openContext(browser, { language, theme });
        for (const picture of pictures) {
          await take(context, { picture, world: worlds[which], personKey, language, theme });
          if (which !== 'asking') continue;
          // Who has signed in for one picture has not for the next.
          await context.close();
          context = await openContext(browser, { language, theme });
        }
        await context.close();
      }
  } finally {
    await browser.close();
  }
};

mkdirSync(OUT, { recursive: true });
const built = buildConsole();
const filled = await startConsole(built.folder);
const asking = await startConsole(built.folder, { asksForKey: true });
const fresh = await startConsole(built.folder);
try {
  const [{ yuki }] = await Promise.all([fillPeopleIn(asking), fillWorld(filled)]);
  for (const language of ['en', 'ja'] as const)
    await takeAll({ filled, asking, fresh }, yuki, language);
} finally {
  for (const world of [filled, asking, fresh]) await world.close();
  built.remove();
}
console.log(OUT);
