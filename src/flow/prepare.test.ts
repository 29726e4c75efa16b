import { expect, test } from 'vitest';
import { parseApp } from '#flow/dsl/parse.ts';
import { modelResolver } from '#flow/model-map.ts';
import { prepareFlow } from '#flow/prepare.ts';
import { dsl, findingsOf, flowOf, llmData } from '#flow/test-kit.ts';

const START = { type: 'start', variables: [] };
const ANSWER = { type: 'answer', answer: '{{#llm.text#}}' };
const EDGES = ['start>llm', 'llm>answer'];

const faults = (nodes: Record<string, object>, edges: readonly string[] = EDGES): string[] =>
  findingsOf(() => flowOf(dsl(nodes, edges)));

const llmFaults = (more: object): string[] =>
  faults({ start: START, llm: llmData('Hi', { title: 'LLM1', ...more }), answer: ANSWER });

test('a flow that can run has nothing said against it', () => {
  expect(llmFaults({})).toEqual([]);
});

test('what a run cannot do without', () => {
  expect(faults({}, [])).toEqual([
    expect.stringContaining('there is no start node'),
    expect.stringContaining('there is no answer node'),
  ]);
  expect(faults({ start: START, llm: llmData() }, ['start>llm'])).toEqual([
    expect.stringContaining('workflow.graph: there is no answer node'),
  ]);
  expect(faults({ start: START, answer: { ...ANSWER, title: 'A' } }, [])).toEqual([
    expect.stringContaining('node "A" cannot be reached from the start'),
  ]);
  expect(faults({ llm: llmData(), answer: ANSWER }, ['llm>answer'])).toEqual([
    expect.stringContaining('there is no start node'),
  ]);
});

test('ids that two nodes share or that are words of the language', () => {
  expect(
    faults({ start: START, sys: llmData(), answer: ANSWER }, ['start>sys', 'sys>answer']),
  ).toEqual([expect.stringContaining('"sys" is a reserved word')]);
  const twice = dsl({ start: START, a: ANSWER, b: ANSWER }, ['start>a']).replace(
    '"id":"b"',
    '"id":"a"',
  );
  expect(findingsOf(() => flowOf(twice))).toEqual([
    expect.stringContaining('another node has the id "a" too'),
  ]);
});

test('only what a run can reach must be known, and an unknown start is told as such', () => {
  const nodes = { start: START, llm: llmData(), answer: ANSWER, lost: { type: 'code', code: 1 } };
  expect(faults(nodes)).toEqual([]);
  expect(faults({ hook: { type: 'trigger-webhook' }, answer: ANSWER }, ['hook>answer'])).toEqual([
    expect.stringContaining('node "hook" is of type "trigger-webhook", which cannot be run'),
  ]);
});

test('fields of the wrong kind, with the title of their node', () => {
  expect(llmFaults({ model: { name: 7 }, prompt_template: 'Hi' })).toEqual([
    expect.stringContaining('.data.model.name: node "LLM1": expected a text, found 7'),
    expect.stringContaining('.data.prompt_template: node "LLM1": expected a list or a map'),
  ]);
});

test.each([[{ code_language: 'ruby', code: '', type: 'code' }, 'code_language']])(
  '%j is not supported yet',
  (more, field) => {
    expect(llmFaults(more)).toEqual([
      expect.stringContaining(`.data.${field}: node "LLM1": ${field} is not supported yet`),
    ]);
  },
);

test('what is switched off or empty is no matter', () => {
  const off = {
    memory: null,
    vision: { enabled: false },
    structured_output_enabled: false,
    error_strategy: 'none',
    retry_config: { retry_enabled: false },
    reasoning_format: 'tagged',
    context: null,
  };
  expect(llmFaults(off)).toEqual([]);
});

test('a start that asks for what no form here knows says so before the run', () => {
  const start = { type: 'start', variables: [{ variable: 'scan', type: 'external_data_tool' }] };
  expect(faults({ start, llm: llmData(), answer: ANSWER })).toEqual([
    expect.stringContaining('variables.0.type is not supported yet'),
  ]);
});

test('a model that nobody serves is told once, however many nodes call it', () => {
  const nodes = { start: START, llm: llmData(), two: llmData(), answer: ANSWER };
  const app = parseApp(dsl(nodes, [...EDGES, 'start>two', 'two>answer']), 'flow.yml');
  const resolveModel = modelResolver({ groups: ['fast', 'slow'], mappings: [] });
  expect(findingsOf(() => prepareFlow(app, { resolveModel }))).toEqual([
    expect.stringContaining(
      'node "llm": the model "gpt-4.1" of the provider "openai" is no model group; the groups are "fast", "slow"',
    ),
  ]);
});

test('a file with hundreds of faults is told by its first hundred', () => {
  const edges = Array.from({ length: 300 }, (_, i) => `start>ghost${i}`);
  const found = faults({ start: START, llm: llmData(), answer: ANSWER }, [...EDGES, ...edges]);
  expect(found).toHaveLength(100);
});
