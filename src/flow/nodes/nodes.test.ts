import { expect, test } from 'vitest';
import { NODE_TYPES } from '#flow/nodes/index.ts';
import { nodeConformance, type Sample } from '#flow/nodes/node.conformance.ts';

const MODEL = { provider: 'openai', name: 'gpt-4.1', mode: 'chat', completion_params: {} };
const variables = { sys: { query: 'Why?' }, llm: { text: 'Because.' }, notes: { result: 'N' } };

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
  answer: [
    { data: { answer: 'plain' } },
    { data: { answer: '{{#llm.text#}} {{#sys.query#}} {{#ghost.text#}}' }, variables },
  ],
};

for (const type of NODE_TYPES) nodeConformance(type, SAMPLES[type.type] ?? []);

test('every node type has samples, and no two the same name', () => {
  expect(NODE_TYPES.map(({ type }) => type).toSorted()).toEqual(Object.keys(SAMPLES).toSorted());
});
