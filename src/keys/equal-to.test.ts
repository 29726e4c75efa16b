import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalTo } from '#keys/equal-to.ts';

test('only the secret itself is equal to it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), (secret, other) => {
      const isSecret = equalTo(secret);
      for (const text of [other, secret, `${secret}\0`, other + secret, secret.slice(1), secret])
        expect(isSecret(text)).toBe(text === secret);
    }),
  );
});

test('what was asked before makes no difference', () => {
  const isSecret = equalTo('sk-1');
  const texts = ['sk-1234', 'sk-1', '', 'sk-1', 's', 'sk-', 'sk-12', 'sk-1\0', '日本語', 'sk-1'];
  expect(texts.filter(isSecret)).toEqual(['sk-1', 'sk-1', 'sk-1']);
});

test('long ones too', () => {
  const secret = 'k'.repeat(10_000);
  expect(equalTo(secret)(secret)).toBe(true);
  for (const text of ['', 'k', secret.slice(1), `${secret}k`, secret.replace(/k$/, 'l')])
    expect(equalTo(secret)(text)).toBe(false);
  expect(equalTo('k')(secret)).toBe(false);
});
