import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { openSqlite } from '#store/sqlite/open.ts';
import { startApp, textOf } from '../kit/apps.ts';
import { memoryLog } from '../kit/gateway.ts';
import { sendJson } from '../kit/upstream.ts';

const SECRET = 'Zk9/operators+own&word';
/** What it looks like wherever it may have gone. */
const FORMS = [
  SECRET,
  encodeURIComponent(SECRET),
  new URLSearchParams({ k: SECRET }).toString().slice(2),
  Buffer.from(SECRET).toString('base64').slice(0, -2),
];

let outside: Server;
let url: string;
const heard: string[] = [];
beforeAll(async () => {
  outside = createServer((req, res) => {
    const word = String(req.headers['x-word']);
    heard.push(`${req.url} ${word} ${req.headers.authorization}`);
    // Whoever is asked may say all of it back.
    res.end(`you said ${word} at ${req.url}`);
  });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => outside.close(resolve)));

const VARIABLES = {
  environment_variables: [{ id: 'e', name: 'word', value: SECRET, value_type: 'secret' }],
  conversation_variables: [{ id: 'c', name: 'kept', value: '', value_type: 'string' }],
};

/** Uses the secret in every way that leaves something behind. */
const everyWay = (): string =>
  dsl(
    {
      start: { type: 'start' },
      http: {
        type: 'http-request',
        method: 'get',
        url: `${url}/{{#env.word#}}`,
        params: 'k:{{#env.word#}}',
        headers: 'x-word:{{#env.word#}}',
        authorization: {
          type: 'api-key',
          config: { type: 'basic', api_key: 'me:{{#env.word#}}' },
        },
      },
      set: {
        type: 'assigner',
        version: '2',
        items: [
          {
            variable_selector: ['conversation', 'kept'],
            input_type: 'variable',
            operation: 'over-write',
            value: ['env', 'word'],
          },
        ],
      },
      throws: {
        type: 'code',
        code_language: 'javascript',
        code: 'function main({w}) { throw new Error(`not ${w}, nor ${encodeURIComponent(w)}`) }',
        variables: [{ variable: 'w', value_selector: ['env', 'word'] }],
        outputs: { text: { type: 'string' } },
        error_strategy: 'default-value',
        default_value: [{ key: 'text', type: 'string', value: 'none' }],
      },
      ask: llmData('The word is {{#env.word#}}.'),
      tpl: {
        type: 'template-transform',
        template: '{{ w }} {{ w|tojson }} {{ w|urlencode }}',
        variables: [{ variable: 'w', value_selector: ['env', 'word'] }],
      },
      answer: { type: 'answer', answer: '{{#ask.text#}} {{#http.body#}} {{#tpl.output#}}' },
    },
    ['start>http', 'http>set', 'set>throws', 'throws>ask', 'ask>tpl', 'tpl>answer'],
    VARIABLES,
  );

const filesBelow = async (folder: string): Promise<string[]> => {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = all.filter((each) => each.isFile());
  return Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')),
  );
};

const mustHold = (what: string, text: string): void => {
  for (const form of FORMS) {
    const at = text.indexOf(form);
    expect([what, at < 0 ? '' : text.slice(Math.max(0, at - 300), at)]).toEqual([what, '']);
  }
};

test('a secret in the operator’s own file is told to whom the flow tells it, and kept nowhere', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'secrets-'));
  const log = memoryLog();
  const store = await openSqlite({ folder: dataDir, clock: systemClock, log });
  const app = await startApp(everyWay(), {
    allow: ['127.0.0.1'],
    store,
    dataDir,
    keeps: true,
    bodies: { bytes: 100_000 },
  });
  const get = async (path: string): Promise<string> =>
    (await app.call('GET', path, { key: app.master })).text();
  const body = { inputs: {}, query: 'hi', user: 'u', response_mode: 'streaming' };
  const said = await (await app.call('POST', '/v1/chat-messages', { body })).text();
  // It was used: that is what it is for.
  expect(heard[0]).toContain(SECRET);
  expect(heard[0]).toContain(Buffer.from(`me:${SECRET}`).toString('base64'));
  expect(JSON.stringify(app.upstream.calls)).toContain(SECRET);
  const events = said.split('\n\n').filter((event) => !event.includes('"event":"message"'));
  expect(events.join('')).toContain('[secret]');
  mustHold('events', events.join('\n'));

  const [served] = app.apps.deps.apps.all();
  const { id } = served!;
  const runs = JSON.parse(await get(`/spillway/apps/${id}/runs`)) as { data: JsonObject[] };
  const run = textOf(runs.data[0]?.['id']);
  const conversation = textOf(runs.data[0]?.['conversation_id']);
  const trace = await get(`/spillway/runs/${run}`);
  expect(trace).toContain('[secret]');
  const call = /"callId":"([^"]+)"/.exec(trace)?.[1];
  for (const path of [
    '/spillway/apps',
    `/spillway/apps/${id}`,
    `/spillway/apps/${id}/drawing`,
    `/spillway/apps/${id}/graph`,
    `/spillway/apps/${id}/dsl`,
    `/spillway/apps/${id}/runs`,
    `/spillway/runs/${run}`,
    `/spillway/decisions/${call}`,
    '/spend/logs/v2',
  ])
    mustHold(path, await get(path));
  expect(await get(`/spillway/decisions/${call}`)).toContain('PJ1');
  for (const path of [
    `messages?user=u&conversation_id=${conversation}`,
    `conversations/${conversation}/variables?user=u`,
    `workflows/run/${run}?user=u`,
    'workflows/logs?user=u',
    'parameters?user=u',
  ])
    mustHold(path, await (await app.call('GET', `/v1/${path}`)).text());

  await app.keeping!.writer.flush();
  const kept = JSON.stringify(await store.appRuns.get(run));
  expect(kept).toContain('[secret]');
  const spent = await get('/spend/logs/v2');
  const [row] = (JSON.parse(spent) as { data: JsonObject[] }).data;
  const one = await get(`/spend/logs/ui/${textOf(row?.['request_id'])}`);
  expect(one).toContain('The word is [secret].');
  mustHold('what was asked, where that is kept', one);
  mustHold('the log', JSON.stringify([app.log.lines, log.lines]));
  await app.close();
  await store.close();
  const files = await filesBelow(dataDir);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) mustHold('a file of ours', file);
  await rm(dataDir, { recursive: true });
});

test('a run that fails, and a file that is broken, tell no secret', async () => {
  const flow = dsl(
    {
      start: { type: 'start' },
      ask: llmData('The word is {{#env.word#}}.'),
      answer: { type: 'answer', answer: '{{#ask.text#}}' },
    },
    ['start>ask', 'ask>answer'],
    VARIABLES,
  );
  const app = await startApp(flow, {
    // A vendor that repeats what it was asked, and refuses it.
    script: ({ body }, res) => sendJson(res, 400, { error: { message: JSON.stringify(body) } }),
  });
  for (const mode of ['blocking', 'streaming']) {
    const body = { inputs: {}, query: 'hi', user: 'u', response_mode: mode };
    const said = await (await app.call('POST', '/v1/chat-messages', { body })).text();
    expect(said).toContain('failed');
    mustHold(mode, said);
  }
  for (const broken of [
    flow.replace('"edges"', '"edges'),
    flow.replace('"secret"', '{"a": 1}'),
    flow.replace('"environment_variables":[', '"environment_variables":['.repeat(3)),
    flow.replace('"llm"', '"unknown-kind"'),
  ]) {
    await writeFile(join(app.folder, 'broken.yml'), broken);
    const reply = await app.call('POST', '/spillway/apps', {
      body: { yaml: broken },
      key: app.master,
    });
    mustHold('what is said of a broken one', await reply.text());
  }
  await expect
    .poll(() => JSON.stringify(app.log.lines), { timeout: 10_000 })
    .toContain('broken.yml');
  mustHold('the log', JSON.stringify(app.log.lines));
  await app.close();
});

test('nor does a workflow that is another app’s tool', async () => {
  const inner = dsl(
    {
      start: { type: 'start', variables: [] },
      ask: llmData('The word is {{#env.word#}}.'),
      end: { type: 'end', outputs: [{ variable: 'said', value_selector: ['ask', 'text'] }] },
    },
    ['start>ask', 'ask>end'],
    { environment_variables: VARIABLES.environment_variables },
  )
    .replace('advanced-chat', 'workflow')
    .replace('"name":"test"', '"name":"inner"');
  const outer = dsl(
    {
      start: { type: 'start' },
      tool: {
        type: 'tool',
        provider_type: 'workflow',
        provider_name: 'inner',
        provider_id: 'inner',
        tool_name: 'inner',
        tool_parameters: {},
        tool_configurations: {},
      },
      answer: { type: 'answer', answer: '{{#tool.text#}}' },
    },
    ['start>tool', 'tool>answer'],
  );
  const app = await startApp(outer, { keeps: true, bodies: { bytes: 100_000 } });
  await app.call('POST', '/spillway/apps', { body: { yaml: inner }, key: app.master });
  const body = { inputs: {}, query: 'hi', user: 'u', response_mode: 'blocking' };
  const said = await (await app.call('POST', '/v1/chat-messages', { body })).text();
  expect(JSON.stringify(app.upstream.calls)).toContain(SECRET);
  expect(said).toContain('The word is [secret].');
  await app.keeping!.writer.flush();
  const get = async (path: string): Promise<string> =>
    (await app.call('GET', path, { key: app.master })).text();
  const [row] = (JSON.parse(await get('/spend/logs/v2')) as { data: JsonObject[] }).data;
  const one = await get(`/spend/logs/ui/${textOf(row?.['request_id'])}`);
  expect(one).toContain('The word is [secret].');
  mustHold('what was asked of the inner one', one + said + JSON.stringify(app.log.lines));
  await app.close();
});
