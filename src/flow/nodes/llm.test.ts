import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { RunFinish } from '#flow/events.ts';
import type { FlowServices } from '#flow/ports.ts';
import { dsl, flowOf, llmData, runToEnd, ScriptedChat } from '#flow/test-kit.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatRequest } from '#wire/chat-request.ts';

const flowWith = (more: object) =>
  flowOf(
    dsl(
      {
        start: { type: 'start', variables: [{ variable: 'notes', type: 'paragraph' }] },
        llm: llmData('{{#sys.query#}}', more),
        answer: { type: 'answer', answer: '{{#llm.text#}}' },
      },
      ['start>llm', 'llm>answer'],
      { environment_variables: [{ name: 'key', value: 'secret' }] },
    ),
  );

const finishOf = async (more: object, services: FlowServices): Promise<RunFinish> =>
  (await runToEnd(flowWith(more), new VirtualClock(), { services })).at(-1) as RunFinish;

/** The model's calls, and how the run ended. */
const asked = async (more: object, inputs: JsonObject = {}) => {
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, () => ({ pieces: ['x'] }));
  const events = await runToEnd(flowWith(more), clock, { services, inputs });
  return { requests: services.calls.map(({ request }) => request), finish: events.at(-1) };
};

const requestFor = async (
  more: object,
  inputs: JsonObject = {},
): Promise<ChatRequest | undefined> => (await asked(more, inputs)).requests[0];

const said = (...messages: [role: string, content: string][]) =>
  messages.map(([role, text]) => ({ role, parts: [{ kind: 'text', text }] }));

test('messages go in order, each a text; the empty ones are dropped', async () => {
  const prompt_template = [
    { role: 'system', text: '' },
    { role: 'system', text: 'Be brief.' },
    { role: 'user', text: '{{#start.notes#}}' },
    { role: 'assistant', text: ' ' },
    { role: 'user', text: 'Q: {{#sys.query#}}' },
  ];
  const request = await requestFor({ prompt_template });
  expect(request?.messages).toEqual(
    said(['system', 'Be brief.'], ['assistant', ' '], ['user', 'Q: Hi']),
  );
  expect(request).toMatchObject({ model: 'gpt-4.1', stream: true, includeUsage: true });
});

test('parameters go in words that every model understands, where there are any; none may say what the request says', async () => {
  const completion_params = {
    temperature: 0,
    max_tokens: 77,
    stop: ['\n'],
    response_format: { type: 'json_object' },
    vendor_extra: { deep: [1] },
    model: 'another-group',
    messages: [],
    stream: false,
  };
  const request = await requestFor({ model: { provider: 'p', name: 'n', completion_params } });
  expect(request).toMatchObject({ model: 'gpt-4.1', maxOutputTokens: 77, stream: true });
  expect(request).toMatchObject({ temperature: 0, stop: ['\n'], format: { kind: 'json' } });
  expect(request?.extra).toEqual({ vendor_extra: { deep: [1] } });
});

test('a context is put in as it is, references in it included', async () => {
  const context = { enabled: true, variable_selector: ['start', 'notes'] };
  const prompt_template = [{ role: 'user', text: '<{{#context#}}> {{#sys.query#}}' }];
  const notes = 'see {{#env.key#}}';
  expect((await requestFor({ context, prompt_template }, { notes }))?.messages).toEqual(
    said(['user', '<see {{#env.key#}}> Hi']),
  );
  const off = { enabled: false, variable_selector: [] };
  expect((await requestFor({ context: off, prompt_template }, { notes }))?.messages).toEqual(
    said(['user', '<{{#context#}}> Hi']),
  );
});

test.each([
  [
    { prompt_template: [{ role: 'user', text: '{{#llm2.text#}}' }] },
    'The prompt uses {{#llm2.text#}}, which has no value.',
  ],
  [
    { prompt_template: [{ role: 'user', text: '' }] },
    'The prompt is empty; write one, or give a query.',
  ],
  [{ prompt_template: [] }, 'The prompt is empty; write one, or give a query.'],
])('%j fails before the model is called', async (more, message) => {
  const { requests, finish } = await asked(more);
  expect(finish).toMatchObject({
    status: 'failed',
    error: { code: 'node_failed', message: `Node "llm" failed: ${message}` },
  });
  expect(requests).toEqual([]);
});

const saying = (...events: ChatEvent[]): FlowServices => ({
  async *chat() {
    yield* events;
  },
});

const HEAD: ChatEvent = { type: 'start', id: 'x', model: 'm', created: 0 };

test('text and refusals are the answer; reasoning and tool calls are not', async () => {
  const services = saying(
    HEAD,
    { type: 'block-start', index: 0, block: { kind: 'reasoning' } },
    { type: 'block-start', index: 1, block: { kind: 'text' } },
    { type: 'block-delta', index: 0, delta: 'hmm' },
    { type: 'block-delta', index: 1, delta: 'so ' },
    { type: 'block-start', index: 2, block: { kind: 'tool-call', id: 't', name: 'f' } },
    { type: 'block-delta', index: 2, delta: '{}' },
    { type: 'block-start', index: 3, block: { kind: 'refusal' } },
    { type: 'block-delta', index: 3, delta: 'no.' },
    { type: 'finish', reason: 'stop', raw: 'stop' },
  );
  expect((await finishOf({}, services)).outputs).toEqual({ answer: 'so no.' });
});

test.each([
  ['rate-limit', 'rate_limited'],
  ['overloaded', 'unavailable'],
  ['timeout', 'timeout'],
  ['content', 'upstream_rejected'],
  ['broken', 'stream_truncated'],
] as const)('an answer that breaks off with %s', async (kind, code) => {
  const finish = await finishOf(
    {},
    saying(HEAD, { type: 'error', error: { kind, status: 500, message: 'gone' } }),
  );
  expect(finish.error).toEqual({
    code,
    message: 'Node "llm" failed: The model\'s answer broke off: gone',
  });
});

test('an answer that just ends is no answer', async () => {
  const finish = await finishOf({}, saying(HEAD));
  expect(finish.error?.code).toBe('stream_truncated');
});

test('what is thrown by accident is not shown', async () => {
  const services: FlowServices = {
    chat() {
      throw new TypeError('sk-secret is undefined');
    },
  };
  expect((await finishOf({}, services)).error).toEqual({
    code: 'internal',
    message: 'Node "llm" failed: Something broke inside Spillway; see its log.',
  });
});
