import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallSize, type Cost, DIMENSIONS, type QuotaNews } from '#core/quota.ts';
import type { Provider } from '#providers/provider.ts';
import type { QuotaReply } from '#providers/quota.ts';
import { type QuotaFixture, quotaFixtures } from '#providers/test-kit.ts';
import type { Usage } from '#wire/chat-event.ts';

const NOON = '2026-01-15T12:00:00Z';

const DAY_MS = 86_400_000;
const MOST = 1e12;

const count = fc.oneof(fc.nat(200_000), fc.nat(Number.MAX_SAFE_INTEGER));
const size: fc.Arbitrary<CallSize> = fc
  .record({
    inputTokens: count,
    maxOutputTokens: fc.option(count, { nil: undefined }),
    expectedOutputTokens: count,
    choices: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ maxOutputTokens, ...rest }) => ({
    ...rest,
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  }));
const usage: fc.Arbitrary<Usage> = fc.record(
  { inputTokens: count, outputTokens: count, cachedTokens: count, reasoningTokens: count },
  { requiredKeys: ['inputTokens', 'outputTokens'] },
);
const model = fc.constantFrom('', 'gpt-4.1', 'anthropic.claude-sonnet-4-5-20250929-v1:0', 'a/b');

/** What every vendor owes to configs and environments. */
export const nameConformance = (provider: Provider): void => {
  const { name, keyEnv, baseEnv, baseUrl } = provider;
  expect(name).toMatch(/^[a-z][a-z0-9_-]*$/);
  for (const variable of [...keyEnv, ...baseEnv]) expect(variable).toMatch(/^[A-Z][A-Z0-9_]*$/);
  expect(keyEnv).not.toHaveLength(0);
  // Servers of one's own machine have no certificates.
  if (baseUrl !== '')
    expect(baseUrl).toMatch(/^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1):).*[^/]$/);
  else expect(baseEnv.length + Object.keys(provider.operations).length).toBeGreaterThan(0);
};

/** What every vendor owes to those who reckon with its limits. */
export const quotaConformance = (provider: Provider): void => {
  const { quota } = provider;
  const fixtures = quotaFixtures(provider);

  describe(`the limits of ${provider.name}`, () => {
    it('charges whole numbers, and no less for more', () => {
      fc.assert(
        fc.property(size, model, growth, (small, name, { field, by }) => {
          const cost = quota.charge(small, name);
          expectCost(cost);
          const large = { ...small, [field]: (small[field] ?? 0) + by };
          if (small[field] === undefined) return;
          const more = quota.charge(large, name);
          for (const dimension of DIMENSIONS)
            expect(more[dimension] ?? 0).toBeGreaterThanOrEqual(cost[dimension] ?? 0);
        }),
      );
    });

    it('settles what it charged, by what was used and no more', () => {
      fc.assert(
        fc.property(size, usage, model, (asked, used, name) => {
          const charged = quota.charge(asked, name);
          expect(quota.settle(charged, undefined, name)).toEqual(charged);
          const settled = quota.settle(charged, used, name);
          expectCost(settled);
          expect(Object.keys(settled).toSorted()).toEqual(Object.keys(charged).toSorted());
          const most = used.inputTokens + 10 * used.outputTokens;
          for (const dimension of DIMENSIONS)
            expect(settled[dimension] ?? 0).toBeLessThanOrEqual(
              Math.max(charged[dimension] ?? 0, most),
            );
          expect(settled.requests).toBe(charged.requests);
        }),
      );
    });

    it.each(fixtures)('understands $name', (fixture) => {
      expect(quota.read(replyOf(fixture))).toEqual(fixture.news);
    });

    it('has fixtures of answers, and of a refusal with 429', () => {
      expect(fixtures.some(({ status }) => status < 400)).toBe(true);
      expect(fixtures.some(({ status, news }) => status === 429 && news.refusal)).toBe(true);
    });

    it('tells no limit that cannot be, whatever it hears', () => {
      fc.assert(
        fc.property(distorted(fixtures), (reply) => expectNews(quota.read(reply))),
        { numRuns: 500 },
      );
    });
  });
};

const growth = fc.record({
  field: fc.constantFrom('inputTokens', 'maxOutputTokens', 'expectedOutputTokens', 'choices'),
  by: fc.nat(100_000),
}) satisfies fc.Arbitrary<{ field: keyof CallSize; by: number }>;

const expectCost = (cost: Cost): void => {
  for (const [dimension, taken] of Object.entries(cost)) {
    expect(DIMENSIONS).toContain(dimension);
    expect(Number.isSafeInteger(taken)).toBe(true);
    expect(taken).toBeGreaterThanOrEqual(0);
  }
};

const expectNews = ({ told, refusal, organization, project, charged }: QuotaNews): void => {
  for (const { dimension, windowMs, limit, remaining, resetMs } of told) {
    expect(DIMENSIONS).toContain(dimension);
    within(windowMs, { least: 1, most: DAY_MS });
    within(limit, { least: 1, most: MOST, whole: true });
    within(remaining, { least: 0, most: limit ?? MOST, whole: true });
    within(resetMs, { least: 0, most: 2 * windowMs });
    expect(limit ?? remaining).toBeDefined();
  }
  if (refusal) {
    const { dimension, windowMs, limit, used, requested, retryMs } = refusal;
    expect(['minute', 'day', 'size', 'money', 'ramp']).toContain(refusal.class);
    if (dimension !== undefined) expect(DIMENSIONS).toContain(dimension);
    within(windowMs, { least: 1, most: DAY_MS });
    within(limit, { least: 1, most: MOST, whole: true });
    within(used, { least: 0, most: limit === undefined ? MOST : 2 * limit, whole: true });
    within(requested, { least: 1, most: MOST, whole: true });
    within(retryMs, { least: Number.MIN_VALUE, most: DAY_MS });
  }
  for (const name of [organization, project])
    if (name !== undefined) expect(name).toMatch(/^[\x21-\x7E]{1,128}$/);
  if (charged) expectCost(charged);
};

const within = (
  value: number | undefined,
  { least, most, whole = false }: { least: number; most: number; whole?: boolean },
): void => {
  if (value === undefined) return;
  expect(Number.isFinite(value)).toBe(true);
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most);
  if (whole) expect(Number.isInteger(value)).toBe(true);
};

const replyOf = ({ status, headers, body = '', at = NOON }: QuotaFixture): QuotaReply => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  wallMs: Date.parse(at),
});

const GARBAGE = fc.oneof(
  fc.constantFrom('-5', 'abc', '1e99', 'NaN', 'Infinity', '', ' ', '0', '1e3', '0x10', '١٢'),
  fc.constantFrom('999999999999999999', '9h9h', '-1s', '1h-2m', '00:00:10', '99999999h', '1.5.5s'),
  fc.constantFrom('9999-12-31T23:59:59Z', '2026-13-45T99:99:99Z', '1970-01-01T00:00:00Z'),
  fc.constantFrom('Thu, 99 Foo 2026 12:00:00 GMT', 'Thu, 01 Jan 2099 00:00:00 GMT'),
  fc.nat(1_000_000).map(String),
  fc.double().map(String),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** Answers like the fixtures with pieces exchanged for others, and for what no vendor would say. */
const distorted = (fixtures: readonly QuotaFixture[]): fc.Arbitrary<QuotaReply> => {
  const names = [...new Set(fixtures.flatMap(({ headers }) => Object.keys(headers)))];
  const header = fc.oneof(GARBAGE, fc.array(GARBAGE, { maxLength: 2 }), fc.constant(undefined));
  return fc
    .record({
      fixture: fc.constantFrom(...fixtures),
      status: fc.option(fc.constantFrom(200, 400, 402, 413, 429, 503, 529), { nil: undefined }),
      headers: fc.dictionary(fc.constantFrom(...names, 'retry-after', 'retry-after-ms'), header),
      words: fc.array(fc.tuple(fc.nat(), GARBAGE), { maxLength: 6 }),
      wallMs: fc.constantFrom(0, Date.parse(NOON), 4_102_444_800_000),
    })
    .map(({ fixture, status, headers, words, wallMs }) => {
      const reply = replyOf(fixture);
      return {
        status: status ?? reply.status,
        headers: { ...reply.headers, ...headers },
        body: words.reduce(exchangedNumber, reply.body),
        wallMs,
      };
    });
};

/** `body` with garbage in the place of one of its numbers, or cut there where it has none. */
const exchangedNumber = (body: string, [pick, garbage]: [number, string]): string => {
  const numbers = [...body.matchAll(/\d+(?:\.\d+)?/g)];
  const at = numbers[pick % Math.max(numbers.length, 1)];
  if (!at) return body.slice(0, pick % (body.length + 1));
  return body.slice(0, at.index) + garbage + body.slice(at.index + at[0].length);
};
