import { describe, expect, test } from 'vitest';
import { errorsOf, load, warningsOf } from '#config/test-kit.ts';

const MODELS = `model_list:
  - model_name: a
    litellm_params: {model: openai/a, api_key: k}
    model_info: {id: id-a}
  - model_name: openai/b
    litellm_params: {model: openai/b, api_key: k}
  - model_name: "free-*"
    litellm_params: {model: "openai/*", api_key: k}
`;

/** Sections in flow style: the first stands on line 9. */
const withSections = (...sections: string[]): string => `${MODELS}${sections.join('\n')}\n`;

const to = (...models: string[]) => models.map((model) => ({ model, params: {} }));

describe('what is read', () => {
  test('each list of its own, defaults under *, the first entry of a name', () => {
    const { routing } = load(
      withSections(
        'router_settings: {fallbacks: [{a: [openai/b, free-x]}, {a: [b]}], context_window_fallbacks: [{a: [{model: openai/b, temperature: 1}]}], content_policy_fallbacks: [], default_fallbacks: [a], max_fallbacks: "2"}',
      ),
    );
    expect({ ...routing.fallbacks }).toEqual({ a: to('openai/b', 'free-x'), '*': to('a') });
    expect({ ...routing.contextWindowFallbacks }).toEqual({
      a: [{ model: 'openai/b', params: { temperature: 1 } }],
    });
    expect(routing).not.toHaveProperty('contentPolicyFallbacks');
    expect(routing.maxFallbacks).toBe(2);
    expect(routing.fallbacks['constructor']).toBeUndefined();
  });

  test('router_settings win key by key', () => {
    const { routing } = load(
      withSections(
        'litellm_settings: {fallbacks: [{a: [x]}], default_fallbacks: [openai/b], max_fallbacks: 1}',
        'router_settings: {fallbacks: [{a: [free-1]}]}',
      ),
    );
    expect({ ...routing.fallbacks }).toEqual({ a: to('free-1'), '*': to('openai/b') });
    expect(routing.maxFallbacks).toBe(1);
  });
});

test.each([
  ['fallbacks: {a: [b]}', '9:30 router_settings.fallbacks: expected a list, found a map'],
  [
    'fallbacks: [{a: [b], b: [a]}]',
    '9:31 router_settings.fallbacks.0: expected a map of one name to a list of others, found a map',
  ],
  ['fallbacks: [a]', '9:31 router_settings.fallbacks.0: expected a map, found the text "a"'],
  [
    'fallbacks: [{a: b}]',
    '9:35 router_settings.fallbacks.0.a: expected a list, found the text "b"',
  ],
  [
    'max_fallbacks: -1',
    '9:34 router_settings.max_fallbacks: expected a number of at least 0, found -1',
  ],
])('LiteLLM would not start with %s either', (setting, error) => {
  expect(errorsOf(withSections(`router_settings: {${setting}}`))).toEqual([error]);
});

describe('what LiteLLM lives with is a warning', () => {
  const warnings = (setting: string): string[] =>
    warningsOf(withSections(`router_settings: {${setting}}`));

  test.each([
    'fallbacks: [{a: [openai/b]}, {b: [a]}]',
    'fallbacks: [{b: [free-anything, id-a]}, {free-1: [a]}, {"free-*": [a]}, {"*": [a]}]',
    'default_fallbacks: [a], context_window_fallbacks: [{a: [{model: a2-1}]}], model_group_alias: {a2-1: a}',
  ])('nothing to say: %s', (setting) => {
    expect(warnings(setting)).toEqual([]);
  });

  test.each([
    [
      'fallbacks: [{aa: [a]}]',
      '9:32 router_settings.fallbacks.0.aa: no model has this name, so these are never used (did you mean "a"?)',
    ],
    [
      'fallbacks: [{a: [openai/c]}]',
      '9:36 router_settings.fallbacks.0.a.0: no model has this name; passed over (did you mean "openai/b"?)',
    ],
    [
      'content_policy_fallbacks: [{a: ["free-*"]}]',
      '9:51 router_settings.content_policy_fallbacks.0.a.0: no model has this name; passed over (did you mean "free-*"?)',
    ],
    [
      'default_fallbacks: [nobody]',
      '9:39 router_settings.default_fallbacks.0: no model has this name; passed over (a, openai/b, free-*)',
    ],
    [
      'fallbacks: [{a: [a]}]',
      '9:36 router_settings.fallbacks.0.a.0: this falls back to itself; passed over',
    ],
    [
      'fallbacks: [{a: [{model: openai/b, temperature: 1, api_key: k}]}]',
      '9:70 router_settings.fallbacks.0.a.0.api_key: understood, but has no effect yet',
    ],
    [
      'fallbacks: [{openai/b: [free-1]}, {a: [openai/b]}, {free-1: [a, free-1]}]',
      '9:32 router_settings.fallbacks.0.openai/b: these lead in a circle, openai/b → free-1 → a → openai/b; nobody is asked twice',
    ],
  ])('%s', (setting, warning) => {
    expect(warnings(setting)[0]).toBe(warning);
  });

  test('a section that is overruled is not looked at', () => {
    expect(
      warningsOf(
        withSections(
          'litellm_settings: {fallbacks: [{x: [y]}]}',
          'router_settings: {fallbacks: [{a: [openai/b]}]}',
        ),
      ),
    ).toEqual([]);
  });
});
