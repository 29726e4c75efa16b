import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';
import { titanEmbeddings } from '#wire/titan-embeddings/index.ts';

const fixture = (name: string): JsonObject =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as JsonObject;

const V2 = 'amazon.titan-embed-text-v2:0';

test('a request survives reading and writing', () => {
  const request = titanEmbeddings.readRequest({ ...fixture('request-text'), model: V2 });
  expect(titanEmbeddings.writeRequest(request, { model: V2 })).toEqual({
    body: fixture('request-text'),
    left: [],
  });
});

test('a reply survives, and is refused where it is none', () => {
  const reply = titanEmbeddings.readReply(fixture('reply-text'));
  expect(reply).toEqual({
    model: '',
    vectors: [[-0.0823, 0.0154, 0.0336]],
    usage: { inputTokens: 7, outputTokens: 0 },
  });
  const request = titanEmbeddings.readRequest({ model: V2, inputText: 'a' });
  expect(titanEmbeddings.readReply(titanEmbeddings.writeReply(reply, request))).toEqual(reply);
  for (const body of [null, [], {}, { embedding: 1 }, { message: 'no' }] as Json[])
    expect(() => titanEmbeddings.readReply(body)).toThrowError(
      expect.objectContaining({ code: 'upstream_invalid' }),
    );
});

describe('what OpenAI’s clients ask for', () => {
  const asked = (more: JsonObject) =>
    openaiEmbeddings.readRequest({ model: 'm', input: 'a', ...more });

  test.each<[string, JsonObject, object, string[]]>([
    [V2, { dimensions: 256, user: 'u' }, { inputText: 'a', dimensions: 256 }, ['user']],
    [V2, { input: ['a'] }, { inputText: 'a' }, []],
    ['amazon.titan-embed-text-v1', { dimensions: 256 }, { inputText: 'a' }, ['dimensions']],
  ])('%s %j', (model, more, body, left) => {
    expect(titanEmbeddings.writeRequest(asked(more), { model })).toEqual({ body, left });
  });

  test.each<[JsonObject, RegExp]>([
    [{ input: ['a', 'b'] }, /one at a time/],
    [{ input: [1, 2] }, /takes no tokens/],
  ])('%j is refused', (more, said) => {
    expect(() => titanEmbeddings.writeRequest(asked(more), { model: V2 })).toThrowError(
      expect.objectContaining({ param: 'input', message: expect.stringMatching(said) as string }),
    );
  });
});
