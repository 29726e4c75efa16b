import { describe, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { cohereRerank } from '#wire/cohere-rerank/index.ts';
import { type DialectName, dialects, embeddingDialect } from '#wire/dialects.ts';
import type { EmbeddingDialect, EmbeddingReply } from '#wire/embedding.ts';
import { expectNoOrphans, matchesGolden, named } from '#wire/golden/test-kit.ts';
import { jsonOf } from '#wire/test-kit.ts';

/* As `golden.test.ts`: every fixture of embeddings in every other dialect of theirs. */

const all = (Object.keys(dialects) as DialectName[]).flatMap(
  (name) => embeddingDialect(name) ?? [],
);

/** Bodies of some do not name the model: their path does. */
const placed = (body: JsonObject): JsonObject => ({ model: 'of-the-path', ...body });

const requestIn = (body: JsonObject, from: EmbeddingDialect, to: EmbeddingDialect) => {
  const { body: written, left } = to.writeRequest(from.readRequest(placed(body)), {
    model: 'upstream-model',
  });
  return { body: written, left: [...left] };
};

/** To who has asked in `to`, for one text or for many. */
const replyIn = (reply: EmbeddingReply, to: EmbeddingDialect): JsonObject =>
  to.writeReply(reply, {
    model: 'group',
    inputs: reply.vectors.map(() => 'a text'),
    isSingle: reply.vectors.length === 1,
    base64: false,
    dialect: to.name,
    extra: {},
  });

describe.each(all.map((dialect) => [dialect.name, dialect] as const))('%s', (_, from) => {
  const others = all.filter(({ name }) => name !== from.name);

  test.each(named(from.name, 'request'))('request %s', async (name, fixture) => {
    await matchesGolden(
      `${from.name}/request-${name}`,
      others.map((to) => ({
        title: to.name,
        make: () => requestIn(jsonOf(fixture), from, to),
      })),
    );
  });

  test.each(named(from.name, 'reply'))('reply %s', async (name, fixture) => {
    const reply = from.readReply(jsonOf(fixture));
    await matchesGolden(
      `${from.name}/reply-${name}`,
      others.map((to) => ({ title: to.name, make: () => replyIn(reply, to) })),
    );
  });

  test.each(named(from.name, 'error'))('error %s', async (name, { bytes }) => {
    const error = from.readError(Number(name.slice(0, 3)), {}, bytes.toString('utf8'));
    await matchesGolden(`${from.name}/error-${name}`, [
      { title: 'as it is understood', make: () => ({ ...error }) },
      ...others.map((to) => ({ title: to.name, make: () => to.writeError(error) })),
    ]);
  });

  test('no golden file is left of a fixture that is gone', () => {
    expectNoOrphans(from.name, ['request', 'reply', 'error']);
  });
});

/** There is one dialect for the order of documents: its vendors differ, and its callers hear one form. */
describe(cohereRerank.name, () => {
  const { name: folder, readRequest, writeRequest, readReply } = cohereRerank;
  const documents = ['a', 'b', 'c'];

  test.each(named(folder, 'request'))('request %s', async (name, fixture) => {
    const body = jsonOf(fixture);
    const make = () => writeRequest(body, readRequest(body), { model: 'upstream-model' });
    await matchesGolden(`${folder}/request-${name}`, [{ title: 'as a vendor takes it', make }]);
  });

  test.each(named(folder, 'reply'))('reply %s', async (name, fixture) => {
    const heard = (returnsDocuments: boolean) =>
      readReply(jsonOf(fixture), { model: 'group', documents, returnsDocuments }).body;
    await matchesGolden(`${folder}/reply-${name}`, [
      { title: 'to whom the order is enough', make: () => heard(false) },
      { title: 'to who wants the documents', make: () => heard(true) },
    ]);
  });

  test('no golden file is left of a fixture that is gone', () => {
    expectNoOrphans(folder, ['request', 'reply']);
  });
});
