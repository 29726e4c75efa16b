import { describe, expect, it } from 'vitest';
import { loadConfig } from '#config/load.ts';
import { override, parseOverride } from '#config/override.ts';
import { z } from '#core/schema.ts';

describe('parseOverride', () => {
  it.each([
    ['a=1', ['a'], 1],
    ['a.b.0.c=x', ['a', 'b', 0, 'c'], 'x'],
    ['a."b.c".d=yes', ['a', 'b.c', 'd'], true],
    ["a.'0'=null", ['a', '0'], null],
    ['a=b=c', ['a'], 'b=c'],
    ['a=', ['a'], null],
    ['a={b: [1, 2]}', ['a'], { b: [1, 2] }],
  ])('%s', (text, path, value) => {
    expect(parseOverride(text)).toEqual({ path, value });
  });

  it.each(['', 'a', '=1', '.a=1', 'a..b=1', 'a.=1', 'a."b=1', '"a"b=1'])('refuses %j', (text) => {
    expect(() => parseOverride(text)).toThrow('expected path=value, such as');
  });

  it('refuses a value that is no YAML', () => {
    expect(() => parseOverride('a=[1')).toThrow('a=[1:1:');
  });
});

describe('override', () => {
  it('puts a value where another is, and makes the way to it', () => {
    const before = { list: [{ a: 1 }, { a: 2 }], other: 'x' };
    const first = override(before, { path: ['list', 1, 'a'], value: 3 });
    expect(override(first, { path: ['new', 'deep', '__proto__'], value: 4 })).toEqual({
      list: [{ a: 1 }, { a: 3 }],
      other: 'x',
      new: { deep: JSON.parse('{"__proto__": 4}') as object },
    });
    expect(before.list[1]).toEqual({ a: 2 });
  });

  it.each([['list', 2, 'a'] as const, ['list', 'a'] as const])(
    'refuses the place %j',
    (...path) => {
      expect(() => override({ list: [1, 2] }, { path, value: 1 })).toThrow(
        'expected the place of an item, 0 to 1',
      );
    },
  );
});

describe('loadConfig with overrides', () => {
  const text = `model_list:
  - model_name: m
    litellm_params:
      model: openai/gpt-4.1
      api_key: sk-1
router_settings:
  routing_strategy: simple-shuffle
`;
  const load = (...overrides: string[]) =>
    loadConfig(text, {
      file: 'c.yaml',
      env: {},
      policies: ['simple-shuffle', 'least-busy'].map((name) => ({ name, options: z.object({}) })),
      readFile: () => '',
      overrides: overrides.map(parseOverride),
    });

  it('loads what they say', () => {
    const config = load(
      'router_settings.routing_strategy=least-busy',
      'model_list.0.litellm_params.tpm=60_000',
      'spillway_settings.queue.wait_s=60',
    );
    expect(config.routing.strategy).toBe('least-busy');
    expect(config.deployments[0]!.tpm).toBe(60_000);
    expect(config.queue.waitMs).toBe(60_000);
  });

  it('says of errors in them where the value stands that they replace', () => {
    expect(() => load('router_settings.routing_strategy=leest-busy')).toThrow(
      /^c\.yaml:7:21 router_settings\.routing_strategy: .*leest-busy/,
    );
    expect(() => load('spillway_settings.queue.wait_s=soon')).toThrow(
      /^c\.yaml:1:1 spillway_settings\.queue\.wait_s: .*found the text "soon"/,
    );
  });
});
