import { expect, test } from 'vitest';
import { sealOf } from '#keys/seal.ts';

const seal = sealOf('a salt key that is long enough');

test('what was closed opens at its place, with its key, as it was', () => {
  const text = '{"api_key":"sk-secret-秘密"}';
  const closed = seal.close(text, 'models|a');
  expect(closed).not.toContain('secret');
  expect(seal.open(closed, 'models|a')).toBe(text);
  expect(sealOf('a salt key that is long enough').open(closed, 'models|a')).toBe(text);
  // The same text looks different each time.
  expect(seal.close(text, 'models|a')).not.toBe(closed);
});

test('and nowhere else, under no other key, and not once it was changed', () => {
  const closed = seal.close('secret', 'models|a');
  expect(seal.open(closed, 'models|b')).toBeUndefined();
  expect(sealOf('another salt key, just as long').open(closed, 'models|a')).toBeUndefined();
  for (let at = 0; at < closed.length; at++) {
    const other = closed[at] === 'A' ? 'B' : 'A';
    const changed = closed.slice(0, at) + other + closed.slice(at + 1);
    const bytes = (text: string) => Buffer.from(text.split(':')[2]!, 'base64url').toString('hex');
    // The last character may have bits that stand for nothing.
    const isSame = at > 12 && bytes(changed) === bytes(closed);
    expect(seal.open(changed, 'models|a')).toBe(isSame ? 'secret' : undefined);
  }
  for (const odd of ['', 'v1:', closed.slice(0, 20), 'plain text'])
    expect(seal.open(odd, 'models|a')).toBeUndefined();
});
