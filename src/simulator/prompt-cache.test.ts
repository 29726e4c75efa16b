import { expect, test } from 'vitest';
import { PromptCache } from '#simulator/prompt-cache.ts';
import { promptTokens } from '#simulator/prompt.ts';
import type { ChatMessage } from '#wire/chat-request.ts';

const message = (text: string): ChatMessage => ({ role: 'user', parts: [{ kind: 'text', text }] });
const long = message('word '.repeat(2000));
const other = message('other '.repeat(2000));

test('a beginning that was seen before is read from the cache until it is forgotten', () => {
  const cache = new PromptCache({ ttlMs: 300_000, minTokens: 1024 });
  const use = (contents: (typeof long)[], nowMs: number, model = 'm') =>
    cache.use(contents, { model, nowMs });
  expect(use([long, message('one')], 0)).toBe(0);
  const shared = promptTokens([long]) - promptTokens([]);
  expect(use([long, message('two')], 1000)).toBe(shared);
  expect(use([long, message('two')], 2000)).toBe(promptTokens([long, message('two')]) - 3);
  expect(use([other, long], 3000)).toBe(0);
  expect(use([long], 3000, 'another model')).toBe(0);
  expect(use([long, message('three')], 301_000)).toBe(shared);
  expect(use([long, message('four')], 700_000)).toBe(0);
});

test('what is short is not kept', () => {
  const cache = new PromptCache({ ttlMs: 300_000, minTokens: 1024 });
  for (let i = 0; i < 2; i++) expect(cache.use([message('Hi')], { model: 'm', nowMs: i })).toBe(0);
});
