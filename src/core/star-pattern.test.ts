import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bySpecificity, starPattern } from '#core/star-pattern.ts';

test.each<[string, string, readonly string[] | undefined]>([
  ['*', '', ['']],
  ['*', 'a/b', ['a/b']],
  ['openai/*', 'openai/gpt-4.1', ['gpt-4.1']],
  ['openai/*', 'openai/', ['']],
  ['openai/*', 'azure/x', undefined],
  ['openai/*', 'xopenai/y', undefined],
  ['*-mini', 'gpt-4o-mini', ['gpt-4o']],
  ['*-mini', 'gpt-4o-mini-2', undefined],
  ['a*b*c', 'a1b2b3c', ['1b2', '3']],
  ['a*a', 'a', undefined],
  ['a*a', 'aa', ['']],
  ['a*ab*b', 'aab', undefined],
  ['a*ab*b', 'aabb', ['', '']],
  ['**', 'x', ['x', '']],
  ['a', 'a', []],
  ['a', 'ab', undefined],
  ['gpt.4*', 'gpt-4x', undefined],
])('%s, %s', (pattern, text, stars) => {
  expect(starPattern(pattern).match(text)).toEqual(stars);
});

test('matches what the greedy regular expression matches', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 6 });
  fc.assert(
    fc.property(pattern, text, (written, given) => {
      const source = written.replaceAll('.', '\\.').replaceAll('*', '(.*)');
      const found = new RegExp(`^${source}$`, 's').exec(given);
      expect(starPattern(written).match(given)).toEqual(found ? found.slice(1) : undefined);
    }),
    { numRuns: 500 },
  );
});

test('many stars over a long text are no work', () => {
  const { match } = starPattern(`${'*a'.repeat(60)}*b`);
  expect(match('a'.repeat(20_000))).toBeUndefined();
});

test('the most specific comes first, stars before letters as in LiteLLM', () => {
  const patterns = ['*', 'gpt-*', 'gpt-4*', 'openai/*', '*x', 'a*b*', 'a.b*', 'abcd*'];
  expect(bySpecificity(patterns.map(starPattern)).map(({ pattern }) => pattern)).toEqual([
    'openai/*',
    'a*b*',
    'gpt-4*',
    'gpt-*',
    'a.b*',
    'abcd*',
    '*x',
    '*',
  ]);
});
