import { describe, expect, test } from 'vitest';
import { checkPart, checkSchema } from '#core/check-schema.ts';
import { FindingsError } from '#core/finding.ts';
import { z } from '#core/schema.ts';
import { readYaml } from '#core/yaml.ts';

const schema = z.strictObject({
  rows: z.array(
    z.looseObject({
      name: z.string().min(1),
      rpm: z.int().min(0).max(1000).optional(),
      tags: z.union([z.string(), z.array(z.string())]).optional(),
      mode: z.enum(['chat', 'embedding']).optional(),
      shape: z
        .union([z.string(), z.strictObject({ group: z.string(), hidden: z.boolean().optional() })])
        .optional(),
      kind: z
        .discriminatedUnion('type', [
          z.object({ type: z.literal('a'), one: z.number() }),
          z.object({ type: z.literal('b') }),
        ])
        .optional(),
      slug: z
        .string()
        .regex(/^[a-z]+$/, 'a name of small letters')
        .optional(),
      even: z
        .number()
        .refine((n) => n % 2 === 0, 'an even number')
        .optional(),
      api_key: z.number().optional(),
      cast: z.preprocess((v) => (v === '1' ? 1 : v), z.number().gt(0)).optional(),
    }),
  ),
  limits: z.strictObject({ request_bytes: z.number().optional() }).optional(),
});

const check = (text: string): string[] => {
  try {
    checkSchema(readYaml(text, 'f.yaml'), 'f.yaml', schema);
  } catch (error) {
    if (error instanceof FindingsError) return error.message.split('\n');
    throw error;
  }
  return [];
};

const row = (fields: string): string => `rows:\n  - name: x\n    ${fields}\n`;

describe('one sentence at the right place', () => {
  test.each([
    ['rows: 3', '1:7 rows: expected a list, found 3'],
    ['{}', '1:1 rows: missing; expected a list'],
    ['rows:\n  - rpm: 1', '2:5 rows.0.name: missing; expected a text'],
    [
      'rows:\n  - name: ""',
      '2:11 rows.0.name: expected a text of at least 1 character, found an empty text',
    ],
    [row('rpm: abc'), '3:10 rows.0.rpm: expected a number, found the text "abc"'],
    [row('rpm: 1.5'), '3:10 rows.0.rpm: expected a whole number, found 1.5'],
    [row('rpm: -1'), '3:10 rows.0.rpm: expected a number of at least 0, found -1'],
    [row('rpm: 1_001'), '3:10 rows.0.rpm: expected a number of at most 1000, found 1001'],
    [row('rpm: .nan'), '3:10 rows.0.rpm: expected a number, found NaN'],
    [row('rpm: {}'), '3:10 rows.0.rpm: expected a number, found a map'],
    [row('rpm:'), '3:9 rows.0.rpm: expected a number, found an empty value'],
    [row('tags: 3'), '3:11 rows.0.tags: expected a text or a list, found 3'],
    [row('tags: [a, 3]'), '3:15 rows.0.tags.1: expected a text, found 3'],
    [
      row('mode: chats'),
      '3:11 rows.0.mode: expected one of "chat", "embedding", found the text "chats"',
    ],
    [row('shape: {}'), '3:12 rows.0.shape.group: missing; expected a text'],
    [
      row('shape: {group: x, hiden: yes}'),
      '3:23 rows.0.shape.hiden: unknown key; did you mean "hidden"?',
    ],
    [row('kind: {type: c}'), '3:18 rows.0.kind.type: expected one of "a", "b", found the text "c"'],
    [row('kind: {type: a}'), '3:11 rows.0.kind.one: missing; expected a number'],
    [row('slug: A'), '3:11 rows.0.slug: expected a name of small letters, found the text "A"'],
    [row('even: 3'), '3:11 rows.0.even: expected an even number, found 3'],
    [row('cast: 0'), '3:11 rows.0.cast: expected a number of more than 0, found 0'],
    [
      'rows: []\nlimits: {request-bytes: 1}',
      '2:10 limits.request-bytes: unknown key; did you mean "request_bytes"?',
    ],
    ['rows: []\nlimits: {zzz: 1}', '2:10 limits.zzz: unknown key; known here: request_bytes'],
    ['rows: []\nrow: 1', '2:1 row: unknown key; did you mean "rows"?'],
  ])('%j', (text, expected) => {
    expect(check(text)).toEqual([`f.yaml:${expected}`]);
  });
});

test('everything at once', () => {
  expect(check('rows:\n  - rpm: x\n    mode: y\nzz: 1')).toHaveLength(4);
});

test('a secret is told by its length only', () => {
  for (const field of ['api_key: canary-0123', 'slug: sk-canary', `slug: ${'canary_'.repeat(12)}`])
    expect(check(row(field)).join()).toMatch(/found a text of \d+ characters$/);
});

test('a reference is shown as it was written', () => {
  const document = readYaml('a:\n  rpm: os.environ/RPM\n', 'f.yaml');
  const part = { document, file: 'f.yaml', path: ['a'], value: { rpm: 'canary' } };
  expect(checkPart(part, z.object({ rpm: z.number() }))).toEqual({
    findings: [
      {
        file: 'f.yaml',
        line: 2,
        column: 8,
        path: 'a.rpm',
        message:
          'expected a number, found the text "os.environ/RPM", which is a text of 6 characters',
      },
    ],
  });
});

test('keys named like JavaScript internals are unknown keys like others', () => {
  expect(check('rows: []\n__proto__: {x: 1}\nconstructor: 1')).toEqual([
    expect.stringContaining('2:1 __proto__: unknown key'),
    expect.stringContaining('3:1 constructor: unknown key'),
  ]);
});
