import { expect, test } from 'vitest';
import { findProvider, providers } from '#providers/index.ts';
import { nameConformance, quotaConformance } from '#providers/provider.conformance.ts';
import { withOwnRules } from '#providers/test-kit.ts';

test.each(providers)('$name is called and reached as configs do', nameConformance);

for (const provider of withOwnRules(providers)) quotaConformance(provider);

test('each name is found, and means one vendor', () => {
  const names = providers.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)].toSorted());
  for (const provider of providers) expect(findProvider(provider.name)).toBe(provider);
  expect(findProvider('nobody')).toBeUndefined();
});
