import { expect, test } from 'vitest';
import { closest } from '#core/closest.ts';

test.each([
  ['routing_stratgy', 'routing_strategy'],
  ['num_retry', 'num_retries'],
  ['requestTimeout', 'request_timeout'],
  ['request-timeout', 'request_timeout'],
  ['RPM', 'rpm'],
  ['rp', 'rpm'],
  ['colour', undefined],
  ['x', undefined],
  ['', undefined],
])('%s → %s', (word, expected) => {
  const known = ['routing_strategy', 'num_retries', 'request_timeout', 'rpm', 'timeout'];
  expect(closest(word, known)).toBe(expected);
});
