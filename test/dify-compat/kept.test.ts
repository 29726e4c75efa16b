import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { openSqlite } from '#store/sqlite/open.ts';
import type { Store } from '#store/store.ts';
import { eventsOf, startApp, textOf } from '../kit/apps.ts';
import { memoryLog } from '../kit/gateway.ts';

let store: Store;
let dataDir: string;
beforeAll(async () => {
  store = await openSqlite({ clock: systemClock, log: memoryLog() });
  dataDir = await mkdtemp(join(tmpdir(), 'kept-'));
});
afterAll(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

/** On a busy machine, too. */
const SOON = { timeout: 10_000 };

type App = Awaited<ReturnType<typeof startApp>>;

/** One process after the other, with what the first one kept. */
const overRestart = async <T>(
  text: string,
  before: (app: App) => Promise<T>,
  after: (app: App, seen: T) => Promise<void>,
): Promise<void> => {
  const during = async <R>(task: (app: App) => Promise<R>): Promise<R> => {
    const app = await startApp(text, { store, dataDir });
    try {
      return await task(app);
    } finally {
      await app.close();
    }
  };
  const seen = await during(before);
  await during((app) => after(app, seen));
};

const WORKFLOW = dsl(
  {
    start: { type: 'start', variables: [{ variable: 'q', label: 'q', type: 'text-input' }] },
    llm: llmData('{{#start.q#}}'),
    end: { type: 'end', outputs: [{ variable: 'said', value_selector: ['llm', 'text'] }] },
  },
  ['start>llm', 'llm>end'],
).replace('advanced-chat', 'workflow');

const runOne = async (app: App, q: string): Promise<string> => {
  const body = { inputs: { q }, response_mode: 'streaming', user: 'u' };
  const events = await eventsOf(await app.call('POST', '/v1/workflows/run', { body }));
  return textOf(events[0]?.['workflow_run_id']);
};
const json = async (app: App, path: string, key?: string): Promise<JsonObject> =>
  (await app.call('GET', path, key === undefined ? {} : { key })).json() as Promise<JsonObject>;

test('a run can be looked at again after a restart: by the API, in the logs, with every event', () =>
  overRestart(
    WORKFLOW,
    async (app) => {
      const id = await runOne(app, 'a "quoted" word');
      await runOne(app, 'another');
      const shown = await json(app, `/spillway/runs/${id}`, app.master);
      return { id, shown, run: await json(app, `/v1/workflows/run/${id}`) };
    },
    async (app, { id, shown, run }) => {
      expect(run).toMatchObject({
        status: 'succeeded',
        outputs: { said: 'You said: a "quoted" word' },
      });
      expect(await json(app, `/v1/workflows/run/${id}`)).toEqual(run);
      expect(await json(app, `/spillway/runs/${id}`, app.master)).toEqual(shown);
      expect(shown['events']).not.toHaveLength(0);
      const all = await json(app, '/v1/workflows/logs');
      expect(all).toMatchObject({ total: 2, has_more: false });
      const found = await json(app, `/v1/workflows/logs?keyword=${encodeURIComponent('"quoted"')}`);
      expect(found).toMatchObject({ total: 1, data: [{ workflow_run: { id } }] });
      expect(await json(app, '/v1/workflows/logs?status=failed')).toMatchObject({ total: 0 });
      const [newest, oldest] = (all['data'] as JsonObject[]).map((row) =>
        new Date(Number(row['created_at']) * 1000).toISOString(),
      );
      const totals = await Promise.all(
        [
          'created_by_end_user_session_id=u',
          'created_by_end_user_session_id=_',
          `created_at__after=${oldest}`,
          `created_at__before=${new Date(Date.parse(newest!) + 2000).toISOString()}`,
          'created_at__after=2999-01-01',
          'created_at__before=2000-01-01T00:00:00Z',
        ].map(async (query) => (await json(app, `/v1/workflows/logs?${query}`))['total']),
      );
      expect(totals).toEqual([2, 0, 2, 2, 0, 0]);
      expect(await json(app, '/v1/workflows/logs?created_at__after=soon')).toMatchObject({
        code: 'invalid_param',
      });
      const page = await json(app, '/v1/workflows/logs?limit=1&page=2');
      expect(page).toMatchObject({ total: 2, has_more: false, data: [{ workflow_run: { id } }] });
      const watched = await app.call('GET', `/spillway/runs/${id}/events`, { key: app.master });
      expect(await watched.text()).toContain('run-finish');
    },
  ));

const CHAT = dsl(
  {
    start: { type: 'start' },
    set: {
      type: 'assigner',
      version: '2',
      items: [
        {
          variable_selector: ['conversation', 'last'],
          input_type: 'variable',
          operation: 'over-write',
          value: ['sys', 'query'],
        },
      ],
    },
    answer: { type: 'answer', answer: '{{#conversation.last#}} {{#sys.dialogue_count#}}' },
  },
  ['start>set', 'set>answer'],
  {
    conversation_variables: [
      {
        id: 'v',
        name: 'last',
        value_type: 'string',
        value: 'none',
        selector: ['conversation', 'last'],
      },
    ],
  },
);

test('a conversation goes on after a restart, with its variables', () =>
  overRestart(
    CHAT,
    async (app) => {
      const body = { inputs: {}, query: 'first', user: 'u' };
      const reply = await (await app.call('POST', '/v1/chat-messages', { body })).json();
      return textOf((reply as JsonObject)['conversation_id']);
    },
    async (app, id) => {
      const path = `/v1/conversations/${id}/variables?user=u`;
      expect(await json(app, path)).toMatchObject({ data: [{ name: 'last', value: 'first' }] });
      const body = { inputs: {}, query: 'second', user: 'u', conversation_id: id };
      const reply = await (await app.call('POST', '/v1/chat-messages', { body })).json();
      expect(reply).toMatchObject({ answer: 'second 2', conversation_id: id });
      const said = await json(app, `/v1/messages?conversation_id=${id}&user=u`);
      expect(said['data']).toMatchObject([{ answer: 'first 1' }, { answer: 'second 2' }]);
    },
  ));

const FILES = dsl(
  {
    start: { type: 'start' },
    read: { type: 'document-extractor', variable_selector: ['sys', 'files'], is_array_file: true },
    answer: { type: 'answer', answer: '{{#read.text#}}' },
  },
  ['start>read', 'read>answer'],
);

const upload = async (app: App, name: string, type: string, bytes: string) => {
  const body = new FormData();
  body.set('user', 'u');
  body.set('file', new Blob([Buffer.from(bytes, 'latin1')], { type }), name);
  const response = await app.call('POST', '/v1/files/upload', { body });
  return { status: response.status, body: (await response.json()) as JsonObject };
};

test('an upload is there after a restart, for its user alone; a picture that is none is refused', () =>
  overRestart(
    FILES,
    async (app) => {
      const kept = await upload(app, 'note.txt', 'text/plain', 'remember me');
      expect(kept).toMatchObject({ status: 201, body: { size: 11, extension: 'txt' } });
      const lie = await upload(app, 'a.png', 'image/png', '<script>');
      expect(lie).toMatchObject({ status: 415, body: { code: 'unsupported_file_type' } });
      const png = await upload(app, 'b.png', 'image/png', '\x89PNG\r\n\x1a\n…');
      expect(png.status).toBe(201);
      return textOf(kept.body['id']);
    },
    async (app, id) => {
      const files = [{ type: 'document', transfer_method: 'local_file', upload_file_id: id }];
      const body = { inputs: {}, query: 'x', files };
      const ask = (user: string) =>
        app.call('POST', '/v1/chat-messages', { body: { ...body, user } });
      expect(await (await ask('u')).json()).toMatchObject({ answer: '- remember me' });
      expect((await ask('somebody-else')).status).toBe(400);
      const preview = await app.call('GET', `/v1/files/${id}/preview`);
      expect(await preview.text()).toBe('remember me');
    },
  ));

test('with an app that is deleted goes all that was said to it, sent and run', () =>
  overRestart(
    FILES,
    async (app) => {
      const admin = async (method: string, path: string, body?: unknown) =>
        (await app.call(method, path, { body, key: app.master })).json() as Promise<JsonObject>;
      const made = await admin('POST', '/spillway/apps', { yaml: CHAT });
      const id = textOf(made['app_id']);
      const { key } = await admin('POST', `/spillway/apps/${id}/keys`);
      const form = new FormData();
      form.set('user', 'u');
      form.set('file', new Blob(['x']), 'x.txt');
      const own = { key: textOf(key) };
      await app.call('POST', '/v1/files/upload', { ...own, body: form });
      const body = { inputs: {}, query: 'first', user: 'u' };
      await app.call('POST', '/v1/chat-messages', { ...own, body });
      const { data } = await admin('GET', `/spillway/apps/${id}/runs`);
      const runId = textOf((data as JsonObject[])[0]?.['id']);
      const uploads = () => readdir(join(dataDir, 'uploads'));
      const before = (await uploads()).length;
      await admin('DELETE', `/spillway/apps/${id}`);
      await expect.poll(async () => (await uploads()).length, SOON).toBe(before - 1);
      return { id, runId };
    },
    async (app, { id, runId }) => {
      const shown = await app.call('GET', `/spillway/runs/${runId}`, { key: app.master });
      expect(shown.status).toBe(404);
      expect(app.apps.deps.apps.get(id)).toBeUndefined();
      expect(JSON.stringify(await store.shelves.conversations.all())).not.toContain(id);
    },
  ));

test('an app that is asked as a model takes files by its metadata, whole and streamed', async () => {
  const app = await startApp(FILES);
  try {
    const { body: kept } = await upload(app, 'note.txt', 'text/plain', 'read to a model');
    const file = { type: 'document', transfer_method: 'local_file' };
    const ask = (stream: boolean) => ({
      model: 'app/test',
      stream,
      user: 'u',
      messages: [{ role: 'user', content: 'x' }],
      metadata: { files: [{ ...file, upload_file_id: kept['id'] }] },
    });
    for (const stream of [false, true]) {
      const reply = await app.call('POST', '/v1/chat/completions', { body: ask(stream) });
      expect(reply.status).toBe(200);
      expect(await reply.text()).toContain('read to a model');
    }
  } finally {
    await app.close();
  }
});
