import { expect, it } from 'vitest';
import { z } from '#core/schema.ts';
import { keyFields, keyRow } from '#keys/fields.ts';

it('a row that was taken once is read again; what is too much is not taken', () => {
  const model_max_budget = { m: { budget_limit: '99999999999999999999', time_period: '1d' } };
  const row = { id: 'i', token: 't', lookup: 'l', key_name: 'sk-...abcd', model_max_budget };
  expect(keyRow.safeParse(row).data).toEqual(row);
  const asked = z.looseObject(keyFields).safeParse({ model_max_budget });
  expect(asked.error?.issues[0]?.path).toEqual(['model_max_budget', 'm', 'budget_limit']);
});
