import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { FlowRequest, FlowServices } from '#flow/ports.ts';
import { dsl, flowOf, llmData } from '#flow/test-kit.ts';
import { openApiTools, toolRequest } from '#server/apps/tools/openapi-tools.ts';
import { toolBox } from '#server/apps/tools/tool-box.ts';
import { ServedApps } from '#service-api/served-apps.ts';

const API = {
  servers: [{ url: 'https://pets.example/v1/' }],
  paths: {
    '/pets/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      post: {
        operationId: 'feedPet',
        summary: 'Feeds a pet.',
        parameters: [{ name: 'loud', in: 'query', schema: { type: 'boolean' } }],
        requestBody: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Meal' } } },
        },
      },
    },
    '/pets': { get: {} },
  },
  components: {
    schemas: {
      Meal: { type: 'object', required: ['food'], properties: { food: { type: 'string' } } },
    },
  },
};

/** Of the run that uses a tool, ms. */
const DEADLINE = 60_000;

const box = () => {
  const sent: FlowRequest[] = [];
  const deadlines: number[] = [];
  const apps = new ServedApps();
  const clock = new VirtualClock(0, Date.UTC(2024, 0, 31, 12));
  const services: FlowServices = {
    async *chat(_, { deadline }) {
      deadlines.push(deadline);
    },
    fetch: (request) => {
      sent.push(request);
      const isBad = request.url.includes('bad');
      const body = Buffer.from('{"ok": true}');
      return Promise.resolve({ status: isBad ? 500 : 200, headers: {}, body });
    },
  };
  const apis = [
    { name: 'pets', headers: { authorization: 'Bearer k' }, tools: openApiTools(API, undefined) },
  ];
  const tools = toolBox({ clock, apis, apps, services: () => services });
  const use = (provider: string, tool: string, inputs: JsonObject, kind = 'builtin', depth = 0) =>
    tools.use(
      { kind, provider, tool },
      { inputs, runId: 'r', signal: new AbortController().signal, deadline: DEADLINE, depth },
    );
  return { tools, use, sent, apps, deadlines };
};

test.each<[string, string, JsonObject, string]>([
  ['time', 'current_time', {}, '2024-01-31 12:00:00'],
  [
    'langgenius/time',
    'current_time',
    { timezone: 'Asia/Tokyo', format: '%H:%M %z' },
    '21:00 +0900',
  ],
  ['time', 'timestamp_to_localtime', { timestamp: '0', timezone: 'UTC' }, '1970-01-01 00:00:00'],
  [
    'time',
    'localtime_to_timestamp',
    { localtime: '1970-01-01 09:00:00', timezone: 'Asia/Tokyo' },
    '0',
  ],
  ['time', 'weekday', { year: 2024, month: 1, day: 31 }, 'Wednesday'],
  ['json_process', 'json_parse', { content: '{"a": [1, {"b": "x"}]}', json_filter: 'a[1].b' }, 'x'],
  ['json_process', 'json_parse', { content: '{"a": 1}', json_filter: '$.z' }, ''],
  ['json_process', 'json_delete', { content: '{"a": 1, "b": 2}', query: 'a' }, '{"b":2}'],
  [
    'json_process',
    'json_insert',
    { content: '{"a": {}}', query: 'a.b', new_value: '[1]' },
    '{"a":{"b":[1]}}',
  ],
  [
    'json_process',
    'json_replace',
    { content: '[1, 2]', query: '[0]', replace_value: 'é' },
    '["é",2]',
  ],
])('%s %s %j says %j', async (provider, tool, inputs, text) => {
  const { tools, use } = box();
  expect(tools.find({ kind: 'builtin', provider, tool })?.name).toBe(tool);
  expect((await use(provider, tool, inputs)).text).toBe(text);
});

test('what a model fills in reaches no other route, and is nobody else', async () => {
  const parameters = [
    { name: 'id', in: 'path' },
    { name: 'Authorization', in: 'header' },
    { name: 'X-Trace', in: 'header' },
  ];
  const api = {
    ...API,
    paths: { '/pets/{id}/food': { get: { operationId: 'food', parameters } } },
  };
  const [tool] = openApiTools(api, undefined);
  const ask = (inputs: JsonObject) => toolRequest(tool!, inputs, { authorization: 'Bearer k' });
  expect(ask({ id: 'a/../b', Authorization: 'Bearer evil', 'X-Trace': 't' })).toMatchObject({
    url: 'https://pets.example/v1/pets/a%2F..%2Fb/food',
    headers: { accept: 'application/json', authorization: 'Bearer k', 'x-trace': 't' },
  });
  expect(ask({ id: '\ud800' }).url).toBe('https://pets.example/v1/pets/%EF%BF%BD/food');
  expect(() => ask({ id: '..' })).toThrow('The input id cannot be ...');
});

test('what a tool cannot do, and tools that there are not', async () => {
  const { tools, use } = box();
  await expect(use('time', 'current_time', { timezone: 'Mars' })).rejects.toThrow('no time zone');
  await expect(use('json_process', 'json_parse', { content: '{' })).rejects.toThrow('is no JSON');
  expect(tools.find({ kind: 'builtin', provider: 'time', tool: 'travel' })).toBeUndefined();
  await expect(use('x', 'y', {})).rejects.toThrow('There is no tool x/y');
});

test("an API's operations are tools", async () => {
  const { tools, use, sent } = box();
  expect(tools.find({ kind: 'api', provider: 'pets', tool: 'feedPet' })).toMatchObject({
    description: 'Feeds a pet.',
    schema: {
      properties: { id: { type: 'string' }, loud: { type: 'boolean' }, food: { type: 'string' } },
      required: ['id', 'food'],
    },
  });
  const answer = await use('pets', 'feedPet', { id: 'a/b', loud: true, food: 'fish', x: 1 }, 'api');
  expect(answer).toEqual({ text: '{"ok": true}', json: [{ ok: true }], files: [] });
  expect(sent[0]).toMatchObject({
    method: 'POST',
    url: 'https://pets.example/v1/pets/a%2Fb?loud=true',
    headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
    body: '{"food":"fish"}',
  });
  expect(tools.find({ kind: 'api', provider: 'pets', tool: 'get__pets' })).toBeDefined();
  await expect(use('pets', 'feedPet', { id: 'bad' }, 'api')).rejects.toThrow('answered 500');
  expect(() => openApiTools({ paths: {} }, undefined)).toThrow('needs `paths`');
});

const serve = (apps: ServedApps, name: string, flow: ReturnType<typeof flowOf>): boolean =>
  apps.put({
    id: 'w',
    workflowId: 'v',
    app: { ...flow.app, name },
    text: '',
    flow,
    findings: [],
    isFile: false,
    createdAt: 0,
    updatedAt: 0,
  });

test('a workflow that is a tool has no more time than the run that uses it', async () => {
  const { use, apps, deadlines } = box();
  const nodes = { start: { type: 'start', variables: [] }, llm: llmData('Hi') };
  const end = { type: 'end', outputs: [{ variable: 'a', value_selector: ['llm', 'text'] }] };
  const text = dsl({ ...nodes, end }, ['start>llm', 'llm>end']);
  serve(apps, 'Ask', flowOf(text.replace('advanced-chat', 'workflow')));
  await expect(use('Ask', 'ask', {}, 'workflow')).rejects.toThrow('before it was whole');
  expect(deadlines).toEqual([DEADLINE]);
});

test('a workflow is a tool, and calls itself no deeper than it may', async () => {
  const { tools, use, apps } = box();
  const flow = flowOf(
    dsl(
      {
        start: {
          type: 'start',
          variables: [{ variable: 'q', type: 'text-input', required: true }],
        },
        end: { type: 'end', outputs: [{ variable: 'a', value_selector: ['start', 'q'] }] },
      },
      ['start>end'],
    ).replace('advanced-chat', 'workflow'),
  );
  serve(apps, 'Echo', flow);
  const ref = { kind: 'workflow', provider: 'Echo', tool: 'echo' };
  expect(tools.find(ref)?.schema).toMatchObject({ required: ['q'] });
  expect((await use('Echo', 'echo', { q: 'x' }, 'workflow')).text).toBe('x');
  await expect(use('Echo', 'echo', { q: 'x' }, 'workflow', 5)).rejects.toThrow('more than 5 deep');
  await expect(use('Echo', 'echo', {}, 'workflow')).rejects.toThrow('q is required in input form');
});
