import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { RunFinish } from '#flow/events.ts';
import type { FlowServices } from '#flow/ports.ts';
import { answerOf, dsl, flowOf, runToEnd, type Script, ScriptedChat } from '#flow/test-kit.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatRequest } from '#wire/chat-request.ts';

const MODEL = { provider: 'p', name: 'gpt-4.1', mode: 'chat', completion_params: {} };

const run = async (nodes: Readonly<Record<string, object>>, edges: string[], script: Script) => {
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, () => script);
  const flow = flowOf(dsl({ start: { type: 'start' }, ...nodes }, edges));
  const events = await runToEnd(flow, clock, { services });
  return { events, services, answer: answerOf(events), finish: events.at(-1) as RunFinish };
};

const classify = (said: string) =>
  run(
    {
      sort: {
        type: 'question-classifier',
        query_variable_selector: ['sys', 'query'],
        model: MODEL,
        classes: [
          { id: '1', name: 'Weather' },
          { id: '2', name: 'About {{#sys.query#}}' },
        ],
        instruction: '',
      },
      one: { type: 'answer', answer: 'one' },
      two: { type: 'answer', answer: '{{#sort.class_name#}} {{#sort.class_id#}}' },
    },
    ['start>sort', 'sort:1>one', 'sort:2>two'],
    { pieces: [said] },
  );

test.each([
  ['{"category_id": "2", "category_name": "x"}', 'About Hi 2'],
  ['<think>1?</think>```json\n{"category_id": "2", "category_name": ""}\n```', 'About Hi 2'],
  [
    'Well. <THINK>{"category_id": "1", "category_name": "x"}</think> {"category_id": "2", "category_name": "x"} <think>{',
    'About Hi 2',
  ],
  // Dify takes the first class for all of these.
  ['{"category_name": "About Hi"}', 'one'],
  ['About Hi', 'one'],
  ['{"category_id": "2"}', 'one'],
  ['{"category_id": 2, "category_name": "About Hi"}', 'one'],
  ['{"category_id": "9", "category_name": "About Hi"}', 'one'],
  ['no idea', 'one'],
])('a model that says %j chooses %j', async (said, answer) => {
  expect((await classify(said)).answer).toBe(answer);
});

const PARAMETERS = [
  { name: 'city', type: 'string', description: 'Where', required: true },
  { name: 'days', type: 'number', description: '', required: false },
  { name: 'tags', type: 'array[string]', description: '', required: false },
  { name: 'unit', type: 'select', options: ['C', 'F'], description: '', required: false },
];

const extract = (mode: string, script: Script) =>
  run(
    {
      get: {
        type: 'parameter-extractor',
        query: ['sys', 'query'],
        model: MODEL,
        parameters: PARAMETERS,
        reasoning_mode: mode,
      },
      out: {
        type: 'answer',
        answer:
          '{{#get.city#}},{{#get.days#}},{{#get.tags#}},{{#get.unit#}},{{#get.__is_success#}},{{#get.__reason#}}',
      },
    },
    ['start>get', 'get>out'],
    script,
  );

test.each([
  ['{"city": "Rome", "days": "3", "tags": ["a", 1], "unit": "C"}', 'Rome,3,- a\n- 1,C,1,'],
  ['{"city": "Rome", "unit": "K"}', 'Rome,0,,,1,'],
  ['{"days": 2}', ',2,,,0,Parameter city is required and was not found.'],
  ['sorry', ',0,,,0,The model named no values.'],
])('a model that says %j has found %j', async (said, answer) => {
  expect((await extract('prompt', { pieces: [said] })).answer).toBe(answer);
});

test('values are asked for by a tool; a model that knows none is asked in words', async () => {
  const requests: ChatRequest[] = [];
  const services = (refuses: boolean): FlowServices => ({
    async *chat(request): AsyncGenerator<ChatEvent> {
      requests.push(request);
      if (refuses && request.tools)
        yield { type: 'error', error: { kind: 'invalid', status: 400, message: 'no tools' } };
      else {
        const block = request.tools
          ? ({ kind: 'tool-call', id: 'c', name: 'extract_parameters' } as const)
          : ({ kind: 'text' } as const);
        yield { type: 'block-start', index: 0, block };
        yield { type: 'block-delta', index: 0, delta: '{"city": "Rome"}' };
        yield { type: 'finish', reason: 'stop', raw: 'stop' };
      }
    },
  });
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start' },
        get: {
          type: 'parameter-extractor',
          query: ['sys', 'query'],
          model: MODEL,
          parameters: PARAMETERS,
        },
        out: { type: 'answer', answer: '{{#get.city#}}' },
      },
      ['start>get', 'get>out'],
    ),
  );
  for (const refuses of [false, true]) {
    const events = await runToEnd(flow, new VirtualClock(), { services: services(refuses) });
    expect(answerOf(events)).toBe('Rome');
  }
  expect(requests.map(({ tools }) => tools !== undefined)).toEqual([true, true, false]);
  expect(requests[0]?.toolChoice).toEqual({ kind: 'tool', name: 'extract_parameters' });
});

test('an agent uses tools until it knows enough, and no longer than it may', async () => {
  const requests: ChatRequest[] = [];
  const services = (answersAfter: number): FlowServices => ({
    tools: new ScriptedChat(new VirtualClock(), () => ({ pieces: [] })).tools,
    async *chat(request): AsyncGenerator<ChatEvent> {
      requests.push(request);
      const round = request.messages.filter(({ role }) => role === 'assistant').length;
      if (round < answersAfter && request.tools) {
        yield {
          type: 'block-start',
          index: 0,
          block: { kind: 'tool-call', id: `c${round}`, name: 'echo' },
        };
        yield { type: 'block-delta', index: 0, delta: '{"text": "x"}' };
      } else {
        yield { type: 'block-start', index: 0, block: { kind: 'text' } };
        yield { type: 'block-delta', index: 0, delta: `after ${round}` };
      }
      yield { type: 'usage', usage: { inputTokens: 1, outputTokens: 1 } };
      yield { type: 'finish', reason: 'stop', raw: 'stop' };
    },
  });
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start' },
        agent: {
          type: 'agent',
          agent_parameters: {
            model: { type: 'constant', value: { provider: 'p', model: 'gpt-4.1' } },
            instruction: { type: 'constant', value: 'Help.' },
            query: { type: 'mixed', value: '{{#sys.query#}}' },
            maximum_iterations: { type: 'constant', value: 3 },
            tools: {
              type: 'constant',
              value: [
                {
                  provider_name: 'x',
                  tool_name: 'echo',
                  enabled: true,
                  parameters: { extra: { auto: 0, value: { type: 'constant', value: 'fixed' } } },
                },
              ],
            },
          },
        },
        out: { type: 'answer', answer: '{{#agent.text#}}' },
      },
      ['start>agent', 'agent>out'],
    ),
  );
  const events = await runToEnd(flow, new VirtualClock(), { services: services(2) });
  expect(answerOf(events)).toBe('after 2');
  expect((events.at(-1) as RunFinish).usage).toEqual({ inputTokens: 3, outputTokens: 3 });
  const [, second] = requests;
  expect(second?.messages.at(-1)?.parts).toEqual([
    {
      kind: 'tool-result',
      id: 'c0',
      name: 'echo',
      content: [{ kind: 'text', text: 'echo {"text":"x","extra":"fixed"}' }],
    },
  ]);
  const labels = events.flatMap((event) =>
    event.type === 'node-log' && event.status !== 'started' ? event.label : [],
  );
  expect(labels).toEqual(['Round 1', 'CALL echo', 'Round 2', 'CALL echo', 'Round 3']);
  expect(answerOf(await runToEnd(flow, new VirtualClock(), { services: services(99) }))).toBe(
    'after 3',
  );
});

test('a model that calls the tool with nothing may have said the values in words', async () => {
  const chat: FlowServices['chat'] = async function* (): AsyncGenerator<ChatEvent> {
    yield { type: 'block-start', index: 0, block: { kind: 'text' } };
    yield { type: 'block-delta', index: 0, delta: '{"city": "Oslo"}' };
    const block = { kind: 'tool-call', id: 'c', name: 'extract_parameters' } as const;
    yield { type: 'block-start', index: 1, block };
    yield { type: 'finish', reason: 'tool-calls', raw: 'tool_calls' };
  };
  const get = {
    type: 'parameter-extractor',
    query: ['sys', 'query'],
    model: MODEL,
    parameters: PARAMETERS,
  };
  const nodes = {
    start: { type: 'start' },
    get,
    out: { type: 'answer', answer: '{{#get.city#}}' },
  };
  const flow = flowOf(dsl(nodes, ['start>get', 'get>out']));
  const events = await runToEnd(flow, new VirtualClock(), { services: { chat } });
  expect(answerOf(events)).toBe('Oslo');
});
