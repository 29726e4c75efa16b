import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appSnippet, type CodeLanguage, type Way } from '../console/features/apps/app-snippets.ts';
import type { AppReply } from '#gateway/console/app-shapes.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { APP_KEY, startApp } from './kit/apps.ts';
import { inCheckout } from './kit/files.ts';

// A name that programs must not stumble over.
const NAME = `It's "my" app`;
const VARIABLES = [{ variable: 'topic', label: 'Topic', type: 'text-input', required: true }];

const flowOf = (mode: string): string => {
  const isTalk = mode === 'advanced-chat';
  const flow = JSON.parse(
    dsl(
      {
        start: { type: 'start', variables: VARIABLES },
        ask: llmData('{{#start.topic#}}'),
        last: isTalk
          ? { type: 'answer', answer: '{{#ask.text#}}' }
          : { type: 'end', outputs: [{ variable: 'text', value_selector: ['ask', 'text'] }] },
      },
      ['start>ask', 'ask>last'],
    ),
  ) as { app: object };
  flow.app = { mode, name: NAME };
  return JSON.stringify(flow);
};

const isThere = (program: string): boolean => {
  const [name = '', module] = program.split(' with ');
  const args = module === undefined ? ['--version'] : ['-c', `import ${module}`];
  try {
    execFileSync(name, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

// Imported packages are found from within the checkout.
mkdirSync(inCheckout('out'), { recursive: true });
const folder = mkdtempSync(inCheckout('out/app-examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (language: CodeLanguage, text: string): Promise<string> => {
  const ends = { curl: 'sh', Python: 'py', TypeScript: 'mts' };
  const programs = { curl: 'sh', Python: 'python3', TypeScript: process.execPath };
  const file = join(folder, `example.${ends[language]}`);
  writeFileSync(file, text);
  return new Promise((resolve, reject) => {
    const env = { ...process.env, APP_KEY };
    execFile(programs[language], [file], { env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout),
    );
  });
};

describe.each(['advanced-chat', 'workflow'])('examples for an app of mode %s', (mode) => {
  let app: Awaited<ReturnType<typeof startApp>>;
  let shown: AppReply;
  beforeAll(async () => {
    app = await startApp(flowOf(mode));
    const key = app.master;
    const list = (await (await app.call('GET', '/spillway/apps', { key })).json()) as {
      data: { id: string }[];
    };
    const path = `/spillway/apps/${list.data[0]?.id}`;
    shown = (await (await app.call('GET', path, { key })).json()) as AppReply;
  });
  afterAll(() => app.close());

  const cases: readonly (readonly [CodeLanguage, Way, string])[] = [
    ['curl', 'stream', 'curl'],
    ['curl', 'block', 'curl'],
    ['curl', 'model', 'curl'],
    ['Python', 'stream', 'python3'],
    ['Python', 'block', 'python3'],
    ['Python', 'model', 'python3 with openai'],
    ['TypeScript', 'stream', 'node'],
    ['TypeScript', 'block', 'node'],
    ['TypeScript', 'model', 'node'],
  ];
  for (const [language, way, program] of cases)
    it.skipIf(!isThere(program))(`${language}, ${way}: runs (needs ${program})`, async () => {
      const text = appSnippet({ app: shown, way, language, origin: app.url });
      expect(await run(language, text)).toContain(
        'You said: topic'.slice(0, way === 'stream' ? 3 : 99),
      );
    });
});
