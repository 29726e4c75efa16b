import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import { seededRandom } from '#core/random.ts';
import { z } from '#core/schema.ts';
import { sampleJson } from '#simulator/answer/sample-json.ts';

const sample = (schema: JsonObject, seed = 1): Json => sampleJson(schema, seededRandom(seed));

const weather = z.strictObject({
  city: z.string().min(3).max(8),
  when: z.iso.datetime(),
  unit: z.enum(['celsius', 'fahrenheit']),
  days: z.int().min(2).max(5),
  share: z.number().gt(0).max(10),
  tags: z.array(z.string()).min(2),
  place: z.union([z.strictObject({ lat: z.number(), lon: z.number() }), z.null()]),
  alarm: z.boolean(),
  note: z.string().nullable().optional(),
});

describe('sampled JSON', () => {
  test('is what its schema accepts', () => {
    const schema = z.toJSONSchema(weather) as JsonObject;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(weather.safeParse(sample(schema, seed)).error).toBeUndefined();
      }),
    );
  });

  test('follows references, and ends where they go in circles', () => {
    const tree = {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            next: { $ref: '#/$defs/node' },
            children: { type: 'array', items: { $ref: '#/$defs/node' } },
          },
          required: ['name'],
        },
        loop: { allOf: [{ $ref: '#/$defs/loop' }, { $ref: '#/$defs/loop' }] },
      },
    };
    expect(sample(tree)).toMatchObject({ name: 'sample name', next: { name: 'sample name' } });
    expect(sample({ ...tree, $ref: '#/$defs/loop' })).toBeDefined();
    expect(sample({ $ref: '#' })).toBeDefined();
    expect(sample({ $ref: '#/nowhere' })).toBe('sample value');
  });

  test('folds every part of allOf', () => {
    const schema = {
      allOf: [{ $ref: '#/$defs/a' }, { properties: { b: { const: 2 } } }],
      $defs: { a: { type: 'object', properties: { a: { const: 1 } } } },
    };
    expect(sample(schema)).toEqual({ a: 1, b: 2 });
  });

  test('stays small for a schema that asks for much', () => {
    const wide = { type: 'array', minItems: 1e9, items: { type: 'string', minLength: 1e9 } };
    const nested = Array.from({ length: 6 }).reduce<JsonObject>(
      (items) => ({ type: 'array', minItems: 20, items }),
      wide,
    );
    expect(JSON.stringify(sample(nested)).length).toBeLessThan(2_000_000);
  });

  test('takes hostile names and shapes as data', () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"const":1},"constructor":{"type":"toString"}}}',
    ) as JsonObject;
    const value = sample(schema);
    expect(Object.keys(value as JsonObject)).toEqual(['__proto__', 'constructor']);
    fc.assert(
      fc.property(fc.jsonValue(), (json) => void sample({ properties: { x: json as Json } })),
    );
  });
});
