import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { deleteApp, exportApp, importFile, listApps, makeKey } from '#cli/run-apps.ts';
import { runAppsTest } from '#cli/run-apps-test.ts';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { eventsOf, startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';

const closing = closedAfterEach();

const text = (template: string): string =>
  dsl(
    {
      start: { type: 'start' },
      llm: llmData(),
      answer: { type: 'answer', answer: template },
    },
    ['start>llm', 'llm>answer'],
  );

/** What a command prints. */
const printed = async (command: () => Promise<void>): Promise<string> => {
  let out = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    out += String(piece);
    return true;
  });
  try {
    await command();
  } finally {
    spy.mockRestore();
  }
  return out;
};

test('apps are listed, imported, called, exported, deleted, and their runs played again', async () => {
  const app = await startApp(text('{{#llm.text#}}'));
  closing.push(app.close);
  const options = { url: app.url, key: app.master };
  expect(await printed(() => listApps(options))).toMatch(
    /^app .*\ntest +advanced-chat +folder +yes/,
  );
  const file = join(app.dataDir, 'new.yml');
  await writeFile(file, text('<{{#llm.text#}}>').replace('"name":"test"', '"name":"new"'));
  expect(await printed(() => importFile(file, options))).toContain('completed-with-warnings: ');
  expect(await printed(() => makeKey('new', options))).toMatch(/^app-\S{24}\n$/);
  expect(await printed(() => exportApp('new', options))).toContain('"name":"new"');
  const twin = await printed(() => importFile(file, options));
  await expect(deleteApp('new', options)).rejects.toThrow(
    'There are 2 apps "new"; name one by its id: ',
  );
  expect(await printed(() => deleteApp(/: (\S+)/.exec(twin)![1]!, options))).toBe('deleted\n');
  const newer = join(app.dataDir, 'newer.yml');
  await writeFile(newer, text('x').replace('0.4.0', '9.0.0'));
  await expect(importFile(newer, options)).rejects.toThrow('--confirm');

  const { id } = app.apps.deps.apps.find('new')!;
  const run = await app.call('POST', `/spillway/apps/${id}/runs`, {
    key: app.master,
    body: { query: 'Hi' },
  });
  const [first] = await eventsOf(run);
  const path = `/spillway/runs/${textOf(first!['runId'])}`;
  const record = (await (await app.call('GET', path, { key: app.master })).json()) as JsonObject;
  const recorded = join(app.dataDir, 'run.json');
  await writeFile(recorded, JSON.stringify(record));
  const calls = app.upstream.calls.length;
  expect(await printed(() => runAppsTest(file, [recorded]))).toContain('1 of 1 as recorded');
  await writeFile(file, text('({{#llm.text#}})'));
  const differs = await printed(() => runAppsTest(file, [recorded]));
  expect(differs).toContain('- answer: "<You said: Hi>"');
  expect(differs).toContain('+ answer: "(You said: Hi)"');
  expect(differs).toContain('0 of 1 as recorded');
  expect(process.exitCode).toBe(1);
  process.exitCode = 0;
  expect(app.upstream.calls).toHaveLength(calls);

  expect(await printed(() => deleteApp('new', options))).toBe('deleted\n');
  await expect(deleteApp('new', options)).rejects.toThrow('There is no app "new"');
});

test('the list says how much is in the way of an app, and whether it runs all the same', async () => {
  const kept = dsl(
    {
      start: { type: 'start' },
      look: { type: 'knowledge-retrieval' },
      answer: { type: 'answer', answer: '' },
    },
    ['start>look', 'look>answer'],
  );
  const app = await startApp(kept);
  closing.push(app.close);
  const options = { url: app.url, key: app.master };
  expect(await printed(() => listApps(options))).toMatch(/ folder +yes \(1 problem\) /);
  await writeFile(join(app.folder, 'test.yml'), dsl({ answer: { type: 'answer' } }, []));
  const served = () => app.apps.deps.apps.find('test');
  while (served()?.flow) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await printed(() => listApps(options))).toMatch(/ folder +no \(\d problems?\) /);
});
