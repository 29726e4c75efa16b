import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
import { type DialectName, chatDialect } from '#wire/dialects.ts';

const place = { type: 'approximate', city: '札幌', country: 'JP' };

const asked: Readonly<Record<string, (tool: JsonObject) => ChatRequest>> = {
  'openai-responses': (tool) =>
    chatDialect('openai-responses')!.readRequest({ model: 'm', input: 'Hi', tools: [tool] }),
  'anthropic-messages': (tool) =>
    chatDialect('anthropic-messages')!.readRequest({
      model: 'm',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [tool],
    }),
  gemini: (tool) =>
    chatDialect('gemini')!.readRequest({
      model: 'm',
      stream: false,
      contents: [{ parts: [{ text: 'Hi' }] }],
      tools: [tool],
    }),
  'openai-chat': (tool) =>
    chatDialect('openai-chat')!.readRequest({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [tool],
    }),
};

const told = (from: string, tool: JsonObject, to: DialectName) => {
  const model = to === 'gemini' ? 'gemini-2.5-pro' : 'm';
  return chatDialect(to)!.writeRequest(asked[from]!(tool), { model, asksUsage: true });
};

describe('a search that a vendor runs', () => {
  test.each<[string, JsonObject, DialectName, JsonObject]>([
    [
      'openai-responses',
      {
        type: 'web_search',
        user_location: place,
        filters: { allowed_domains: ['a.test'] },
        search_context_size: 'low',
      },
      'anthropic-messages',
      {
        type: 'web_search_20250305',
        name: 'web_search',
        user_location: place,
        allowed_domains: ['a.test'],
      },
    ],
    ['openai-responses', { type: 'web_search_preview' }, 'gemini', { googleSearch: {} }],
    [
      'anthropic-messages',
      { type: 'web_search_20250305', name: 'web_search', max_uses: 2, allowed_domains: ['a.test'] },
      'openai-responses',
      { type: 'web_search', filters: { allowed_domains: ['a.test'] } },
    ],
    [
      'anthropic-messages',
      { type: 'web_search_20250305', name: 'web_search' },
      'gemini',
      { googleSearch: {} },
    ],
    ['gemini', { googleSearch: {} }, 'openai-responses', { type: 'web_search' }],
    [
      'gemini',
      { google_search: {} },
      'anthropic-messages',
      { type: 'web_search_20250305', name: 'web_search' },
    ],
    // A vendor's own tool, as LiteLLM's clients write it into a chat.
    [
      'openai-chat',
      { type: 'code_execution_20250522', name: 'code_execution' },
      'anthropic-messages',
      { type: 'code_execution_20250522', name: 'code_execution' },
    ],
  ])('of %s, %j, is to %s', (from, tool, to, said) => {
    const { body, left } = told(from, tool, to);
    expect(body['tools']).toEqual([said]);
    expect(left).not.toContain('tools');
  });

  test.each<[string, JsonObject, DialectName]>([
    ['anthropic-messages', { type: 'web_search_20250305', allowed_domains: ['a'] }, 'gemini'],
    [
      'anthropic-messages',
      { type: 'web_search_20250305', blocked_domains: ['a'] },
      'openai-responses',
    ],
    ['openai-responses', { type: 'file_search' }, 'anthropic-messages'],
    ['gemini', { codeExecution: {} }, 'openai-responses'],
    ['gemini', { googleSearch: {} }, 'bedrock-converse'],
    ['gemini', { googleSearch: {} }, 'openai-chat'],
  ])('of %s, %j, is not said to %s', (from, tool, to) => {
    const { body, left } = told(from, tool, to);
    expect(body).not.toHaveProperty('tools');
    expect(left).toContain('tools');
  });
});
