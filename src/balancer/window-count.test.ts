import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WindowCount } from '#balancer/window-count.ts';

it('counts what the window holds, to the step', () => {
  const happening = fc.record({ afterMs: fc.nat(4_000), times: fc.integer({ min: 1, max: 3 }) });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (life) => {
      const count = new WindowCount({ windowMs: 10_000, steps: 10 });
      const at: number[] = [];
      let now = 0;
      for (const { afterMs, times } of life) {
        now += afterMs;
        for (let i = 0; i < times; i++) {
          count.add(now);
          at.push(now);
        }
        const counted = count.count(now);
        expect(counted).toBeLessThanOrEqual(at.filter((then) => then > now - 10_000).length);
        expect(counted).toBeGreaterThanOrEqual(at.filter((then) => then > now - 9_000).length);
      }
    }),
  );
});

it('takes back, and forgets all at once', () => {
  const count = new WindowCount({ windowMs: 1_000, steps: 4 });
  count.add(100);
  count.add(120);
  count.add(130, -1);
  expect(count.count(200)).toBe(1);
  count.clear();
  expect(count.count(200)).toBe(0);
});
