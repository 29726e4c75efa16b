import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseApp } from '#flow/dsl/parse.ts';
import { compatibilityOf } from '#flow/dsl/version.ts';
import { findingsOf } from '#flow/test-kit.ts';

const faults = (text: string): string[] => findingsOf(() => parseApp(text, 'app.yml'));

test.each([
  ['', '1:1 this is not an app: there is no `app` section'],
  ['blueprint: {name: x}', '1:1 this is not an app'],
  ['model_list:\n- model_name: gpt', '1:1 this is not an app'],
  ['[]', '1:1 this is not an app'],
  ['app: nothing', '1:1 this is not an app'],
  ['app: {name: x}', '1:6 app.mode: missing; expected a text'],
  ['app:\n  mode: chat\n', '1:1 model_config: missing; expected a map'],
  ['app: {mode: agent-chat}', '1:1 model_config: missing; expected a map'],
  ['app: {mode: dance}', '1:13 app.mode: this is no mode of an app; expected one of advanced-chat'],
  [
    'app: {mode: workflow}\nversion: 0.4',
    '2:10 version: expected a text in quotes, like "0.4.0", found 0.4',
  ],
  ['app: {mode: workflow}\nversion: newest', '2:10 version: this is no version'],
  ['app: {mode: workflow}', '1:1 workflow: missing; expected a map'],
  ['app: {mode: workflow}\nworkflow: {}', '2:11 workflow.graph: missing; expected a map'],
  ['app: {mode: workflow\nworkflow: [', '2:1 the indentation'],
  ['app: &a [*a]', '1:'],
])('%j is refused', (text, message) => {
  expect(faults(text)[0]).toContain(`app.yml:${message}`);
});

test('a malformed graph is told at once, each fault at its place', () => {
  const text = `app: {mode: advanced-chat}
workflow:
  graph:
    nodes:
    - 7
    - {id: [1], data: {}}
    - {data: {}}
    - {id: a, data: none}
    edges:
    - {source: {}, target: a}
    - 8
`;
  expect(faults(text)).toEqual([
    'app.yml:5:7 workflow.graph.nodes.0: expected a map, found 7',
    'app.yml:6:12 workflow.graph.nodes.1.id: expected a text or a number, found a list',
    'app.yml:7:7 workflow.graph.nodes.2.id: missing; expected a text or a number',
    'app.yml:8:21 workflow.graph.nodes.3.data: expected a map, found the text "none"',
    'app.yml:10:16 workflow.graph.edges.0.source: expected a text or a number, found a map',
    'app.yml:11:7 workflow.graph.edges.1: expected a map, found 8',
  ]);
});

test('the rest is taken as it comes: unknown types and keys, notes, loose and missing ends', () => {
  const text = `app: {mode: advanced-chat, name: 2024, icon: 7}
kind: something
extra: {kept: true}
workflow:
  graph:
    nodes:
    - {id: 1761054713585, type: custom, data: {type: start, title: 開始, unknown: 1}}
    - {id: b, data: {type: from-the-future}}
    - {id: c, type: custom-note, data: {type: ''}}
    - {id: d, parentId: b}
    - {id: e, parentId: 1761054713585}
    edges:
    - {source: 1761054713585, target: b}
    - {source: b, target: d, sourceHandle: 'true'}
    - {source: b, target: e, sourceHandle: true}
    - {source: b}
    - {target: b, sourceHandle: null}
`;
  const app = parseApp(text, 'app.yml');
  expect(app.nodes.map(({ id, type, title }) => [id, type, title])).toEqual([
    ['1761054713585', 'start', '開始'],
    ['b', 'from-the-future', 'b'],
    ['d', '', 'd'],
    ['e', '', 'e'],
  ]);
  expect(app.nodes.at(-1)?.parentId).toBe('1761054713585');
  expect(
    app.edges.map(({ source, target, sourceHandle }) => [source, target, sourceHandle]),
  ).toEqual([
    ['1761054713585', 'b', 'source'],
    ['b', 'd', 'true'],
    ['b', 'e', 'true'],
  ]);
  expect(app).toMatchObject({ version: '0.1.0', name: '2024', mode: 'advanced-chat' });
  expect(app.document.value).toMatchObject({ kind: 'something', extra: { kept: true } });
});

test('variables come by name, whatever their id; one without a value is empty', () => {
  const app = parseApp(
    `app: {mode: advanced-chat}
workflow:
  environment_variables: [{id: x, name: limit, value_type: number, value: 3}, {name: secret, value: ''}]
  conversation_variables: [{id: not-a-uuid, name: mood, value: [calm]}, {name: none}]
  graph: {}
`,
    'app.yml',
  );
  expect(app.environment).toEqual({ limit: 3, secret: '' });
  expect(app.conversation).toEqual({ mood: ['calm'], none: null });
});

test.each([
  ['number', '42', 42],
  ['number', ' -1.5e3 ', -1500],
  ['integer', '7', 7],
  ['number', '', ''],
  ['number', '0x10', '0x10'],
  ['number', 'many', 'many'],
  ['string', '42', '42'],
  ['secret', '42', '42'],
])('a variable of type %s written as the text %j is %j', (type, value, expected) => {
  const variables = JSON.stringify([{ name: 'v', value_type: type, value }]);
  const app = parseApp(
    `{app: {mode: workflow}, workflow: {environment_variables: ${variables}, graph: {}}}`,
    'app.yml',
  );
  expect(app.environment).toEqual({ v: expected });
});

test.each([
  ['0.6.0', 'completed'],
  ['0.6', 'completed'],
  ['0.5.0', 'completed-with-warnings'],
  ['0.4.0', 'completed-with-warnings'],
  ['0.6.1', 'pending'],
  ['0.7.0', 'pending'],
  ['1.0.0', 'pending'],
  ['0.6.0-beta1', 'completed'],
  ['x', undefined],
  ['', undefined],
  ['0.4.0 ; rm', undefined],
])('version %s is %s', (version, expected) => {
  expect(compatibilityOf(version)).toBe(expected);
});

test.each([
  ['deep nesting', `app: ${'['.repeat(5000)}`, 'nests deeper'],
  [
    'more than ten megabytes',
    `app: {mode: workflow}\n#${'x'.repeat(10_500_000)}`,
    'larger than 10 MB',
  ],
  ['a binary file', 'app: \u0000\u0001', 'not text'],
  [
    'aliases that multiply',
    `${Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [${i ? `*a${i - 1},*a${i - 1}` : 'x'}]`).join('\n')}\napp: {mode: workflow}`,
    'alias',
  ],
])('%s is refused', (_, text, message) => {
  expect(faults(text)[0]).toContain(message);
});

test('keys that mean something to JavaScript mean nothing here', () => {
  const text = `app: {mode: advanced-chat, __proto__: {name: x}}
workflow:
  environment_variables: [{name: __proto__, value: {polluted: true}}]
  graph: {nodes: [{id: __proto__, data: {__proto__: {type: llm}, constructor: 1}}]}
`;
  const app = parseApp(text, 'app.yml');
  expect(app.nodes[0]).toMatchObject({ id: '__proto__', type: '' });
  expect(Object.keys(app.environment)).toEqual(['__proto__']);
  expect('polluted' in {}).toBe(false);
});

test('no text makes the parser break otherwise than by saying what is wrong', () => {
  const word = fc.constantFrom(
    'app',
    'workflow',
    'graph',
    'nodes',
    'edges',
    'id',
    'data',
    ': ',
    '- ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    '&a ',
    '*a',
    '"',
    'mode: workflow',
    '<<',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(word, fc.string({ maxLength: 3 })), { maxLength: 60 }),
      (words) => {
        faults(`app: {mode: workflow}\nworkflow:\n  graph: ${words.join('')}`);
        faults(words.join(''));
      },
    ),
  );
});

// As the canvas writes a model's node.
const MODEL_NODE = `    - data:
        context: {enabled: false, variable_selector: []}
        model:
          completion_params:
            temperature: 0.7
          mode: chat
          name: m
          provider: langgenius/openai_api_compatible/openai_api_compatible
        prompt_template:
        - id: b7f4
          role: system
          text: ''
        selected: false
        title: model
        type: llm
        variables: []
        vision:
          enabled: false
      height: 87
      id: 'ID'
      position:
        x: 334
        y: 282
      positionAbsolute:
        x: 334
        y: 282
      selected: false
      sourcePosition: right
      targetPosition: left
      type: custom
      width: 241
`;

const appOfNodes = (count: number): string =>
  `app: {mode: workflow}\nworkflow:\n  graph:\n    nodes:\n${Array.from({ length: count }, (_, i) =>
    MODEL_NODE.replace('ID', `n${i}`),
  ).join('')}`;

test('an app that would take long to read is refused before it is read whole', () => {
  const end = '] this is no YAML';
  expect(faults(appOfNodes(20) + end)).toEqual([
    expect.stringContaining('625:1 this cannot be read'),
  ]);
  expect(faults(appOfNodes(2000) + end)).toEqual([
    'app.yml:1:1 expected an app of at most 150,000 words and signs of YAML, some 20,000 lines or 500 nodes; found more, in lines: 62,005',
  ]);
});

test('an app of as many nodes as a run may go through is read, and so are long texts', () => {
  expect(parseApp(appOfNodes(500), 'app.yml').nodes).toHaveLength(500);
  const long = '            a line, with [signs]: {more}\n'.repeat(30_000);
  const { nodes } = parseApp(appOfNodes(1).replace("text: ''", `text: |\n${long}`), 'app.yml');
  expect(nodes).toHaveLength(1);
});
