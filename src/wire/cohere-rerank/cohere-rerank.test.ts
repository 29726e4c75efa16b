import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import { SpillwayError } from '#core/errors.ts';
import { cohereRerank } from '#wire/cohere-rerank/index.ts';
import { type Fixture, fixtures, jsonOf, withPartExchanged } from '#wire/test-kit.ts';

const folder = new URL('fixtures/', import.meta.url);

const [requests, replies, errors] = (['request', 'reply', 'error'] as const).map((kind) =>
  fixtures(folder, kind),
) as [Fixture[], Fixture[], Fixture[]];

const fixture = (name: string): JsonObject =>
  jsonOf(replies.find((reply) => `reply-${reply.name}` === name)!);

const asked = { model: 'm', query: 'q', documents: ['a', 'b', 'c'] };

describe('a request', () => {
  test('texts are texts, and objects are their text, or all of them', () => {
    const documents = ['a', { text: 'b', title: 'B' }, { title: 'C' }];
    const request = cohereRerank.readRequest({ ...asked, documents, return_documents: true });
    expect(request).toEqual({
      model: 'm',
      documents: ['a', 'b', '{"title":"C"}'],
      returnsDocuments: true,
    });
    const body = {
      ...asked,
      documents,
      top_n: 2,
      return_documents: true,
      rank_fields: ['text'],
      x: 1,
    };
    expect(cohereRerank.writeRequest(body, request, { model: 'other' })).toEqual({
      model: 'other',
      query: 'q',
      documents: ['a', 'b', '{"title":"C"}'],
      top_n: 2,
      x: 1,
    });
  });

  test.each<[JsonObject, string]>([
    [{ model: 1 }, 'model'],
    [{ query: null }, 'query'],
    [{ documents: 'a' }, 'documents'],
    [{ documents: ['a', 1] }, 'documents.1'],
    [{ top_n: 0 }, 'top_n'],
    [{ return_documents: 'yes' }, 'return_documents'],
  ])('%j is refused, and the place named', (more, param) => {
    expect(() => cohereRerank.readRequest({ ...asked, ...more })).toThrowError(
      expect.objectContaining({ code: 'invalid_request', param }),
    );
  });
});

describe('a reply', () => {
  const request = (returnsDocuments: boolean) => ({ ...asked, returnsDocuments });
  const order = [
    { index: 2, relevance_score: 0.9871293 },
    { index: 0, relevance_score: 0.29961726 },
  ];

  test.each([
    ['reply-v2', undefined],
    ['reply-jina', { inputTokens: 121, outputTokens: 0 }],
    ['reply-voyage', { inputTokens: 26, outputTokens: 0 }],
  ])('%s says the order, and the documents only where they were asked for', (name, usage) => {
    const { body, usage: counted } = cohereRerank.readReply(fixture(name), request(false));
    expect(body['results']).toEqual(order);
    expect(body).not.toHaveProperty('data');
    expect(counted).toEqual(usage);
    expect(cohereRerank.readReply(fixture(name), request(true)).body['results']).toEqual([
      { ...order[0], document: { text: 'c' } },
      { ...order[1], document: { text: 'a' } },
    ]);
  });

  test('what the vendor says of itself stays', () => {
    expect(cohereRerank.readReply(fixture('reply-v2'), request(false)).body).toMatchObject({
      id: '07734bd2-2473-4f07-94e1-0d9f0e6843cf',
      meta: { billed_units: { search_units: 1 } },
    });
  });

  test.each<[Json]>([[null], [[]], [{}], [{ results: 'a' }], [{ message: 'no' }]])(
    '%j is none',
    (body) => {
      expect(() => cohereRerank.readReply(body, request(false))).toThrowError(
        expect.objectContaining({ code: 'upstream_invalid' }),
      );
    },
  );
});

describe('what vendors send and take', () => {
  test('is there in eight fixtures at least', () => {
    for (const kind of [requests, replies, errors]) expect(kind.length).toBeGreaterThan(1);
    expect([...requests, ...replies, ...errors].length).toBeGreaterThanOrEqual(8);
  });

  test('a request keeps all that it says, and what nobody knows', () => {
    for (const each of requests) {
      const body: JsonObject = { ...jsonOf(each), vendor_field: { deep: [1, null] } };
      const request = cohereRerank.readRequest(body);
      const written = cohereRerank.writeRequest(body, request, { model: 'another' });
      const again = cohereRerank.readRequest(written);
      expect(again, each.name).toEqual({ ...request, model: 'another', returnsDocuments: false });
      expect(written).toMatchObject({ query: body['query'], vendor_field: { deep: [1, null] } });
    }
  });

  test('errors are read with a status, a class and words', () => {
    const kinds = ['invalid', 'invalid', 'invalid', 'rate-limit'];
    const read = errors.map(({ name, bytes }) =>
      cohereRerank.readError(Number(name.slice(0, 3)), {}, bytes.toString('utf8')),
    );
    expect(read.map(({ kind }) => kind)).toEqual(kinds);
    for (const { message } of read) expect(message).not.toBe('');
  });

  test('a reply with any one part exchanged is read or refused', () => {
    const request = cohereRerank.readRequest({ ...asked, return_documents: true });
    const bodies = fc.oneof(...replies.map((each) => withPartExchanged(jsonOf(each))));
    fc.assert(
      fc.property(bodies, (body) => {
        try {
          return Array.isArray(cohereRerank.readReply(body, request).body['results']);
        } catch (thrown) {
          return thrown instanceof SpillwayError;
        }
      }),
    );
  });
});
