import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FindingsError } from '#core/finding.ts';
import { readYaml, type YamlDocument } from '#core/yaml.ts';

const errorsOf = (text: string): string[] => {
  try {
    readYaml(text, 'f.yaml');
  } catch (error) {
    if (error instanceof FindingsError) return error.message.split('\n');
    throw error;
  }
  return [];
};

describe('positions', () => {
  const document = readYaml(
    [
      'model_list:', //                       1
      '  - model_name: gpt-4.1', //           2
      '    litellm_params:', //               3
      '      model: openai/gpt-4.1', //       4
      '      rpm: abc', //                    5
      'base: &base {timeout: 5}', //          6
      'router:', //                           7
      '  <<: *base', //                       8
      '  empty:', //                          9
    ].join('\n'),
    'f.yaml',
  );

  test.each([
    [[], 1, 1],
    [['model_list'], 2, 3],
    [['model_list', 0], 2, 5],
    [['model_list', 0, 'litellm_params', 'rpm'], 5, 12],
    [['model_list', 0, 'litellm_params', 'missing'], 4, 7],
    [['model_list', 0, 'nothing', 'deeper'], 2, 5],
    [['model_list', 7], 2, 3],
    [['router', 'timeout'], 6, 23],
    [['router', 'empty'], 9, 9],
    [['absent'], 1, 1],
  ])('value at %j', (path, line, column) => {
    expect(document.position(path)).toEqual({ line, column });
  });

  test.each([
    [['model_list'], 1, 1],
    [['model_list', 0], 2, 5],
    [['model_list', 0, 'litellm_params', 'rpm'], 5, 7],
    [['router', 'timeout'], 6, 14],
    [['router', 'absent'], 8, 3],
  ])('key at %j', (path, line, column) => {
    expect(document.keyPosition(path)).toEqual({ line, column });
  });
});

describe('what cannot be read', () => {
  test.each([
    ['a: b: c', 'f.yaml:1:4 a second "key: value" cannot follow on the same line'],
    ['a: [1, 2\nb: 3', 'f.yaml:2:1 the indentation does not fit'],
    ['a: 1\nb: "x\nc: 3\n', 'f.yaml:2:4 a quote is opened and never closed'],
    ['a:\n\t- 1', 'f.yaml:2:1 tabs cannot indent YAML'],
    ['a: {{ x }}', 'f.yaml:1:5 a: a key must be plain text'],
    ['a: @x', 'f.yaml:1:4 a text cannot begin with this character'],
    ['a: 1\nb', 'f.yaml:2:1 a key needs a colon'],
    ['a: *b', 'f.yaml:1:4 a: no anchor is named "b"'],
    ['a: &a [*a]', 'f.yaml:1:8 a.0: an alias cannot stand inside what it names'],
    ['a: &a\n  b: *a', 'f.yaml:2:6 a.b: an alias cannot stand inside'],
    ['a: !!python/object:os.system x', 'f.yaml:1:30 a: the tag !!python/object:os.system'],
    ['a: !vault x', 'f.yaml:1:11 a: the tag !vault'],
    ['a: !!int x', 'f.yaml:1:10 a: the tag !!int does not fit'],
    ['a: !!map [x]', 'f.yaml:1:10 a: the tag !!map does not fit'],
    ['<<: 3', 'f.yaml:1:5 <<: only a map'],
    ['a: 1\n---\nb: 2', 'f.yaml:2:1 a second document begins here'],
    ['a: x\u0007', 'f.yaml:1:5 this character is not text'],
    ['a: \ud800', 'f.yaml:1:4 this character is not text'],
  ])('%j', (text, expected) => {
    expect(errorsOf(text)[0]).toContain(expected);
  });

  test('all syntax errors come at once, one a line', () => {
    expect(errorsOf('a: b: c\nd: @x\ne: [1\n').map((line) => line.split(' ')[0])).toEqual([
      'f.yaml:1:4',
      'f.yaml:2:4',
      'f.yaml:4:1',
    ]);
  });

  test('a broken secret is not quoted', () => {
    for (const text of [
      'api_key: "sk-canary" x',
      'api_key: sk-canary\n- b',
      'sk-canary: [',
      '@sk-canary',
    ])
      expect(errorsOf(text).join('\n')).not.toContain('canary');
  });
});

describe('bounds', () => {
  test('aliases that multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++)
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    expect(errorsOf(lines.join('\n'))[0]).toContain('aliases repeat more than 100000 values');
  });

  test('merge keys that multiply', () => {
    const lines = ['a0: &a0 {x: 1}'];
    for (let i = 1; i < 40; i++) lines.push(`a${i}: &a${i} {<<: [*a${i - 1}, *a${i - 1}]}`);
    expect(errorsOf(lines.join('\n'))[0]).toContain('aliases');
  });

  test('aliases that nest', () => {
    const lines = ['a0: &a0 [x]'];
    for (let i = 1; i < 200; i++) lines.push(`a${i}: &a${i} [*a${i - 1}]`);
    expect(errorsOf(lines.join('\n'))[0]).toContain('aliases nest deeper than 100 levels');
  });

  test.each([
    ['['.repeat(50_000)],
    ['- '.repeat(50_000)],
    ['? '.repeat(5_000)],
    [Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ])('nesting', (text) => {
    expect(errorsOf(text)[0]).toContain('nests deeper than 100 levels');
  });

  test('a hundred levels are fine', () => {
    expect(errorsOf('['.repeat(100) + ']'.repeat(100))).toEqual([]);
  });

  test('size', () => {
    expect(errorsOf(`a: ${'x'.repeat(11_000_000)}`)).toEqual([
      'f.yaml:1:1 the file is larger than 10 MB',
    ]);
  });
});

test('a key given twice is a warning at the second place, and the last one counts', () => {
  const document = readYaml('a:\n  b: 1\n  b: 2\n', 'f.yaml');
  expect(document.value).toEqual({ a: { b: 2 } });
  expect(document.warnings).toEqual([
    expect.objectContaining({
      line: 3,
      column: 3,
      path: 'a.b',
      message: expect.stringContaining('twice'),
    }),
  ]);
  expect(document.position(['a', 'b'])).toEqual({ line: 3, column: 6 });
});

test('names of JavaScript internals are data', () => {
  const { value } = readYaml('__proto__: {admin: yes}\nconstructor: 1\n', 'f.yaml');
  expect(Object.entries(value as object)).toEqual([
    ['__proto__', { admin: true }],
    ['constructor', 1],
  ]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(({} as { admin?: unknown }).admin).toBeUndefined();
});

const line = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(
        'a',
        'b: ',
        '- ',
        '&x ',
        '*x',
        '<<: ',
        '{',
        '}',
        '[',
        ']',
        ', ',
        '"',
        "'",
        '| ',
        '>',
        '!!int ',
        '# ',
        '? ',
        '\t',
        ' ',
        '%',
        '---',
        '1:30',
        '\\',
        '...',
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);
const yamlish = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 6 }), line), { maxLength: 12 })
  .map((lines) => lines.map(([indent, text]) => ' '.repeat(indent) + text).join('\n'));
const path = fc.array(fc.oneof(fc.constantFrom('a', 'b', '<<'), fc.nat(3)), { maxLength: 4 });

test('arbitrary text: a value or findings, and every position within the text', () => {
  fc.assert(
    fc.property(yamlish, path, (text, at) => {
      const lines = text.split(/\r\n?|\n/);
      const inRange = (place: { line: number; column: number }): void => {
        expect(place.line).toBeGreaterThanOrEqual(1);
        expect(place.line).toBeLessThanOrEqual(lines.length);
        expect(place.column).toBeGreaterThanOrEqual(1);
        expect(place.column).toBeLessThanOrEqual((lines[place.line - 1]?.length ?? 0) + 1);
      };
      let document: YamlDocument;
      try {
        document = readYaml(text, 'f.yaml');
      } catch (error) {
        if (!(error instanceof FindingsError)) throw error;
        error.findings.forEach(inRange);
        return;
      }
      document.warnings.forEach(inRange);
      inRange(document.position(at));
      inRange(document.keyPosition(at));
    }),
    { numRuns: 1_000 },
  );
});
