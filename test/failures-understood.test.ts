import { describe, expect, test } from 'vitest';
import { classify, effectOf, type FailureKind } from '#balancer/classify.ts';
import { providers } from '#providers/index.ts';
import { quotaFixtures, withOwnRules } from '#providers/test-kit.ts';
import { dialects } from '#wire/dialects.ts';

/*
 * What a vendor's error comes to: its dialect says what it is, its provider what it says of limits,
 * and the balance makes one of its kinds of both.
 */
const NOON = '2026-01-15T12:00:00Z';

describe.each(withOwnRules(providers))('$name', (provider) => {
  const { quota, operations } = provider;
  const errors = quotaFixtures(provider).filter(({ status }) => status >= 400);
  // Most gateways and proxies in front of a vendor answer in the common dialect.
  const spoken = operations.chat?.dialect;
  const dialect = dialects[typeof spoken === 'string' ? spoken : 'openai-chat'];

  test.each(errors)('$status, $name: $kind', ({ status, headers, body = '', at = NOON, kind }) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const { refusal } = quota.read({ status, headers, body: text, wallMs: Date.parse(at) });
    expect(classify(dialect.readError(status, headers, text), refusal?.class)).toBe(kind);
  });

  test('what it says of a limit is never a sign of bad health', () => {
    for (const { status, kind } of errors)
      if (status === 429 && kind !== 'capacity')
        expect(effectOf(kind as FailureKind).health).toBe('none');
  });

  test('has an error for each thing that callers and operators get wrong', () => {
    const kinds = new Set(errors.map(({ kind }) => kind));
    const refused = kinds.has('auth') || kinds.has('forbidden');
    expect(refused).toBe(true);
    expect([...kinds]).toEqual(
      expect.arrayContaining(['minute-quota', 'context-length', 'capacity']),
    );
  });
});
