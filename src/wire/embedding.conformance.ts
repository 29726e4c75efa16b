import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import { SpillwayError } from '#core/errors.ts';
import type { EmbeddingDialect, EmbeddingReply, EmbeddingRequest } from '#wire/embedding.ts';
import type { UpstreamError } from '#wire/chat-event.ts';
import { type Fixture, fixtures, jsonOf, withPartExchanged } from '#wire/test-kit.ts';

interface Conformance {
  /** Where the vendor's bytes lie, as `<kind>-<name>.<extension>`. */
  readonly folder: URL;
  /** The model stands in the path: whoever reads the path puts it into the body. */
  readonly modelInPath?: boolean;
  /** Its replies say how many tokens were counted. */
  readonly counts?: boolean;
  /** It takes one text at a time. */
  readonly takesOne?: boolean;
}

/** Keys that JavaScript gives a meaning to; here they are data like any other. */
const TRAPS = '{"__proto__":{"polluted":true},"vendor_field":{"deep":[1,null,"x"]}}';

const traps = (): JsonObject => JSON.parse(TRAPS) as JsonObject;

/** Where a body is a list of questions, they stand in each. */
const withTraps = (body: JsonObject): JsonObject => {
  const field = ['requests', 'instances'].find((name) => Array.isArray(body[name]));
  if (field === undefined) return { ...body, ...traps() };
  const each = (body[field] as JsonObject[]).map((one) => ({ ...one, ...traps() }));
  return { ...body, [field]: each };
};

/** What an error of this name is. */
const kindOf = (name: string): UpstreamError['kind'] => {
  if (/^40[13]/.test(name)) return 'auth';
  if (name.startsWith('429')) return 'rate-limit';
  return /^400-(?:context|tokens)$/.test(name) ? 'context-length' : 'invalid';
};

const REQUEST: EmbeddingRequest = {
  model: 'm',
  inputs: ['a', 'b'],
  isSingle: false,
  base64: false,
  dialect: 'another',
  extra: {},
};

/** A number that a 32-bit float holds. */
const component = fc.float({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0);
const vectors = (most: number) =>
  fc.array(fc.array(component, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: most });

const texts = (most: number) =>
  fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: most });

/** A body with what its path says. */
const placed = (fixture: Fixture, modelInPath: boolean): Fixture => {
  if (!modelInPath) return fixture;
  const body = { model: 'of-the-path', ...jsonOf(fixture) };
  return { ...fixture, bytes: Buffer.from(JSON.stringify(body)) };
};

/** What every dialect of embeddings must do. */
export const embeddingConformance = (
  dialect: EmbeddingDialect,
  { folder, modelInPath = false, counts = true, takesOne = false }: Conformance,
): void => {
  const requests = fixtures(folder, 'request').map((fixture) => placed(fixture, modelInPath));
  const replies = fixtures(folder, 'reply');
  const errors = fixtures(folder, 'error');

  describe(`${dialect.name} conforms`, () => {
    test('has fixtures of every kind, eight at least', () => {
      for (const kind of [requests, replies, errors]) expect(kind.length).toBeGreaterThan(1);
      expect([...requests, ...replies, ...errors].length).toBeGreaterThanOrEqual(8);
    });

    test('a request survives reading and writing', () => {
      for (const fixture of requests) {
        const request = dialect.readRequest(jsonOf(fixture));
        const { model } = request;
        const { body, left } = dialect.writeRequest(request, { model });
        const again = dialect.readRequest({ ...body, ...(modelInPath && { model }) });
        expect({ ...again, isSingle: request.isSingle }, fixture.name).toEqual(request);
        expect(left, fixture.name).toEqual([]);
      }
    });

    test('what is not known passes, whatever it is called', () => {
      for (const fixture of requests) {
        const request = dialect.readRequest(withTraps(jsonOf(fixture)));
        const { body } = dialect.writeRequest(request, { model: request.model });
        for (const key of Object.keys(traps()))
          expect(JSON.stringify(body), `${fixture.name}, ${key}`).toContain(`"${key}":`);
        expect(({} as JsonObject)['polluted']).toBeUndefined();
      }
    });

    test('another dialect says its inputs in it, in their order', () => {
      fc.assert(
        fc.property(texts(takesOne ? 1 : 10), (inputs) => {
          const { body } = dialect.writeRequest({ ...REQUEST, inputs }, { model: 'up' });
          const said = dialect.readRequest({ ...body, ...(modelInPath && { model: 'up' }) });
          expect(said.inputs).toEqual(inputs);
          expect(said.model).toBe('up');
        }),
      );
    });

    test('a wrong model is named', () => {
      for (const fixture of requests)
        for (const model of [undefined, null, 7, ['a'], {}])
          expect(() =>
            dialect.touchRequest({ ...jsonOf(fixture), model: model as Json }),
          ).toThrowError(expect.objectContaining({ code: 'invalid_request', param: 'model' }));
    });

    test('a reply holds its vectors, and survives writing in the form that is wanted', () => {
      for (const fixture of replies) {
        const reply = dialect.readReply(jsonOf(fixture));
        expect(reply.vectors.length, fixture.name).toBeGreaterThan(0);
        for (const vector of reply.vectors) expect(vector.length).toBeGreaterThan(0);
        const isSingle = reply.vectors.length === 1;
        const told = dialect.writeReply(reply, { ...REQUEST, isSingle });
        expect(dialect.readReply(told).vectors, fixture.name).toEqual(reply.vectors);
      }
    });

    test('any vectors survive, as numbers and as base64', () => {
      const reply = fc.record({ model: fc.string(), vectors: vectors(takesOne ? 1 : 3) });
      fc.assert(
        fc.property(reply, fc.boolean(), fc.nat(), (said, base64, inputTokens) => {
          const whole: EmbeddingReply = { ...said, usage: { inputTokens, outputTokens: 0 } };
          const told = dialect.writeReply(whole, { ...REQUEST, base64 });
          const again = dialect.readReply(JSON.parse(JSON.stringify(told)) as Json);
          expect(again.vectors).toEqual(whole.vectors);
          if (counts) expect(again.usage).toEqual(whole.usage);
        }),
      );
    });

    test('what is no reply is refused', () => {
      for (const body of [null, true, 7, 'text', [], {}, { error: { message: 'no' } }] as Json[])
        expect(() => dialect.readReply(body)).toThrowError(
          expect.objectContaining({ code: 'upstream_invalid' }),
        );
    });

    test('errors are read with a status, a class and no markup', () => {
      for (const { name, bytes } of errors) {
        const status = Number(name.slice(0, 3));
        const error = dialect.readError(status, {}, bytes.toString('utf8'));
        expect(error, name).toMatchObject({ status, kind: kindOf(name) });
        expect(error.message, name).not.toMatch(/<\w+/);
        const told = dialect.writeError(error);
        const again = dialect.readError(status, {}, JSON.stringify(told));
        expect(again.message, name).toBe(error.message);
      }
    });

    test('a reply with any one part exchanged is read or refused', () => {
      const bodies = fc.oneof(...replies.map((fixture) => withPartExchanged(jsonOf(fixture))));
      fc.assert(
        fc.property(bodies, (body) => {
          try {
            const { vectors: read } = dialect.readReply(body);
            return read.every((vector) => vector.every((each) => typeof each === 'number'));
          } catch (thrown) {
            return thrown instanceof SpillwayError;
          }
        }),
      );
    });
  });
};
