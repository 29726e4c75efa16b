import { expect, it } from 'vitest';
import { findCallId } from '#cli/call-id.ts';

const ID = '6f1d2c3b-aaaa-4bbb-8ccc-0123456789ab';

it.each([
  [ID, ID],
  [` ${ID}\n`, ID],
  ['6f1d2c3b', '6f1d2c3b'],
  ['my-own-id', 'my-own-id'],
  ['All deployments of gpt-4.1 are at their limits. (id 6f1d2c3b)', '6f1d2c3b'],
  [
    'openai.RateLimitError: Error code: 429 - {"message": "No (id 6f1d2c3b)", "code": "429"}',
    '6f1d2c3b',
  ],
  ['first (id aaaaaaaa), then again\nand last (id bbbbbbbb)', 'bbbbbbbb'],
  ["a client's own (id order:1.)", 'order:1.'],
  [`< x-litellm-call-id: ${ID}\r\n< content-type: application/json`, ID],
  ["headers: {'x-litellm-call-id': 'my-own-id', 'server': 'x'}", 'my-own-id'],
  [`{"level":"info","id":"${ID}","method":"POST"}`, ID],
  ['the one with 6f1d2c3b in it', '6f1d2c3b'],
  ['no id in here', undefined],
  ['', undefined],
])('%j', (text, id) => {
  expect(findCallId(text)).toBe(id);
});
