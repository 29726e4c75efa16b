import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { embeddingConformance } from '#wire/embedding.conformance.ts';
import { geminiEmbeddings } from '#wire/gemini-embeddings/index.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';

embeddingConformance(geminiEmbeddings, {
  folder: new URL('fixtures/', import.meta.url),
  modelInPath: true,
});

const translated = (body: JsonObject) =>
  geminiEmbeddings.writeRequest(openaiEmbeddings.readRequest({ model: 'group', ...body }), {
    model: 'up',
  });

test('what OpenAI’s clients ask for has a place here', () => {
  const asked = { input: 'Hi', dimensions: 8, encoding_format: 'base64', input_type: 'query' };
  expect(translated(asked)).toEqual({
    body: {
      requests: [
        {
          model: 'models/up',
          content: { parts: [{ text: 'Hi' }] },
          taskType: 'RETRIEVAL_QUERY',
          outputDimensionality: 8,
        },
      ],
    },
    left: [],
  });
});

test('what has none is told, and tokens are refused', () => {
  expect(translated({ input: 'Hi', user: 'u', input_type: 'poem' }).left).toEqual([
    'user',
    'purpose',
  ]);
  expect(() => translated({ input: ['a', 'b'].map(() => [1, 2]) })).toThrowError(
    expect.objectContaining({ code: 'invalid_request', param: 'input.0' }),
  );
});

test.each<[JsonObject, string]>([
  [{}, 'content'],
  [{ content: 'Hi' }, 'content'],
  [{ content: { parts: [{ inlineData: {} }] } }, 'content.parts.0'],
  [{ requests: {} }, 'requests'],
  [{ requests: [{}] }, 'requests.0.content'],
  [{ requests: ['Hi'] }, 'requests.0.content'],
])('%j is refused, and the place named', (body, param) => {
  expect(() => geminiEmbeddings.touchRequest({ model: 'm', ...body })).toThrowError(
    expect.objectContaining({ code: 'invalid_request', param }),
  );
});
