import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJsonObject } from '#core/parse-json.ts';

test.each(['latin1', 'utf16le'] as const)('a body in %s is refused, not misread', (encoding) => {
  const bytes = Buffer.from('{"prompt":"é"}', encoding);
  expect(() => parseJsonObject(bytes, 8)).toThrow('the body is not UTF-8');
});

test('UTF-8 of all lengths is read', () => {
  const body = { prompt: 'aé日本語🚰' };
  expect(parseJsonObject(Buffer.from(JSON.stringify(body)), 8)).toEqual(body);
});

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0;

test('depth is that of arrays and objects, whatever stands in texts', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[\\\\"[\]{}é]{0,80}$/));
  const body = fc.object({ key: text, values: [text, fc.integer()], maxDepth: 5 });
  fc.assert(
    fc.property(body, fc.integer({ min: 1, max: 7 }), (value, maxDepth) => {
      const read = (): unknown => parseJsonObject(Buffer.from(JSON.stringify(value)), maxDepth);
      if (depthOf(value) > maxDepth) expect(read).toThrow(`nested ${maxDepth} deep at most`);
      else expect(read()).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each(['"', '"\\', `{"a":"${'\\'.repeat(99)}`, `{"a":"${'x'.repeat(99)}\\"`])(
  'a text without an end is no JSON: %s',
  (text) => {
    expect(() => parseJsonObject(Buffer.from(text), 8)).toThrow('Invalid JSON payload');
  },
);
