import { expect, it } from 'vitest';
import { type RetrySettings, retriesAfter } from '#gateway/retry-rules.ts';

const settings = (more: Partial<RetrySettings> = {}): RetrySettings => ({
  policy: {},
  groups: {},
  onTimeout: true,
  ...more,
});
const of = { group: 'g', deploymentRetries: undefined };

it('says nothing where the config says nothing', () => {
  expect(retriesAfter('capacity', settings(), of)).toBeUndefined();
});

it('goes by the word for the failure, then by the default, then by the deployment', () => {
  const policy = { timeout: 4, default: 3 };
  expect(retriesAfter('timeout', settings({ policy }), of)).toBe(4);
  expect(retriesAfter('server-error', settings({ policy }), of)).toBe(3);
  const own = { ...of, deploymentRetries: 1 };
  expect(retriesAfter('server-error', settings({ policy }), own)).toBe(3);
  expect(retriesAfter('server-error', settings(), own)).toBe(1);
});

it('takes a policy of the group in place of the general one', () => {
  const both = settings({ policy: { timeout: 4 }, groups: { g: { internalServer: 2 } } });
  expect(retriesAfter('timeout', both, of)).toBeUndefined();
  expect(retriesAfter('server-error', both, of)).toBe(2);
  expect(retriesAfter('timeout', both, { ...of, group: 'h' })).toBe(4);
});

it('tries again what fails everywhere only where the policy names it', () => {
  const policy = { default: 3, badRequest: 2 };
  expect(retriesAfter('invalid', settings({ policy: { default: 3 } }), of)).toBeUndefined();
  expect(retriesAfter('invalid', settings(), { ...of, deploymentRetries: 3 })).toBeUndefined();
  expect(retriesAfter('invalid', settings({ policy }), of)).toBe(2);
  expect(retriesAfter('content', settings({ policy }), of)).toBe(2);
  expect(retriesAfter('content', settings({ policy: { ...policy, contentPolicy: 0 } }), of)).toBe(
    0,
  );
});
