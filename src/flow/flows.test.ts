import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { RunEvent, RunFinish } from '#flow/events.ts';
import type { FlowTools, ModelCall } from '#flow/ports.ts';
import type { Flow } from '#flow/prepare.ts';
import {
  answerOf,
  findingsOf,
  flowOf,
  runToEnd,
  type Script,
  ScriptedChat,
} from '#flow/test-kit.ts';

/** What a fixture's flow must do. Every field but `about` may be left out. */
interface Case {
  readonly about: string;
  readonly query?: string;
  readonly inputs?: JsonObject;
  /** Node id → what its model says. */
  readonly models?: Readonly<Record<string, Script>>;
  /** What every request brings. */
  readonly http?: { readonly status: number; readonly body: string };
  /** A tool's name → what it says. */
  readonly tools?: Readonly<Record<string, { readonly text: string; readonly json?: Json[] }>>;
  readonly answer?: string;
  /** What a workflow leaves; a chatflow's is its answer. */
  readonly outputs?: JsonObject;
  readonly status?: RunFinish['status'];
  readonly error?: string;
  /** Node id → the last message that its model was sent. */
  readonly prompts?: Readonly<Record<string, string>>;
  /** Starts and ends of nodes, and the pieces of the answer between them. */
  readonly order?: readonly string[];
  /** What keeps the flow from being run at all. */
  readonly findings?: readonly string[];
}

const FOLDER = new URL('./fixtures/', import.meta.url);

const fixtures = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => name.slice(0, -'.yml'.length));

const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

const orderOf = (flow: Flow, events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => {
    if (event.type === 'node-start' || event.type === 'node-finish')
      return `${event.type} ${event.title}`;
    if (event.type !== 'answer-delta') return [];
    const { title } = flow.app.nodes.find(({ id }) => id === event.nodeId) ?? {};
    return `answer-delta ${title ?? '?'}: ${event.text}`;
  });

const servicesOf = (clock: VirtualClock, { models, http, tools }: Case): ScriptedChat => {
  const says = ({ nodeId }: ModelCall): Script => models?.[nodeId] ?? { pieces: [] };
  const brought = http && { status: http.status, headers: {}, body: Buffer.from(http.body) };
  const chat = new ScriptedChat(clock, says, brought && (() => Promise.resolve(brought)));
  if (!tools) return chat;
  const fake: FlowTools = {
    find: ({ tool: name }) =>
      tools[name] && { name, description: '', schema: { type: 'object', properties: {} } },
    use: ({ tool }) => Promise.resolve({ text: '', json: [], files: [], ...tools[tool] }),
  };
  return Object.assign(chat, { tools: fake });
};

test.each(fixtures)('%s', async (name) => {
  const expected = JSON.parse(read(`${name}.case.json`)) as Case;
  const text = read(`${name}.yml`);
  if (expected.findings) {
    expect(findingsOf(() => flowOf(text))).toEqual(expected.findings);
    return;
  }
  const flow = flowOf(text);
  const clock = new VirtualClock();
  const services = servicesOf(clock, expected);
  const { query = 'Hi', inputs = {} } = expected;
  const events = await runToEnd(flow, clock, { services, query, inputs });
  const finish = events.at(-1) as RunFinish;
  if (expected.answer !== undefined) expect(answerOf(events)).toBe(expected.answer);
  expect(finish.error?.message).toBe(expected.error);
  if (expected.outputs) expect(finish.outputs).toEqual(expected.outputs);
  else if (!expected.error) expect(finish.outputs).toEqual({ answer: expected.answer });
  if (expected.status) expect(finish.status).toBe(expected.status);
  if (expected.order) expect(orderOf(flow, events)).toEqual(expected.order);
  for (const [nodeId, prompt] of Object.entries(expected.prompts ?? {}))
    expect(services.calls.find((call) => call.nodeId === nodeId)?.request.messages.at(-1)).toEqual({
      role: 'user',
      parts: [{ kind: 'text', text: prompt }],
    });
  expect(services.open).toBe(0);
});

test('every fixture has its case and every case its fixture', () => {
  const cases = readdirSync(FOLDER).filter((name) => name.endsWith('.case.json'));
  expect(cases).toEqual(fixtures.map((name) => `${name}.case.json`));
});

const EXAMPLE = new URL('../../examples/six-branches.yml', import.meta.url);
const ARTICLE = new URL('../../../shared/fixtures/seed-chatflow.yml', import.meta.url);

const runSixBranches = async (text: string) => {
  const flow = flowOf(text);
  const clock = new VirtualClock();
  // The later a branch was drawn, the sooner it is done: order must come from the template.
  const ids = [...flow.nodes.values()]
    .filter(({ node }) => node.type === 'llm')
    .map(({ node }) => node.id);
  const services = new ScriptedChat(clock, ({ nodeId }) => ({
    pieces: [`<${nodeId}`, '>'],
    firstMs: 100 - 10 * ids.indexOf(nodeId),
    everyMs: 5,
  }));
  const events = await runToEnd(flow, clock, { services, query: 'どうする？' });
  return { flow, events, calls: services.calls };
};

test('the example: six calls at once, read in the order of the template', async () => {
  const { flow, events, calls } = await runSixBranches(readFileSync(EXAMPLE, 'utf8'));
  expect(calls).toHaveLength(6);
  expect(calls.map(({ startedAt }) => startedAt)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(answerOf(events)).toBe((events.at(-1) as RunFinish).outputs['answer']);
  const [said] = [...flow.nodes.values()].flatMap(
    ({ type, config }) => type.response?.(config) ?? [],
  );
  const [first] = events.filter((event) => event.type === 'answer-delta');
  expect(first).toMatchObject({ at: 0, text: said?.kind === 'text' ? said.text : undefined });
});

test.skipIf(!existsSync(ARTICLE))("the article's chatflow, unchanged", async () => {
  const { events, calls } = await runSixBranches(readFileSync(ARTICLE, 'utf8'));
  expect(calls.map(({ startedAt }) => startedAt)).toEqual([0, 0, 0, 0, 0, 0]);
  for (const { request } of calls)
    expect(request.messages).toEqual([
      { role: 'user', parts: [{ kind: 'text', text: 'どうする？' }] },
    ]);
  const temperature = (nodeId: string) =>
    calls.find((call) => call.nodeId === nodeId)?.request.temperature;
  expect(temperature('17610548033130')).toBe(0.7);
  expect(temperature('llm')).toBe(1);
  const ids = [
    'llm',
    '17610547905480',
    '17610547909970',
    '17610548033130',
    '17610548013190',
    '17610548050250',
  ];
  expect(answerOf(events)).toBe(ids.map((id, i) => `回答${i + 1}:\n<${id}>`).join('\n'));
  const order = events.map(({ type }) => type);
  expect(order.indexOf('answer-delta')).toBeLessThan(order.indexOf('node-finish'));
  expect(events.filter(({ type }) => type === 'answer-delta')[0]).toMatchObject({
    text: '回答1:\n',
  });
});
