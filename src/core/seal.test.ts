import { expect, test } from 'vitest';
import { openSeal } from '#core/seal.ts';

test('what is sealed is read with the same secret, and with no other', async () => {
  const seal = await openSeal('secret');
  const sealed = seal.seal('text é');
  expect(sealed).not.toContain('text');
  expect(seal.seal('text é')).not.toBe(sealed);
  expect((await openSeal('secret', seal.salt)).open(sealed)).toBe('text é');
  const other = await openSeal('other', seal.salt);
  expect(() => other.open(sealed)).toThrow();
  const bytes = Buffer.from(sealed, 'base64');
  bytes[bytes.length - 1]! ^= 1;
  expect(() => seal.open(bytes.toString('base64'))).toThrow();
});

test('what is shorter than its tag is nothing that was sealed', async () => {
  const seal = await openSeal('secret');
  const bytes = Buffer.from(seal.seal(''), 'base64');
  expect(seal.open(bytes.toString('base64'))).toBe('');
  for (const length of [0, 11, 12, 16, 20, bytes.length - 1])
    expect(() => seal.open(bytes.subarray(0, length).toString('base64'))).toThrow();
});
