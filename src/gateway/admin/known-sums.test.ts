import { expect, it } from 'vitest';
import { knownSums } from '#gateway/admin/known-sums.ts';
import type { Usage } from '#store/spend.ts';

const row = (model: string, more: Partial<Usage> = {}): Usage => ({
  atMs: 0,
  by: { model },
  requests: 1,
  failures: 0,
  tokensIn: 0,
  tokensOut: 0,
  nanos: 0,
  ...more,
});

it('leave out what was refused, and nothing that anybody used', () => {
  const refused = row('', { failures: 1 });
  const used = [
    row('m', { failures: 1 }),
    row('', { nanos: 1 }),
    row('', { tokensIn: 1 }),
    row('', { tokensOut: 1 }),
  ];
  expect(knownSums([refused, ...used, refused], 'model')).toEqual(used);
});

it('ask for the field by which sums are told apart', () => {
  const masters = row('m', { by: { model: 'm', token: '' } });
  expect(knownSums([masters], 'model')).toEqual([masters]);
  expect(knownSums([masters], 'token')).toEqual([]);
});
