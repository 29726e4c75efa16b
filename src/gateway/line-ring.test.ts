import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineRing } from '#gateway/line-ring.ts';

const all = (ring: LineRing): string[] =>
  Array.from({ length: ring.size }, (_, i) => ring.at(ring.first + i));

/** All from this line on, copied piece by piece. */
const textFrom = (ring: LineRing, number: number, enoughBytes: number): string => {
  let text = '';
  for (let next = number; next < ring.end;) {
    const { bytes, end } = ring.copyFrom(next, enoughBytes);
    text += bytes.toString();
    next = end;
  }
  return text;
};

it('remembers the last of them, whatever their sizes', () => {
  const size = fc.oneof(fc.nat(40), fc.nat(90_000), fc.constant(300_000));
  const line = fc.tuple(size, fc.constantFrom('a', 'é', '日', '😀'), fc.boolean());
  const most = fc.integer({ min: 1, max: 9 });
  const enough = fc.constantFrom(1, 100_000, 1_000_000);
  fc.assert(
    fc.property(most, fc.array(line, { maxLength: 40 }), enough, (max, lines, enoughBytes) => {
      const ring = new LineRing(max);
      const kept: string[] = [];
      let end = 0;
      for (const [chars, piece, isAnew] of lines) {
        if (isAnew && chars === 7) {
          ring.clear();
          kept.length = 0;
        }
        const text = `${end} ${piece.repeat(chars)}\n`;
        ring.push(text.slice(0, 2), text.slice(2));
        kept.push(text);
        end++;
        if (kept.length > max) kept.shift();
        expect([ring.end, ring.size]).toEqual([end, kept.length]);
      }
      expect(all(ring)).toEqual(kept);
      expect(textFrom(ring, end - 3, enoughBytes)).toBe(kept.slice(-3).join(''));
    }),
    { numRuns: 150 },
  );
});

it('takes no more room, however long it runs', () => {
  const ring = new LineRing(1_000);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 60_000; i++) ring.push('x'.repeat(1_000));
  // 1 MB is remembered; nothing of what came before is held.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000 / 4);
  expect(textFrom(ring, 0, 1)).toHaveLength(1_000_000);
});
