import fc from 'fast-check';
import { expect, it } from 'vitest';
import { choiceText } from '#balancer/choice-text.ts';

it('says of each choice what it was made from, whatever was chosen before', () => {
  const name = fc.constantFrom('PJ1', 'PJ2', 'PJ3');
  const policy = fc.constantFrom('shuffle', 'latency');
  const candidates = fc.oneof(
    fc.array(name, { maxLength: 3 }),
    fc.array(name, { minLength: 7, maxLength: 10 }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(policy, name, candidates)), (choices) => {
      for (const [by, choice, all] of choices) {
        const others = all.length > 8 ? ` +${all.length - 8}` : '';
        expect(choiceText(by, choice, all)).toBe(
          `${by} chose ${choice} of ${all.slice(0, 8).join(' ')}${others}`,
        );
      }
    }),
  );
});

it('is one line of a header, however many there are', () => {
  for (let i = 0; i < 2_000; i++)
    expect(choiceText('p\n', `名${i}`, [`日${i}`, 'x'.repeat(20)])).toBe(
      `p? chose ?${i} of ?${i} ${'x'.repeat(15)}?`,
    );
});
