import { describe, expect, test } from 'vitest';
import { untilMs } from '#providers/instants.ts';
import { retryHintMs } from '#providers/retry-hint.ts';
import type { ReplyHeaders } from '#wire/dialect.ts';

const NOON = Date.parse('2026-01-15T12:00:00Z');
const DAY_MS = 86_400_000;

const reply = (headers: ReplyHeaders, wallMs = NOON) => ({
  status: 429,
  headers,
  body: '',
  wallMs,
});

describe('the wait that a vendor asks for', () => {
  test.each<[ReplyHeaders, number | undefined, number | undefined]>([
    [{}, undefined, undefined],
    [{}, 644, 644],
    [{}, 0, undefined],
    [{}, 10 * DAY_MS, DAY_MS],
    [{ 'retry-after': '1' }, undefined, 1000],
    [{ 'retry-after': '1' }, 644, 644],
    [{ 'retry-after': '1', 'retry-after-ms': '640' }, 644, 640],
    [{ 'retry-after': '9999999' }, undefined, DAY_MS],
    [{ 'retry-after': '-5', 'retry-after-ms': 'abc' }, undefined, undefined],
    [{ 'retry-after': 'Thu, 15 Jan 2026 12:00:30 GMT' }, undefined, 30_000],
    [{ 'retry-after': 'Thu, 15 Jan 2026 11:59:30 GMT' }, undefined, undefined],
    [{ 'retry-after': 'Fri, 15 Jan 2027 12:00:00 GMT' }, undefined, DAY_MS],
    [{ 'retry-after': 'Thu, 99 Foo 2026 12:00:30 GMT' }, undefined, undefined],
    [{ 'retry-after': ['1', '2'] }, undefined, undefined],
  ])('%j, said %s', (headers, saidMs, expected) => {
    expect(retryHintMs(reply(headers), saidMs)).toBe(expected);
  });
});

describe('an instant', () => {
  test.each([
    ['2026-01-15T12:00:07Z', 7000],
    ['2026-01-15T12:00:07.25Z', 7250],
    ['2026-01-15T21:00:07+09:00', 7000],
    ['2026-01-15T11:59:59Z', -1000],
    ['Thu, 15 Jan 2026 12:00:07 GMT', 7000],
    ['2026-01-15', undefined],
    ['2026-13-45T99:99:99Z', undefined],
    ['1768478407', undefined],
  ])('%s', (text, expected) => {
    expect(untilMs(text, reply({}))).toBe(expected);
  });

  test.each([
    ['a clock that agrees is finer than the header', 'Thu, 15 Jan 2026 11:59:59 GMT', 7000],
    ['the vendor’s clock counts where ours is early', 'Thu, 15 Jan 2026 12:00:05 GMT', 2000],
    ['and where ours is late', 'Thu, 15 Jan 2026 11:55:00 GMT', 307_000],
    ['a date that is none counts for nothing', 'yesterday', 7000],
  ])('%s', (_, date, expected) => {
    expect(untilMs('2026-01-15T12:00:07Z', reply({ date }))).toBe(expected);
  });
});
