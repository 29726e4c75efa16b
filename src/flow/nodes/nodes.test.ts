import { expect, test } from 'vitest';
import { fileValue } from '#flow/file.ts';
import { NODE_TYPES } from '#flow/nodes/index.ts';
import { nodeConformance, type Sample } from '#flow/nodes/node.conformance.ts';

const MODEL = { provider: 'openai', name: 'gpt-4.1', mode: 'chat', completion_params: {} };
const variables = {
  sys: { query: 'Why?' },
  llm: { text: 'Because.' },
  notes: { result: 'N', count: 1, list: ['b', 'a'], none: null },
  conversation: { log: ['a'] },
};
const FILE = fileValue({
  id: 'f',
  kind: 'document',
  method: 'local_file',
  name: 'notes.txt',
  extension: '.txt',
  mimeType: 'text/plain',
  sizeBytes: 9,
  url: '',
});
const ONE_CASE = {
  case_id: 'true',
  conditions: [
    { variable_selector: ['sys', 'query'], comparison_operator: 'contains', value: 'W' },
    {
      variable_selector: ['notes', 'result'],
      comparison_operator: 'is',
      value: '{{#notes.result#}}',
    },
  ],
};
const AGGREGATOR: readonly Sample[] = [
  {
    data: {
      variables: [
        ['gone', 'x'],
        ['notes', 'none'],
        ['llm', 'text'],
      ],
    },
    variables,
  },
  { data: {} },
  {
    data: {
      advanced_settings: {
        group_enabled: true,
        groups: [{ group_name: 'g', variables: [['llm', 'text']] }],
      },
    },
    variables,
  },
];

const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  start: [
    { data: {} },
    {
      data: {
        variables: [
          { variable: 'name', label: 'Name', type: 'text-input', required: true, max_length: 10 },
          { variable: 'count', label: 'Count', type: 'number', default: 3 },
        ],
      },
      inputs: { name: 'Mori', other: 'dropped' },
    },
  ],
  llm: [
    {
      data: { model: MODEL, prompt_template: [{ role: 'user', text: '{{#sys.query#}}' }] },
      variables,
    },
    {
      data: {
        model: { ...MODEL, mode: 'completion' },
        prompt_template: { text: 'About {{#context#}}: {{#llm.text#}}' },
        context: { enabled: true, variable_selector: ['notes', 'result'] },
      },
      variables,
    },
  ],
  end: [
    { data: {} },
    {
      data: { outputs: [{ variable: 'a', value_selector: ['llm', 'text'] }, { variable: 'b' }] },
      variables,
    },
  ],
  'if-else': [
    { data: { cases: [ONE_CASE] }, variables },
    { data: { logical_operator: 'or', conditions: ONE_CASE.conditions }, variables },
    { data: {} },
  ],
  code: [
    {
      data: {
        code_language: 'javascript',
        code: 'const main = ({ q }) => ({ text: `${q}!`, n: 1, more: 2 });',
        variables: [{ variable: 'q', value_selector: ['sys', 'query'] }],
        outputs: { text: { type: 'string' }, n: { type: 'number' } },
      },
      variables,
    },
  ],
  'template-transform': [
    {
      data: {
        template: '{{ q }} {{ none }}',
        variables: [{ variable: 'q', value_selector: ['sys', 'query'] }, { variable: 'none' }],
      },
      variables,
    },
  ],
  'http-request': [
    {
      data: {
        method: 'post',
        url: 'https://sample.invalid/{{#sys.query#}}',
        headers: 'x-one: {{#notes.result#}}',
        body: { type: 'json', data: [{ value: '{"q": "{{#llm.text#}}"}' }] },
        authorization: { type: 'api-key', config: { type: 'bearer', api_key: 'k' } },
      },
      variables,
    },
  ],
  'variable-aggregator': AGGREGATOR,
  'variable-assigner': AGGREGATOR,
  assigner: [
    {
      data: {
        items: [
          {
            variable_selector: ['conversation', 'log'],
            input_type: 'variable',
            operation: 'append',
            value: ['llm', 'text'],
          },
          { variable_selector: ['conversation', 'log'], operation: 'remove-first' },
        ],
      },
      variables,
    },
    {
      data: {
        assigned_variable_selector: ['conversation', 'log'],
        write_mode: 'clear',
        input_variable_selector: ['llm', 'text'],
      },
      variables,
    },
  ],
  iteration: [
    {
      data: { iterator_selector: ['notes', 'list'], output_selector: ['node_1', 'item'] },
      variables,
    },
    { data: { iterator_selector: ['notes', 'none'] }, variables },
  ],
  'iteration-start': [{ data: {} }],
  loop: [
    {
      data: {
        loop_count: 2,
        loop_variables: [
          { label: 'a', var_type: 'array[string]', value_type: 'constant', value: '["x"]' },
          { label: 'b', var_type: 'string', value_type: 'variable', value: ['llm', 'text'] },
        ],
      },
      variables,
    },
  ],
  'loop-start': [{ data: {} }],
  'loop-end': [{ data: {} }],
  'list-operator': [
    {
      data: {
        variable: ['notes', 'list'],
        filter_by: {
          enabled: true,
          conditions: [{ comparison_operator: 'in', value: ['a', 'b'] }],
        },
        order_by: { enabled: true, value: 'asc' },
        extract_by: { enabled: true, serial: '2' },
      },
      variables,
    },
  ],
  'question-classifier': [
    {
      data: {
        query_variable_selector: ['sys', 'query'],
        model: MODEL,
        classes: [
          { id: '1', name: 'About {{#notes.result#}}' },
          { id: '2', name: 'Other' },
        ],
        instruction: 'Be quick.',
      },
      variables,
    },
  ],
  'parameter-extractor': [
    {
      data: {
        query: ['sys', 'query'],
        model: MODEL,
        parameters: [{ name: 'city', type: 'string', description: 'Where', required: true }],
        reasoning_mode: 'function_call',
      },
      variables,
    },
    {
      data: { query: ['sys', 'query'], model: MODEL, parameters: [], reasoning_mode: 'prompt' },
      variables,
    },
  ],
  'document-extractor': [
    { data: { variable_selector: ['files', 'one'] }, variables: { files: { one: FILE } } },
    { data: { variable_selector: ['files', 'all'] }, variables: { files: { all: [FILE, FILE] } } },
  ],
  tool: [
    {
      data: {
        provider_type: 'builtin',
        provider_name: 'x',
        tool_name: 'echo',
        tool_parameters: {
          text: { type: 'mixed', value: 'About {{#sys.query#}}' },
          more: { type: 'variable', value: ['llm', 'text'] },
          none: { type: 'variable', value: ['notes', 'none'] },
        },
      },
      variables,
    },
  ],
  agent: [
    {
      data: {
        agent_parameters: {
          model: { type: 'constant', value: { provider: 'p', model: 'gpt-4.1', mode: 'chat' } },
          instruction: { type: 'constant', value: 'Help {{#notes.result#}}' },
          query: { type: 'mixed', value: '{{#sys.query#}}' },
          tools: { value: [{ provider_name: 'x', tool_name: 'echo', enabled: true }] },
        },
      },
      variables,
    },
  ],
  answer: [
    { data: { answer: 'plain' } },
    { data: { answer: '{{#llm.text#}} {{#sys.query#}} {{#ghost.text#}}' }, variables },
  ],
};

for (const type of NODE_TYPES) nodeConformance(type, SAMPLES[type.type] ?? []);

test('every node type has samples, and no two the same name', () => {
  expect(NODE_TYPES.map(({ type }) => type).toSorted()).toEqual(Object.keys(SAMPLES).toSorted());
});
