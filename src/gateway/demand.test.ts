import { describe, expect, it } from 'vitest';
import { demandOf } from '#gateway/demand.ts';

const ask = (content: unknown, more: object = {}) =>
  demandOf({ model: 'm', messages: [{ role: 'user', content }], ...more } as never);

describe('demandOf', () => {
  it('counts characters by script, and marks apart', () => {
    expect(ask('a'.repeat(1_000))).toMatchObject({ wide: 0, marks: 0, choices: 1 });
    expect(ask('a'.repeat(1_000)).ascii).toBeCloseTo(1_015, -2);
    const japanese = ask('三つの鍵で一つの窓口'.repeat(100));
    expect(japanese.wide).toBe(1_000);
    const code = ask('if (a[i] === b[j]) { c += d; }\n'.repeat(40));
    expect(code.marks / code.ascii).toBeGreaterThan(0.25);
  });

  it('samples long texts evenly', () => {
    const { ascii, wide } = ask('ab日本'.repeat(50_000));
    expect(ascii + wide).toBeCloseTo(200_000, -3);
    expect(Math.abs(wide - 100_000)).toBeLessThan(2_000);
  });

  it('takes a picture for a picture, not for text', () => {
    const url = `data:image/png;base64,${'A'.repeat(100_000)}`;
    const parts = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url } },
      { type: 'input_audio', input_audio: { data: 'A'.repeat(100_000), format: 'wav' } },
    ];
    const { ascii, images } = ask(parts);
    expect(images).toBe(2);
    expect(ascii).toBeLessThan(300);
  });

  it('takes the bound and the number of answers, where they make sense', () => {
    expect(ask('x', { max_tokens: 5 }).maxOutputTokens).toBe(5);
    expect(ask('x', { max_tokens: 5, max_completion_tokens: 9 }).maxOutputTokens).toBe(9);
    for (const max_tokens of ['5', -1, 0, null, 1e308])
      expect(ask('x', { max_tokens }).maxOutputTokens).toBeUndefined();
    expect(ask('x', { generationConfig: { maxOutputTokens: 7 } }).maxOutputTokens).toBe(7);
    expect(ask('x', { generation_config: { max_output_tokens: 8 } }).maxOutputTokens).toBe(8);
    expect(ask('x', { generationConfig: { candidateCount: 3 } }).choices).toBe(3);
    expect(ask('x', { n: 128 }).choices).toBe(128);
    for (const n of [0, -3, '4', 1e9]) expect(ask('x', { n }).choices).toBeLessThanOrEqual(128);
  });

  it('does not trip over odd texts', () => {
    for (const odd of ['\ud800', '\0', '👩‍👩‍👧', '', null, 7, [null, 7], { __proto__: null }])
      expect(Number.isSafeInteger(ask(odd).ascii + ask(odd).wide)).toBe(true);
  });
});
