import { describe, expect, it } from 'vitest';
import { type Demand, Estimator } from '#balancer/estimate.ts';
import { seededRandom } from '#core/random.ts';

const english = (ascii: number): Demand => ({ ascii, wide: 0, marks: 0, images: 0, choices: 1 });
const japanese = (wide: number): Demand => ({ ascii: 0, wide, marks: 0, images: 0, choices: 1 });

describe('Estimator', () => {
  it('starts from a rule of thumb for each script', () => {
    const estimator = new Estimator();
    expect(estimator.size(english(4000), 'm', 't').inputTokens).toBeCloseTo(1000, -2);
    expect(estimator.size(japanese(1000), 'm', 't').inputTokens).toBeCloseTo(1000, -2);
  });

  it('learns each model and script on its own', () => {
    const estimator = new Estimator();
    for (let i = 0; i < 60; i++) estimator.learnInput(english(4000), 'm', 1500);
    expect(estimator.size(english(8000), 'm', 't').inputTokens).toBeCloseTo(3000, -2);
    expect(estimator.size(japanese(1000), 'm', 't').inputTokens).toBeCloseTo(1000, -2);
    expect(estimator.size(english(4000), 'other', 't').inputTokens).toBeCloseTo(1000, -2);
  });

  it('believes no count that cannot be', () => {
    const estimator = new Estimator();
    for (const count of [0, -5, Number.NaN, 1e18]) estimator.learnInput(english(4000), 'm', count);
    const { inputTokens } = estimator.size(english(4000), 'm', 't');
    expect(inputTokens).toBeLessThanOrEqual(10_100);
    expect(Number.isSafeInteger(inputTokens)).toBe(true);
  });

  it('expects an answer as large as nine in ten, within the bound', () => {
    const estimator = new Estimator();
    const random = seededRandom(3);
    for (let i = 0; i < 3000; i++)
      estimator.learnOutput({ model: 'm', tenant: 't' }, Math.floor(random() * 1000));
    const { expectedOutputTokens } = estimator.size(english(40), 'm', 't');
    expect(expectedOutputTokens).toBeGreaterThan(820);
    expect(expectedOutputTokens).toBeLessThan(980);
    const bounded = estimator.size({ ...english(40), maxOutputTokens: 100 }, 'm', 't');
    expect(bounded).toMatchObject({ expectedOutputTokens: 100, maxOutputTokens: 100 });
    expect(estimator.size(english(40), 'm', 'another').expectedOutputTokens).toBe(256);
  });
});

describe('what limits count', () => {
  it('is learned from refusals where it is not what usage says', () => {
    const estimator = new Estimator();
    for (let i = 0; i < 60; i++) estimator.learnInput(english(4000), 'm', 800);
    const refused = english(4000);
    estimator.learnRefused(refused, 1000);
    expect(estimator.size(refused, 'm', 't')).toMatchObject({ inputTokens: 1000, inputSpread: 0 });
    for (let i = 0; i < 10; i++) {
      const prompt = english(4000);
      estimator.learnRefused(prompt, 1000);
      estimator.learnInput(prompt, 'm', 800);
    }
    expect(estimator.size(english(8000), 'm', 't').inputTokens).toBeCloseTo(2000, -2);
  });

  it('does not grow for prompts that are refused because they are larger than they look', () => {
    const estimator = new Estimator();
    for (let i = 0; i < 60; i++) estimator.learnInput(english(4000), 'm', i % 2 ? 700 : 900);
    const { inputTokens } = estimator.size(english(4000), 'm', 't');
    for (let i = 0; i < 60; i++) {
      const prompt = english(4000);
      if (i % 2 === 0) estimator.learnRefused(prompt, 900);
      estimator.learnInput(prompt, 'm', i % 2 ? 700 : 900);
    }
    expect(estimator.size(english(4000), 'm', 't').inputTokens).toBeCloseTo(inputTokens, -1.5);
  });

  it('is what usage says, until refusals say otherwise or have said it before', () => {
    const estimator = new Estimator();
    const prompt = english(4000);
    expect(estimator.counted(prompt, 'm', 800)).toBe(800);
    expect(estimator.counted(prompt, 'm', 0)).toBeUndefined();
    estimator.learnRefused(prompt, 800);
    expect(estimator.counted(prompt, 'm', 800)).toBeUndefined();
    estimator.learnInput(prompt, 'm', 800);
    expect(estimator.counted(english(4000), 'm', 700)).toBe(700);
    const other = english(4000);
    estimator.learnRefused(other, 1000);
    estimator.learnInput(other, 'm', 800);
    expect(estimator.counted(english(4000), 'm', 700)).toBeUndefined();
    expect(estimator.counted(english(4000), 'another', 700)).toBe(700);
  });

  it('believes no refusal that cannot be', () => {
    const estimator = new Estimator();
    for (const count of [0, -5, Number.NaN, 1e18]) estimator.learnRefused(english(4000), count);
    expect(estimator.size(english(4000), 'm', 't').inputTokens).toBeCloseTo(1000, -2);
  });
});
