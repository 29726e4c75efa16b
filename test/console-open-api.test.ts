import { expect, test } from 'vitest';
import { typeText } from '../console/features/api/open-api.ts';

test('an object within another is indented by one step more, wherever it stands', () => {
  const leaf = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
  const of = {
    properties: {
      list: { items: leaf },
      map: { additionalProperties: leaf },
      either: { anyOf: [leaf, { type: 'null' }] },
    },
  };
  expect(typeText(of, { paths: {} })).toBe(`{
  list?: {
    a: string
  }[]
  map?: { [name]: {
    a: string
  } }
  either?: {
    a: string
  } | null
}`);
});
