import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { eventsOf, startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';

const closing = closedAfterEach();

const ECHO = dsl(
  {
    start: { type: 'start' },
    llm: llmData(),
    answer: { type: 'answer', answer: '{{#llm.text#}}' },
  },
  ['start>llm', 'llm>answer'],
);

const start = async (text = ECHO) => {
  const app = await startApp(text);
  closing.push(app.close);
  const admin = async (method: string, path: string, body?: unknown) => {
    const response = await app.call(method, path, { body, key: app.master });
    return response;
  };
  const json = async (method: string, path: string, body?: unknown): Promise<JsonObject> =>
    (await admin(method, path, body)).json() as Promise<JsonObject>;
  return { ...app, admin, json };
};

const idOf = (list: JsonObject): string => textOf((list['data'] as JsonObject[])[0]?.['id']);

test('apps of the folder are listed, and a changed file is read again', async () => {
  const { json, folder, apps } = await start();
  const list = await json('GET', '/spillway/apps');
  expect(list).toMatchObject({
    data: [{ name: 'test', mode: 'advanced-chat', source: 'folder', runnable: true, problems: 0 }],
  });
  const id = idOf(list);
  expect(await json('GET', `/spillway/apps/${id}/graph`)).toMatchObject({
    nodes: [{ id: 'start' }, { id: 'llm' }, { id: 'answer' }],
    edges: [{ source: 'start', target: 'llm' }, {}],
  });
  await writeFile(join(folder, 'test.yml'), ECHO.replace('"name":"test"', '"name":"renamed"'));
  const name = () => apps.deps.apps.get(id)?.app.name;
  while (name() !== 'renamed') await new Promise((resolve) => setTimeout(resolve, 50));
  expect(name()).toBe('renamed');
});

test('an import: kept, said what is missing, run, exported, deleted', async () => {
  const { json, admin, call } = await start();
  const code = {
    type: 'code',
    code_language: 'javascript',
    code: 'const x = require("lodash"); function main() { return { a: 1 }; }',
    outputs: { a: { type: 'number' } },
  };
  const yaml = dsl(
    {
      start: { type: 'start' },
      knowledge: { type: 'knowledge-retrieval', dataset_ids: ['x', 'y'] },
      code,
      answer: { type: 'answer', answer: 'x' },
    },
    ['start>knowledge', 'knowledge>code', 'code>answer'],
    { environment_variables: [{ name: 'key', value: '', value_type: 'secret' }] },
  );
  const result = await json('POST', '/spillway/apps', { yaml });
  expect(result).toMatchObject({
    status: 'completed-with-warnings',
    app_mode: 'advanced-chat',
    current_dsl_version: '0.6.0',
    imported_dsl_version: '0.4.0',
    error: '',
  });
  const list = (result['checklist'] as JsonObject[]).map(({ kind }) => kind);
  expect(list).toEqual(['flow', 'dataset', 'module', 'secret']);
  const id = textOf(result['app_id']);
  expect(await json('GET', `/spillway/apps/${id}`)).toMatchObject({ runnable: true, problems: 1 });
  const { key, id: keyId } = await json('POST', `/spillway/apps/${id}/keys`);
  const body = { inputs: {}, query: 'Hi', user: 'me' };
  // It runs until the node that cannot has its turn.
  const refused = await call('POST', '/v1/chat-messages', { body, key: textOf(key) });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({
    message: expect.stringContaining(
      'Node "knowledge" failed: Nodes of the type "knowledge-retrieval" cannot be run: knowledge bases are not supported',
    ),
  });
  const fixed = await json('POST', '/spillway/apps', { yaml: ECHO, app_id: id });
  expect(fixed).toMatchObject({ status: 'completed-with-warnings', app_id: id, checklist: [] });
  const reply = await call('POST', '/v1/chat-messages', { body, key: textOf(key) });
  expect(await reply.json()).toMatchObject({ answer: 'You said: Hi' });
  expect(await json('GET', `/spillway/apps/${id}/keys`)).toMatchObject({
    data: [{ id: keyId, hint: `app-…${textOf(key).slice(-4)}`, last_used_at: expect.any(Number) }],
  });
  const taken = await json('DELETE', `/spillway/apps/${id}/keys/${textOf(keyId)}`);
  expect(taken).toEqual({ result: 'success' });
  expect((await call('POST', '/v1/chat-messages', { body, key: textOf(key) })).status).toBe(401);
  const exported = await admin('GET', `/spillway/apps/${id}/dsl`);
  expect(await exported.text()).toBe(ECHO);
  expect(await json('DELETE', `/spillway/apps/${id}`)).toEqual({ result: 'success' });
  expect((await admin('GET', `/spillway/apps/${id}`)).status).toBe(404);
});

test('what cannot be imported says so as Dify does', async () => {
  const { json, admin } = await start();
  const failed = async (yaml: string) => (await json('POST', '/spillway/apps', { yaml }))['error'];
  expect(await failed('a: 1')).toBe('Missing app data in YAML content');
  expect(await failed('{')).toContain('app.yml:1');
  expect(await failed('app: {name: x}')).toBe('loss app mode');
  expect(await failed('version: 0.4\napp: {mode: workflow}')).toBe(
    "Invalid version type, expected str, got <class 'float'>",
  );
  expect(await failed('version: 4\napp: {mode: workflow}')).toBe(
    "Invalid version type, expected str, got <class 'int'>",
  );
  const newer = ECHO.replace('0.4.0', '9.0.0');
  expect(await json('POST', '/spillway/apps', { yaml: newer })).toMatchObject({
    status: 'pending',
    app_id: null,
    imported_dsl_version: '9.0.0',
  });
  expect(await json('POST', '/spillway/apps', { yaml: newer, confirm: true })).toMatchObject({
    status: 'completed',
  });
  const secret = ECHO.replace(
    '"graph"',
    '"environment_variables":[{"name":"k","value":"s3cret-value","value_type":"secret"}],"graph"',
  );
  const { app_id: id } = await json('POST', '/spillway/apps', { yaml: secret });
  const exported = await admin('GET', `/spillway/apps/${textOf(id)}/dsl`);
  expect(await exported.text()).not.toContain('s3cret-value');
});

test('a run of the console: its events, who served it, and the same again later', async () => {
  const { json, admin } = await start();
  const id = idOf(await json('GET', '/spillway/apps'));
  const events = await eventsOf(await admin('POST', `/spillway/apps/${id}/runs`, { query: 'Hi' }));
  expect(events[0]).toMatchObject({ type: 'run', runId: expect.any(String) });
  expect(events.map(({ type }) => type)).toContain('answer-delta');
  expect(events.find(({ type }) => type === 'node-served')).toMatchObject({
    nodeId: 'llm',
    deployment: 'PJ1',
    attempts: 1,
    callId: expect.any(String),
    model: 'gpt-4.1',
  });
  expect(events.at(-1)).toMatchObject({ type: 'run-finish', status: 'succeeded' });
  const runId = textOf(events[0]!['runId']);
  const run = await json('GET', `/spillway/runs/${runId}`);
  expect(run).toMatchObject({
    status: 'succeeded',
    query: 'Hi',
    outputs: { answer: 'You said: Hi' },
    trace: [{ nodeId: 'start' }, { nodeId: 'llm', deployment: 'PJ1' }, { nodeId: 'answer' }],
  });
  const again = await eventsOf(await admin('GET', `/spillway/runs/${runId}/events`));
  expect(again.at(-1)).toMatchObject({ type: 'run-finish' });
  expect(await json('GET', `/spillway/apps/${id}/runs`)).toMatchObject({ data: [{ id: runId }] });
  const talk = textOf(run['conversation_id']);
  const next = await admin('POST', `/spillway/apps/${id}/runs`, {
    query: 'And?',
    conversation_id: talk,
  });
  expect((await eventsOf(next))[0]).toMatchObject({ conversationId: talk });
});

test('only whoever runs the gateway may do this', async () => {
  const { call } = await start();
  for (const key of ['sk-nobody', 'app-0123456789abcdef0123'])
    expect([401, 404]).toContain((await call('GET', '/spillway/apps', { key })).status);
});

test('a file of the console is taken as bytes, and given to a run of the same app', async () => {
  const variables = [{ variable: 'paper', type: 'file', required: true }];
  const flow = dsl(
    {
      start: { type: 'start', variables },
      answer: { type: 'answer', answer: '{{#start.paper#}}' },
    },
    ['start>answer'],
  );
  const { json, url, master } = await start(flow);
  const id = idOf(await json('GET', '/spillway/apps'));
  const upload = (path: string, body: string): Promise<Response> =>
    fetch(`${url}/spillway/apps/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${master}` },
      body,
    });
  const taken = await upload(`${id}/files?name=a.txt&type=text/plain`, 'Water.');
  const file = (await taken.json()) as JsonObject;
  expect(file).toEqual({ id: expect.any(String), name: 'a.txt', size: 6, kind: 'document' });
  const paper = { transfer_method: 'local_file', type: 'document', upload_file_id: file['id'] };
  const reply = await fetch(`${url}/spillway/apps/${id}/runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${master}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'x', inputs: { paper } }),
  });
  expect((await eventsOf(reply)).at(-1)).toMatchObject({ status: 'succeeded' });
  expect((await upload('nobody/files?name=a.txt', 'x')).status).toBe(404);
  expect((await upload(`${id}/files`, 'x')).status).toBe(422);
  const large = await upload(`${id}/files?name=a.png`, 'x'.repeat(11 * 1024 * 1024));
  expect([large.status, await large.text()]).toEqual([
    413,
    expect.stringContaining('at most 10 MB'),
  ]);
});

test('a long DSL is imported, where other bodies are refused by their length', async () => {
  const { json, admin } = await start();
  const yaml = `${ECHO}\n# ${'x'.repeat(2 * 1024 * 1024)}`;
  expect(await json('POST', '/spillway/apps', { yaml })).toMatchObject({ error: '' });
  const id = idOf(await json('GET', '/spillway/apps'));
  const long = await admin('POST', `/spillway/apps/${id}/runs`, { query: yaml });
  expect(long.status).toBe(413);
});
