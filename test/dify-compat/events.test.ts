import { expect, test } from 'vitest';
import { isObject, type JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { eventsOf, startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { chunk, type Script, sendEvents } from '../kit/upstream.ts';

const closing = closedAfterEach();

const NODE = [
  'id',
  'node_id',
  'node_type',
  'title',
  'index',
  'predecessor_node_id',
  'inputs',
  'inputs_truncated',
  'created_at',
  'iteration_id',
  'loop_id',
];
const FINISHED = [
  ...NODE,
  'process_data',
  'process_data_truncated',
  'outputs',
  'outputs_truncated',
  'status',
  'error',
  'elapsed_time',
  'execution_metadata',
  'finished_at',
  'files',
];
const BOX = ['id', 'node_id', 'node_type', 'title', 'created_at', 'extras'];
const STARTED = [...BOX, 'metadata', 'inputs'];
const NEXT = [...BOX, 'index'];
const COMPLETED = [
  ...BOX,
  'outputs',
  'inputs',
  'status',
  'error',
  'elapsed_time',
  'total_tokens',
  'execution_metadata',
  'finished_at',
  'steps',
];

/** What every event has in its `data`, beyond what may stand there besides. */
const DATA: Readonly<Record<string, readonly string[]>> = {
  workflow_started: ['id', 'workflow_id', 'inputs', 'created_at'],
  node_started: [...NODE, 'extras', 'agent_strategy'],
  node_finished: FINISHED,
  node_retry: [...FINISHED, 'retry_index'],
  iteration_started: STARTED,
  iteration_next: NEXT,
  iteration_completed: COMPLETED,
  loop_started: STARTED,
  loop_next: NEXT,
  loop_completed: COMPLETED,
  agent_log: [
    'node_execution_id',
    'id',
    'label',
    'parent_id',
    'error',
    'status',
    'data',
    'metadata',
    'node_id',
  ],
  workflow_finished: [
    'id',
    'workflow_id',
    'status',
    'outputs',
    'error',
    'elapsed_time',
    'total_tokens',
    'total_steps',
    'created_by',
    'created_at',
    'finished_at',
    'exceptions_count',
    'files',
  ],
};

const FLOW = dsl(
  {
    start: { type: 'start' },
    loop: {
      type: 'loop',
      loop_count: 2,
      start_node_id: 'ls',
      break_conditions: [],
      logical_operator: 'and',
      loop_variables: [
        { id: 'v', label: 'n', var_type: 'number', value_type: 'constant', value: '1' },
      ],
    },
    'loop/ls': { type: 'loop-start' },
    'loop/add': {
      type: 'assigner',
      version: '2',
      items: [
        { variable_selector: ['loop', 'n'], input_type: 'constant', operation: '+=', value: 1 },
      ],
    },
    list: {
      type: 'code',
      code_language: 'javascript',
      code: 'const main = () => ({ list: ["a", "b"] });',
      outputs: { list: { type: 'array[string]' } },
    },
    each: {
      type: 'iteration',
      iterator_selector: ['list', 'list'],
      output_selector: ['same', 'output'],
      start_node_id: 'is',
    },
    'each/is': { type: 'iteration-start' },
    'each/same': {
      type: 'variable-aggregator',
      output_type: 'string',
      variables: [['each', 'item']],
    },
    llm: {
      ...llmData('{{#sys.query#}}'),
      retry_config: { retry_enabled: true, max_retries: 1, retry_interval: 100 },
    },
    agent: {
      type: 'agent',
      agent_strategy_name: 'function_calling',
      agent_parameters: {
        model: { type: 'constant', value: { provider: 'p', model: 'gpt-4.1', mode: 'chat' } },
        query: { type: 'constant', value: '{{#sys.query#}}' },
        instruction: { type: 'constant', value: '' },
        maximum_iterations: { type: 'constant', value: 2 },
        tools: { type: 'constant', value: [] },
      },
    },
    answer: {
      type: 'answer',
      answer: '{{#llm.text#}} {{#agent.text#}} {{#loop.n#}} {{#each.output#}}',
    },
  },
  [
    'start>loop',
    'ls>add',
    'loop>list',
    'list>each',
    'is>same',
    'each>llm',
    'llm>agent',
    'agent>answer',
  ],
);

test('every event has all of its fields, and no event is missing', async () => {
  let calls = 0;
  const app = await startApp(FLOW, {
    script: (_, res) => {
      // The first call is refused, so that its node is tried again.
      if (++calls === 1) {
        res.writeHead(400, { 'content-type': 'application/json' });
        res.end(JSON.stringify({ error: { message: 'no', type: 'invalid_request_error' } }));
      } else {
        sendEvents(res, [chunk({ content: 'ok' }), chunk({}, { finish_reason: 'stop' }), '[DONE]']);
        res.end();
      }
    },
  });
  closing.push(app.close);
  const body = { inputs: {}, query: 'Hi', user: 'u', response_mode: 'streaming' };
  const events = await eventsOf(await app.call('POST', '/v1/chat-messages', { body }));
  const seen = new Set(events.map(({ event }) => textOf(event)));
  expect(Object.keys(DATA).filter((kind) => !seen.has(kind))).toEqual([]);
  const missing = events.flatMap(({ event, data }) => {
    const fields = DATA[textOf(event)] ?? [];
    const given: JsonObject = isObject(data) ? data : {};
    return fields.filter((field) => !(field in given)).map((field) => `${textOf(event)}.${field}`);
  });
  expect([...new Set(missing)]).toEqual([]);
  for (const event of events) {
    const fields = event['event'] === 'message_end' ? ['id', 'metadata', 'files'] : [];
    for (const field of ['task_id', 'message_id', 'conversation_id', 'created_at', ...fields])
      expect(event).toHaveProperty(field);
  }
  const told = (kind: string, node?: string): JsonObject | undefined => {
    const found = events.find(
      ({ event, data }) =>
        event === kind && (node === undefined || (isObject(data) && data['node_id'] === node)),
    );
    return isObject(found?.['data']) ? found['data'] : undefined;
  };
  const system = {
    'sys.query': 'Hi',
    'sys.files': [],
    'sys.user_id': 'u',
    'sys.dialogue_count': 1,
    'sys.workflow_id': expect.any(String),
    'sys.workflow_run_id': expect.any(String),
    'sys.app_id': expect.any(String),
    'sys.timestamp': expect.any(Number),
  };
  // What the run itself has is told, the conversation where the flow begins alone.
  expect(told('workflow_started')?.['inputs']).toEqual(system);
  const all = { ...system, 'sys.conversation_id': expect.any(String) };
  expect(told('node_finished', 'start')).toMatchObject({ inputs: all, outputs: all });
  expect(told('node_finished', 'agent')?.['predecessor_node_id']).toBe('llm');
});

test('what a model thinks apart from its answer is told as it comes, and when it ends', async () => {
  const flow = (more: object = {}): string =>
    dsl(
      {
        start: { type: 'start' },
        ask: { ...llmData(), reasoning_format: 'separated' },
        answer: { type: 'answer', answer: '{{#ask.text#}}' },
      },
      ['start>ask', 'ask>answer'],
      more,
    );
  const script: Script = (_, res) => {
    sendEvents(res, [
      chunk({ content: '<think>Let me ' }),
      chunk({ content: 'see.</think>' }),
      chunk({ content: 'Four.' }),
      chunk({}, { finish_reason: 'stop' }),
      '[DONE]',
    ]);
    res.end();
  };
  const app = await startApp(flow(), { script });
  closing.push(app.close);
  const body = { inputs: {}, query: 'Two and two?', user: 'me', response_mode: 'streaming' };
  const events = await eventsOf(await app.call('POST', '/v1/chat-messages', { body }));
  const thoughts = events.filter(({ event }) => event === 'reasoning_chunk');
  const message_id = textOf(events[0]?.['message_id']);
  const at = { message_id, node_id: 'ask' };
  expect(thoughts.map(({ data }) => data)).toEqual([
    { ...at, reasoning: 'Let me ', is_final: false },
    { ...at, reasoning: 'see.', is_final: false },
    { ...at, reasoning: '', is_final: true },
  ]);
  expect(thoughts[0]).toMatchObject({ conversation_id: expect.any(String), message_id });
  const said = events.findIndex(({ event }) => event === 'message');
  expect(events.indexOf(thoughts[2]!)).toBeLessThan(said);
  expect(events[said]).toMatchObject({ answer: 'Four.' });

  // A secret may come in pieces, which nobody can mask.
  const secret = { name: 'k', value: 'Let me see', value_type: 'secret' };
  const other = await startApp(flow({ environment_variables: [secret] }), { script });
  closing.push(other.close);
  const masked = await eventsOf(await other.call('POST', '/v1/chat-messages', { body }));
  expect(masked.map(({ event }) => event)).not.toContain('reasoning_chunk');
  expect(JSON.stringify(masked)).toContain('"reasoning_content":"[secret].');
});
