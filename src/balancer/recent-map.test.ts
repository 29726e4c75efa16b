import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentMap } from '#balancer/recent-map.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

const uses = fc.array(fc.record({ key: fc.constantFrom(...KEYS), set: fc.boolean() }), {
  maxLength: 200,
});

test('never holds more than it may, and always the half that was used last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), uses, (half, all) => {
      const map = new RecentMap<number>(2 * half);
      const values = new Map<string, number>();
      const order: string[] = [];
      for (const [i, { key, set }] of all.entries()) {
        if (set) {
          map.set(key, i);
          values.set(key, i);
        } else {
          const found = map.get(key);
          const recent = order.slice(-half).includes(key);
          expect(found === undefined || found === values.get(key)).toBe(true);
          if (recent) expect(found).toBe(values.get(key));
          if (found === undefined) continue;
        }
        const place = order.indexOf(key);
        if (place >= 0) order.splice(place, 1);
        order.push(key);
      }
      // Asking changes what is remembered: each key is asked of a map that has seen the same.
      const held = KEYS.filter((asked) => {
        const again = new RecentMap<number>(2 * half);
        for (const [i, { key, set }] of all.entries())
          if (set) again.set(key, i);
          else again.get(key);
        return again.get(asked) !== undefined;
      });
      expect(held.length).toBeLessThanOrEqual(2 * half);
    }),
  );
});
