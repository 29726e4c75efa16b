import { expect, test } from 'vitest';
import { checklist } from '#flow/checklist.ts';
import { parseApp } from '#flow/dsl/parse.ts';
import { FindingsError } from '#core/finding.ts';
import { modelResolver } from '#flow/model-map.ts';
import { prepareFlow } from '#flow/prepare.ts';
import { dsl, llmData } from '#flow/test-kit.ts';

test('what is missing, each by its kind', () => {
  const text = dsl(
    {
      start: { type: 'start' },
      ask: llmData(),
      look: { type: 'knowledge-retrieval', dataset_ids: ['a', 'b'] },
      code: {
        type: 'code',
        code_language: 'python3',
        code: 'import numpy, json\nimport requests\ndef main(): return {}',
        outputs: {},
      },
      tool: { type: 'tool', provider_type: 'builtin', provider_name: 'search', tool_name: 'web' },
      answer: { type: 'answer', answer: '' },
    },
    ['start>ask', 'ask>look', 'look>code', 'code>tool', 'tool>answer'],
    {
      environment_variables: [{ name: 'KEY', value_type: 'secret', value: '' }],
      features: { text_to_speech: { enabled: true } },
    },
  );
  const app = parseApp(text, 'app.yml');
  const resolveModel = modelResolver({ groups: ['a', 'b'], mappings: [] });
  const findings = (() => {
    try {
      prepareFlow(app, { resolveModel });
      return [];
    } catch (thrown) {
      if (thrown instanceof FindingsError) return thrown.findings;
      throw thrown;
    }
  })();
  const list = checklist(app, { findings, resolveModel });
  const items = list.map(({ kind, node, message }) => [kind, node, message]);
  expect(items).toEqual([
    ['model', undefined, expect.stringContaining('"gpt-4.1" of the provider "openai"')],
    ['flow', undefined, expect.stringContaining('knowledge-retrieval')],
    ['dataset', 'look', expect.stringContaining('2 knowledge bases')],
    ['module', 'code', expect.stringContaining('numpy')],
    ['tool', 'tool', 'there is no tool search/web (builtin) here'],
    ['secret', undefined, 'the secret env.KEY is empty'],
    ['feature', undefined, expect.stringContaining('text to speech')],
  ]);
  // For those who say it in another language.
  expect(list.map(({ said }) => said)).toEqual([
    { code: 'model_unserved', with: { node: '"ask"', model: 'gpt-4.1 (openai)' } },
    { code: 'kept_retrieval', with: { node: '"look"', type: 'knowledge-retrieval' } },
    { code: 'datasets', with: { count: 2 } },
    { code: 'module_missing', with: { module: 'numpy' } },
    { code: 'tool_missing', with: { provider: 'search', tool: 'web', kind: 'builtin' } },
    { code: 'secret_empty', with: { name: 'KEY' } },
    { code: 'no_text_to_speech', with: {} },
  ]);
});
