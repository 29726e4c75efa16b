import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { embeddingConformance } from '#wire/embedding.conformance.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';
import { titanEmbeddings } from '#wire/titan-embeddings/index.ts';

const V2 = 'amazon.titan-embed-text-v2:0';

embeddingConformance(titanEmbeddings, {
  folder: new URL('fixtures/', import.meta.url),
  modelInPath: true,
  takesOne: true,
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
