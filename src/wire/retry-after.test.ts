import { expect, test } from 'vitest';
import type { ReplyHeaders } from '#wire/dialect.ts';
import { retryAfterMs } from '#wire/retry-after.ts';

const DAY_MS = 86_400_000;

test.each<[ReplyHeaders, number | undefined]>([
  [{}, undefined],
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after': ' 0.25 ' }, 250],
  [{ 'retry-after-ms': '644' }, 644],
  [{ 'retry-after-ms': '644', 'retry-after': '1' }, 644],
  [{ 'retry-after-ms': 'soon', 'retry-after': '1' }, 1000],
  [{ 'retry-after': '86400' }, DAY_MS],
  [{ 'retry-after': '1e99' }, DAY_MS],
  [{ 'retry-after-ms': '1e99' }, DAY_MS],
  [{ 'retry-after': '0' }, undefined],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{ 'retry-after': ' ' }, undefined],
  [{ 'retry-after': 'NaN' }, undefined],
  [{ 'retry-after': 'Infinity' }, undefined],
  [{ 'retry-after': '5s' }, undefined],
  [{ 'retry-after': '5, 7' }, undefined],
  [{ 'retry-after': ['5', '7'] }, undefined],
  [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, undefined],
])('%j asks for %s ms', (headers, expected) => {
  expect(retryAfterMs(headers)).toBe(expected);
});
