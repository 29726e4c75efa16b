import { beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { type Grant, Renewal } from '#upstream/renewal.ts';

let clock: VirtualClock;
let warnings: string[];
let answers: PromiseWithResolvers<Grant<string>>[];
let signals: AbortSignal[];

beforeEach(() => {
  clock = new VirtualClock();
  warnings = [];
  answers = [];
  signals = [];
});

const renewal = (): Renewal<string> =>
  new Renewal({
    clock,
    log: { ...silentLog, warn: (_, text) => void warnings.push(text) },
    what: 'token',
    fetch(signal) {
      signals.push(signal);
      const answer = Promise.withResolvers<Grant<string>>();
      signal.addEventListener('abort', () => answer.reject(signal.reason as Error));
      answers.push(answer);
      return answer.promise;
    },
  });

/** The attempt that was begun last succeeds. */
const grant = async (value: string, forMs: number): Promise<void> => {
  answers.at(-1)?.resolve({ value, forMs });
  await clock.advance(0);
};

const fail = async (why: string): Promise<void> => {
  answers.at(-1)?.reject(new Error(why));
  await clock.advance(0);
};

describe('a value that must be fetched', () => {
  test('is fetched once for all who ask meanwhile, and is at hand from then on', async () => {
    const token = renewal();
    const asked = [token.get(), token.get()].map((value) => Promise.resolve(value));
    expect(answers).toHaveLength(1);
    await grant('a', 3_600_000);
    expect(await Promise.all(asked)).toEqual(['a', 'a']);
    expect(token.get()).toBe('a');
  });

  test('is renewed five minutes before it is over, while the old one serves', async () => {
    const token = renewal();
    token.start();
    await grant('a', 3_600_000);
    await clock.advance(3_300_000 - 1);
    expect(answers).toHaveLength(1);
    await clock.advance(1);
    expect(answers).toHaveLength(2);
    expect(token.get()).toBe('a');
    await grant('b', 3_600_000);
    expect(token.get()).toBe('b');
  });

  test('that holds for less is renewed when four fifths are over', async () => {
    const token = renewal();
    token.start();
    await grant('a', 100_000);
    await clock.advance(79_999);
    expect(answers).toHaveLength(1);
    await clock.advance(1);
    expect(answers).toHaveLength(2);
  });

  test('serves to its end although it cannot be renewed, and not a moment longer', async () => {
    const token = renewal();
    token.start();
    await grant('a', 100_000);
    await clock.advance(80_000);
    await fail('status 500');
    expect(token.get()).toBe('a');
    await clock.advance(19_999);
    expect(token.get()).toBe('a');
    await clock.advance(1);
    expect(token.get()).toBeInstanceOf(Promise);
  });
});

describe('an attempt that fails', () => {
  test('is told to who waits and to who asks right after, and logged', async () => {
    const token = renewal();
    const first = Promise.resolve(token.get());
    first.catch(() => {});
    await fail('status 400');
    const error = { code: 'upstream_unreachable', message: 'No token can be had: status 400' };
    await expect(first).rejects.toMatchObject(error);
    expect(() => token.get()).toThrowError(expect.objectContaining(error));
    expect(answers).toHaveLength(1);
    expect(warnings).toEqual([error.message]);
  });

  test('is repeated after pauses that double up to a minute', async () => {
    const token = renewal();
    token.start();
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      await fail('no');
      const from = clock.now();
      const before = answers.length;
      while (answers.length === before) await clock.advance(1000);
      pauses.push(clock.now() - from);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    await grant('a', 1_000_000);
    expect(token.get()).toBe('a');
  });

  test('after fifteen seconds, has failed', async () => {
    const token = renewal();
    const asked = Promise.resolve(token.get());
    asked.catch(() => {});
    await clock.advance(14_999);
    expect(signals[0]?.aborted).toBe(false);
    await clock.advance(1);
    await expect(asked).rejects.toThrowError('No token can be had: no answer within 15 s');
  });
});

test('once closed, nothing is fetched by itself any more', async () => {
  const token = renewal();
  token.start();
  await grant('a', 100_000);
  token.close();
  await clock.advance(1_000_000);
  expect(answers).toHaveLength(1);
});
