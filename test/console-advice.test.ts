import { expect, test } from 'vitest';
import { ApiError } from '../console/data/api.ts';
import { adviceFor } from '../console/features/providers/advice.ts';

const refusal = (code: string, status: number): ApiError => new ApiError(status, 'no', { code });

test.each([
  ['upstream_rejected', 401, 'key'],
  ['upstream_rejected', 403, 'key'],
  ['upstream_rejected', 404, 'path'],
  ['upstream_rejected', 429, 'limit'],
  ['upstream_unreachable', 502, 'reach'],
  ['upstream_invalid', 502, 'speech'],
  ['timeout', 408, 'slow'],
])('%s with status %i says what to look at', (code, status, advice) => {
  expect(adviceFor(refusal(code, status), 'endpoint')).toBe(advice);
  expect(adviceFor(refusal(code, status), 'group')).toBe('group');
});

test('what the server has said of the form needs no advice', () => {
  expect(adviceFor(refusal('invalid_request', 400), 'endpoint')).toBeUndefined();
  expect(adviceFor(refusal('upstream_rejected', 400), 'endpoint')).toBeUndefined();
  expect(adviceFor(new TypeError('Failed to fetch'), 'endpoint')).toBeUndefined();
});
