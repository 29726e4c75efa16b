import { expect, test } from 'vitest';
import { cohereEmbeddings } from '#wire/cohere-embeddings/index.ts';
import { embeddingConformance } from '#wire/embedding.conformance.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';

embeddingConformance(cohereEmbeddings, { folder: new URL('fixtures/', import.meta.url) });

test.each<[object, object, string[]]>([
  [{ dimensions: 256 }, { input_type: 'search_document', output_dimension: 256 }, []],
  [{ input_type: 'query', user: 'u' }, { input_type: 'search_query' }, ['user']],
  [{ input_type: 'poetry' }, { input_type: 'search_document' }, ['purpose']],
])('what OpenAI’s clients ask for has a place here: %j', (more, said, left) => {
  const asked = openaiEmbeddings.readRequest({ model: 'm', input: 'a', ...more });
  expect(cohereEmbeddings.writeRequest(asked, { model: 'up' })).toEqual({
    body: { model: 'up', texts: ['a'], embedding_types: ['float'], ...said },
    left,
  });
});

test('tokens are refused, and the place named', () => {
  const asked = openaiEmbeddings.readRequest({ model: 'm', input: [[1, 2]] });
  expect(() => cohereEmbeddings.writeRequest(asked, { model: 'up' })).toThrowError(
    expect.objectContaining({ code: 'invalid_request', param: 'input.0' }),
  );
});
