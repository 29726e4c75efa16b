import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimerHeap } from '#core/timer-heap.ts';

test('timers come out sorted, equal ones in the order in which they went in', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (instants) => {
      const heap = new TimerHeap<number>();
      instants.forEach((atMs, index) => heap.push(atMs, index));
      const out: { atMs: number; task: number }[] = [];
      for (let next = heap.pop(); next !== undefined; next = heap.pop())
        out.push({ atMs: next.atMs, task: next.task });
      const sorted = instants
        .map((atMs, task) => ({ atMs, task }))
        .toSorted((a, b) => a.atMs - b.atMs || a.task - b.task);
      expect(out).toEqual(sorted);
    }),
  );
});
