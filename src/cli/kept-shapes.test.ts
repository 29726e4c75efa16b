import { expect, it } from 'vitest';
import { keepShapes } from '#cli/kept-shapes.ts';

it('keeps one of each kind of what Node makes for a call that it puts off', () => {
  const kept = keepShapes();
  expect([...kept.keys()].toSorted()).toEqual(['Immediate', 'TickObject', 'Timeout']);
  expect(kept.get('TickObject')).toMatchObject({ callback: expect.any(Function) });
});

it('hears of nothing afterwards', () => {
  const kept = keepShapes();
  const tick = kept.get('TickObject');
  process.nextTick(() => {});
  expect(kept.get('TickObject')).toBe(tick);
});
