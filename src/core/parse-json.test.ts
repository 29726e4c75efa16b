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
