import { expect, test } from 'vitest';
import { embeddingConformance } from '#wire/embedding.conformance.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';
import { vertexEmbeddings } from '#wire/vertex-embeddings/index.ts';

embeddingConformance(vertexEmbeddings, {
  folder: new URL('fixtures/', import.meta.url),
  modelInPath: true,
});

test('what OpenAI’s clients ask for has a place here', () => {
  const input = ['a', 'b'];
  const asked = openaiEmbeddings.readRequest({ model: 'm', input, dimensions: 8, user: 'u' });
  expect(vertexEmbeddings.writeRequest(asked, { model: 'up' })).toEqual({
    body: {
      instances: [{ content: 'a' }, { content: 'b' }],
      parameters: { outputDimensionality: 8 },
    },
    left: ['user'],
  });
});
