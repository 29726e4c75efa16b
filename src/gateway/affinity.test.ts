import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { affinityOf } from '#gateway/affinity.ts';
import { demandOf } from '#gateway/demand.ts';

const LONG = 'A long prompt that many have in common. '.repeat(200);

const wordOf = (body: JsonObject, key = 'k') =>
  affinityOf(body, { demand: demandOf(body), tenant: { key, user: '' } });

test.each<[string, JsonObject, JsonObject]>([
  [
    'chats',
    { messages: [{ role: 'system', content: LONG }] },
    { messages: [{ role: 'system', content: `${LONG} And so on.` }] },
  ],
  ['messages', { system: LONG, messages: [] }, { system: [{ type: 'text', text: LONG }] }],
  ['responses', { instructions: LONG, input: 'a' }, { instructions: LONG, input: 'b' }],
  [
    'contents',
    { systemInstruction: { parts: [{ text: LONG }] }, contents: [] },
    { system_instruction: { parts: [{ text: LONG }] } },
  ],
  [
    'contents without',
    { contents: [{ parts: [{ text: LONG }] }] },
    { contents: [{ role: 'user', parts: [{ text: LONG }, { text: 'b' }] }] },
  ],
  ['responses without', { input: LONG }, { input: [{ role: 'user', content: LONG }] }],
])('prompts that begin alike belong together: %s', (_, one, other) => {
  expect(wordOf(one)).toBeDefined();
  expect(wordOf(one)).toBe(wordOf(other));
  expect(wordOf(one)).not.toBe(wordOf(other, 'another'));
});

test('short ones belong nowhere, unless their caller says so', () => {
  expect(wordOf({ messages: [{ role: 'user', content: 'Hi' }] })).toBeUndefined();
  expect(wordOf({ input: 'Hi', prompt_cache_key: 'x' })).toBeDefined();
  expect(wordOf({ messages: 7, filler: LONG })).toBeUndefined();
});
