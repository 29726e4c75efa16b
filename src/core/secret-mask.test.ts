import { expect, test } from 'vitest';
import { secretMask } from '#core/secret-mask.ts';

const SECRET = 'p&ss "w"+rd/é';

test.each([
  ['as it is', `key ${SECRET} end`],
  ['in an address', `https://h.example/?k=${encodeURIComponent(SECRET)}&x=1`],
  ['in a form', `a=1&${new URLSearchParams({ k: SECRET }).toString()}`],
  ['in JSON within a text', JSON.stringify({ k: SECRET })],
  ['in base64', `Basic ${Buffer.from(SECRET).toString('base64')}`],
  ['in base64 of addresses', Buffer.from(SECRET).toString('base64url')],
])('a secret is masked %s', (_, text) => {
  const masked = secretMask([SECRET]).text(text);
  expect(masked).toContain('[secret]');
  expect(masked).not.toMatch(/w.{0,3}\+rd|cCZzcyAid/);
});

test('short ones where they stand alone, and one that is a piece of another', () => {
  const mask = secretMask(['ab', 'longer', 'longer-one']);
  expect(mask.value({ a: ['ab', 'grab', 1], 'longer-one': 'a longer-one, a longer' })).toEqual({
    a: ['[secret]', 'grab', 1],
    '[secret]': 'a [secret], a [secret]',
  });
  expect(secretMask([]).text('anything')).toBe('anything');
});

test('a secret that comes in pieces', () => {
  const mask = secretMask(['top-secret']);
  const said = ['It is to', 'p-se', 'cret', '.'].reduce((all, more) => mask.joined(all, more), '');
  expect(said).toBe('It is [secret].');
});
