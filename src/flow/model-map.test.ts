import { expect, test } from 'vitest';
import { type ModelMapping, modelResolver } from '#flow/model-map.ts';

const resolve = (name: string, groups: string[], mappings: ModelMapping[] = []): string =>
  modelResolver({ groups, mappings })({ provider: 'langgenius/openai/openai', name });

test('a group of that name, else a mapping, else the only group', () => {
  const mappings = [
    { name: 'LiteLLM', provider: 'another', group: 'b' },
    { name: 'LiteLLM', group: 'a' },
    { name: 'a', group: 'b' },
  ];
  expect(resolve('a', ['a', 'b'], mappings)).toBe('a');
  expect(resolve('LiteLLM', ['a', 'b'], mappings)).toBe('a');
  expect(resolve('LiteLLM', ['only'])).toBe('only');
});

test('a model that fits a pattern is served under its own name, unless a mapping says otherwise', () => {
  const resolveModel = modelResolver({
    groups: ['only'],
    patterns: ['gpt-*'],
    mappings: [{ name: 'gpt-3', group: 'only' }],
  });
  const resolved = ['gpt-4', 'gpt-3', 'other'].map((name) => resolveModel({ provider: 'p', name }));
  expect(resolved).toEqual(['gpt-4', 'only', 'only']);
});

test('otherwise it says what there is and what to write', () => {
  expect(() => resolve('LiteLLM', ['a', 'b'])).toThrow(
    'the model "LiteLLM" of the provider "langgenius/openai/openai" is no model group; the groups are "a", "b". Say which serves it: spillway_settings: {apps: {models: [{name: "LiteLLM", group: "a"}]}}',
  );
  expect(() => resolve('LiteLLM', ['a'], [{ name: 'LiteLLM', group: 'gone' }])).toThrow(
    'to "gone", which is no model group; the groups are "a"',
  );
  expect(() => resolve('x', [])).toThrow('no model group is configured');
  expect(() =>
    resolve(
      'x'.repeat(1000),
      Array.from({ length: 30 }, (_, i) => `g${i}`),
    ),
  ).toThrow(/^the model "x{100}" .*"g19" and 10 more\./);
});
