import { describe, expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { embeddingConformance } from '#wire/embedding.conformance.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';
import { readUsage } from '#wire/openai-embeddings/reply.ts';

embeddingConformance(openaiEmbeddings, { folder: new URL('fixtures/', import.meta.url) });

describe('a request', () => {
  test.each<[Json]>([['text'], [''], [['a', 'b']], [[]], [[1, 2, 3]], [[[1, 2], [3], []]]])(
    'input %j is taken',
    (input) => {
      expect(openaiEmbeddings.touchRequest({ model: 'm', input, dimensions: 8 })).toEqual({
        model: 'm',
      });
    },
  );

  test.each<[Json | undefined, string]>([
    [undefined, 'input'],
    [null, 'input'],
    [7, 'input'],
    [{ text: 'a' }, 'input'],
    [['a', 1], 'input.1'],
    [[1, 'a'], 'input.1'],
    [[1, 2.5], 'input.1'],
    [[[1], 2], 'input.1'],
    [[[1], ['a']], 'input.1.0'],
    [[null], 'input.0'],
    [[{ text: 'a' }], 'input.0'],
  ])('input %j is refused, and the place named', (input, param) => {
    const body = { model: 'm', ...(input !== undefined && { input }) };
    expect(() => openaiEmbeddings.touchRequest(body)).toThrowError(
      expect.objectContaining({
        code: 'invalid_request',
        param,
        message: expect.stringMatching(
          new RegExp(`^\`${param}\` must be .+; found .+\\.$`),
        ) as string,
      }),
    );
  });

  test('the model is checked first', () => {
    expect(() => openaiEmbeddings.touchRequest({ model: 4, input: 7 })).toThrowError(
      expect.objectContaining({ param: 'model' }),
    );
  });
});

describe('usage', () => {
  test.each<[Json, unknown]>([
    [{ usage: { prompt_tokens: 8, total_tokens: 8 } }, { inputTokens: 8, outputTokens: 0 }],
    [{ usage: { prompt_tokens: -8 } }, undefined],
    [{ usage: { prompt_tokens: '8' } }, undefined],
    [{ usage: null }, undefined],
    [{}, undefined],
    [[], undefined],
    [null, undefined],
  ])('%j', (body, expected) => {
    expect(readUsage(body)).toEqual(expected);
  });
});
