import { describe, expect, test } from 'vitest';
import type { QuotaNews } from '#core/quota.ts';
import { findProvider } from '#providers/index.ts';
import { createBucket } from '#simulator/bucket.ts';
import { DAY_MS, type Limit, MINUTE_MS } from '#simulator/limit.ts';
import { profileNamed, profileNames } from '#simulator/profiles/index.ts';

/** Two codes that share nothing, the vendor that is played and the reader of its limits, agree. */

const WALL_MS = 1_700_000_000_000;
const caller = { organisation: 'org-one', project: 'one', model: 'a-model' };
const limit = { scope: 'project', limit: 1000, refill: 'linear' } as const;
const minute = { ...limit, windowMs: MINUTE_MS, used: 990, requested: 20, waitMs: 5289 };
const day = { ...limit, windowMs: DAY_MS, used: 1000, requested: 1, waitMs: 3_000_000 };
const large = { ...minute, used: 0, requested: 2000, waitMs: Infinity };

describe.each(profileNames)('%s', (name) => {
  const profile = profileNamed(name);
  const read = (answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
  }): QuotaNews => {
    const quota = findProvider(name)?.quota;
    if (quota === undefined) throw new Error(`no provider ${name}`);
    const headers = { date: new Date(WALL_MS).toUTCString(), ...answer.headers };
    const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
    return quota.read({ status: answer.status, headers, body, wallMs: WALL_MS });
  };
  const refusal = (of: Parameters<typeof profile.refused>[0]): QuotaNews['refusal'] =>
    read(profile.refused(of, caller)).refusal;

  test('a minute that is full is told from a day that is', () => {
    expect(refusal({ ...minute, dimension: 'requests' })).toMatchObject({
      class: 'minute',
      dimension: 'requests',
    });
    const full = refusal({ ...day, dimension: 'requests' });
    // One vendor says the same of both.
    expect(full?.class).toBe(name === 'mistral' ? 'minute' : 'day');
  });

  test('a wait is never read shorter than it is', () => {
    const { retryMs } = refusal({ ...minute, dimension: 'tokens' }) ?? {};
    if (retryMs !== undefined) expect(retryMs).toBeGreaterThanOrEqual(minute.waitMs);
    expect(['gemini', 'bedrock', 'mistral', 'cohere'].includes(name) || retryMs !== undefined).toBe(
      true,
    );
  });

  test('a call that is larger than its limit is no matter of waiting', () => {
    const read = refusal({ ...large, dimension: name === 'gemini' ? 'input' : 'tokens' });
    // Others do not say so.
    const says = ['openai', 'azure', 'groq'].includes(name);
    expect([read?.class, read?.retryMs]).toEqual([says ? 'size' : 'minute', undefined]);
  });

  test('money is money, and a busy machine is none of it', () => {
    expect(read(profile.unpaid(caller)).refusal).toEqual({ class: 'money' });
    const busy = { status: 529, message: 'Overloaded.', type: 'server_error' } as const;
    expect(read(profile.complain(busy)).refusal).toBeUndefined();
  });

  test('what headers tell is what is left', () => {
    const stated: Limit[] = profile
      .limits({ rpm: 60, rpd: 1000, tpm: 6000, itpm: 4000, otpm: 3000 })
      .map((each) => ({ scope: 'project', ...each }));
    const gauges = stated.map((each) => {
      const bucket = createBucket(each, WALL_MS);
      bucket.take(1, 0);
      return bucket.gauge(0);
    });
    const { told } = read({
      status: 200,
      headers: profile.limitHeaders(
        gauges.filter(({ shown = true }) => shown),
        { wallMs: WALL_MS, charged: { tokens: 52 } },
      ),
    });
    for (const { dimension, windowMs, remaining } of told)
      expect(gauges).toContainEqual(expect.objectContaining({ dimension, windowMs, remaining }));
    expect(told.length > 0).toBe(!['gemini', 'bedrock', 'cohere'].includes(name));
  });
});
