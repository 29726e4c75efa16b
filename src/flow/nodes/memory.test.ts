import { expect, test } from 'vitest';
import type { Turn } from '#flow/nodes/node-type.ts';
import { fittingHistory } from '#flow/nodes/memory.ts';

const history: Turn[] = [1, 2, 3].map((n) => ({ query: `question ${n}`, answer: 'a'.repeat(350) }));
const fitting = (context: number | undefined, texts: string[] = [], maxOutputTokens?: number) => {
  const services = { chat: () => never(), contextTokens: () => context };
  const spoken = { model: 'm', texts, ...(maxOutputTokens !== undefined && { maxOutputTokens }) };
  return fittingHistory({ history, services }, spoken).map(({ query }) => query);
};
async function* never() {}

test('the newest turns, whole, as far as there is room beside prompt and answer', () => {
  expect(fitting(undefined)).toHaveLength(3);
  expect(fitting(10_000)).toHaveLength(3);
  expect(fitting(250)).toEqual(['question 2', 'question 3']);
  expect(fitting(250, ['p'.repeat(350)])).toEqual(['question 3']);
  expect(fitting(250, ['文'.repeat(130)])).toEqual(['question 3']);
  expect(fitting(250, [], 240)).toEqual([]);
  expect(fitting(10, ['x'.repeat(10_000)])).toEqual([]);
});
