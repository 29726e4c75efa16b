import { describe, expect, it } from 'vitest';
import { RecentUse } from '#balancer/recent-use.ts';

const key = (name: string, tokens: number) => ({ key: name, user: '', tokens });

describe('RecentUse', () => {
  it('sums a minute of several accounts, by key and user, most first', () => {
    const use = new RecentUse(0);
    use.given('a', key('k', 10), 0);
    use.given('a', { key: 'k', user: 'ann', tokens: 40 }, 30_000);
    use.given('b', key('k', 15), 59_000);
    use.given('c', key('elsewhere', 99), 59_000);
    expect(use.of(['a', 'b'], 60_000)).toEqual([
      { key: 'k', user: 'ann', requests: 1, tokens: 40 },
      { key: 'k', user: '', requests: 2, tokens: 25 },
    ]);
  });

  it('forgets what is older than a minute and a slot', () => {
    const use = new RecentUse(0);
    use.given('a', key('k', 10), 5_000);
    expect(use.of(['a'], 69_999)).toHaveLength(1);
    expect(use.of(['a'], 70_000)).toEqual([]);
    use.given('a', key('k', 1), 75_000);
    expect(use.of(['a'], 75_000)).toMatchObject([{ tokens: 1 }]);
  });

  it('tells so many tenants apart and no more, and loses no token', () => {
    const use = new RecentUse(0);
    for (let i = 0; i < 1_000; i++) use.given('a', key(`k${i}`, 2), 0);
    const seen = use.of(['a'], 0);
    expect(seen).toHaveLength(65);
    expect(seen[0]).toEqual({ key: 'others', user: '', requests: 936, tokens: 1_872 });
  });
});
