import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
import { gemini } from '#wire/gemini/index.ts';

const REQUEST: ChatRequest = {
  model: 'group',
  messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
  stream: false,
  includeUsage: false,
  dialect: 'openai-chat',
  extra: {},
};

const written = (extra: JsonObject, more: Partial<ChatRequest> = {}) => {
  const request = { ...REQUEST, ...more, extra };
  const { body, ...rest } = gemini.writeRequest(request, { model: 'gemini', asksUsage: true });
  const { contents: _, ...said } = body;
  return { said, ...rest };
};

test.each<[JsonObject, JsonObject]>([
  [{ safety_settings: [] }, { safetySettings: [] }],
  [{ cached_content: 'cachedContents/a' }, { cachedContent: 'cachedContents/a' }],
  [{ modalities: ['image'] }, { generationConfig: { responseModalities: ['IMAGE'] } }],
  [{ web_search_options: { a: 1 } }, { tools: [{ googleSearch: {} }] }],
])('%j is understood', (extra, said) => {
  expect(written(extra)).toEqual({ said, left: [], taken: Object.keys(extra) });
});

test.each<[JsonObject]>([
  [{ safety_settings: 'none' }],
  [{ cached_content: 7 }],
  [{ modalities: ['smell'] }],
  [{ web_search_options: true }],
  [{ logit_bias: {} }],
])('%j is not, and is left to who asks', (extra) => {
  expect(written(extra)).toEqual({ said: {}, left: [] });
});

test('a tool that Google runs is one in any dialect’s list', () => {
  const tool = (value: JsonObject) => ({ dialect: 'openai-chat', value });
  const tools = [tool({ urlContext: {} }), tool({ type: 'file_search' })];
  expect(written({}, { tools })).toEqual({
    said: { tools: [{ urlContext: {} }] },
    left: ['tools'],
  });
});
