import { expect, test } from 'vitest';
import { findProvider, providers } from '#providers/index.ts';
import { providerConformance } from '#providers/provider.conformance.ts';

for (const provider of providers) providerConformance(provider);

test('each name is found, and means one vendor', () => {
  const names = providers.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)].toSorted());
  for (const provider of providers) expect(findProvider(provider.name)).toBe(provider);
  expect(findProvider('nobody')).toBeUndefined();
});
