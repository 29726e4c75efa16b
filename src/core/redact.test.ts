import { expect, test } from 'vitest';
import { redact } from '#core/redact.ts';

test.each([
  ['bad key sk-abc123def456.', 'bad key [key].'],
  ['bad key sk-proj-abc_DEF-123456', 'bad key [key]'],
  ['Incorrect API key provided: sk-ab**********yz.', 'Incorrect API key provided: [key].'],
  ['gsk_abcdefgh1 and xai-abcdefgh1 and AIzaSyD-1234567', '[key] and [key] and [key]'],
  ['not valid: eyJhbGciOi.eyJzdWIi.c2ln-_x', 'not valid: [key]'],
  ['Authorization: Bearer abc.def', 'Authorization: [key]'],
  ['see https://api.vendor.test/v1?x=1 now', 'see [address] now'],
  ['no route to vllm.internal:8000 from 10.1.2.3', 'no route to [address] from [address]'],
  ['two\r\nlines\u001b[31m', 'two lines [31m'],
])('%j is shown as %j', (text, shown) => {
  expect(redact(text)).toBe(shown);
});

test.each([
  'skipping the keywords',
  'a sketch of skeletons',
  'the API keyboard',
  'gpt-4.1, v1.2.3',
])('plain words stay: %s', (text) => {
  expect(redact(text)).toBe(text);
});

test('what is known is concealed whatever it looks like', () => {
  const known = { keys: ['hunter2-hunter2'], places: ['vllm-a'] };
  expect(redact('token hunter2-hunter2 at vllm-a', 100, known)).toBe('token [key] at [address]');
});

test.each([
  ['key abc123 is wrong', 'key [key] is wrong'],
  ['key "abc123": wrong', 'key "[key]": wrong'],
  ['api_key=abc123', 'api_key=[key]'],
  ['a+b? (a+b?)', '[key] ([key])'],
  [
    'xabc123 abc1234 my-abc123 abc123_x ABC123 äabc123',
    'xabc123 abc1234 my-abc123 abc123_x ABC123 äabc123',
  ],
])('a short key is concealed where it is a word of its own: %j', (text, shown) => {
  expect(redact(text, 400, { keys: ['abc123', 'a+b?'], places: [] })).toBe(shown);
});

test('a long text is cut', () => {
  expect(redact('a'.repeat(50), 10)).toBe(`${'a'.repeat(9)}…`);
});

test('pieces of a prompt are cut, also one that a text ends within', () => {
  const words = ['You are Tama. The word is hunter2.', 'The word is hunter2.'];
  const known = { keys: [], places: [], words };
  expect(redact('refused: "You are Tama. The word is hunter2."', 400, known)).toBe(
    'refused: "[prompt]"',
  );
  expect(redact('refused: The word is hunt', 400, known)).toBe('refused: [prompt]');
  expect(redact('refused: The word', 400, known)).toBe('refused: The word');
});
