import { describe, expect, it } from 'vitest';
import { cutToWidth, displayWidth } from '#core/display-width.ts';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['PJ1', 3],
    ['日本語', 6],
    ['ｱｲｳ', 3],
    ['é', 1],
    ['👩‍💻', 2],
    ['█░…', 3],
  ])('of %j is %d', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('cutToWidth', () => {
  it('leaves alone what fits', () => {
    expect(cutToWidth('gpt-4.1', 7)).toBe('gpt-4.1');
    expect(cutToWidth('日本', 4)).toBe('日本');
  });

  it('says that something is left out, and halves no wide character', () => {
    expect(cutToWidth('gpt-4.1', 6)).toBe('gpt-4…');
    expect(cutToWidth('日本語', 5)).toBe('日本…');
    expect(cutToWidth('日本語', 4)).toBe('日…');
    expect(cutToWidth('anything', 1)).toBe('…');
  });
});
