import { expect, test } from 'vitest';
import { resolveReferences } from '#config/os-environ.ts';

test('references are resolved where LiteLLM resolves them', () => {
  const missing: string[] = [];
  const resolved = resolveReferences(
    {
      text: 'os.environ/A',
      deep: [{ in: { list: 'os.environ/A' } }],
      plain: ['os.environ/A', [{ nested: 'os.environ/A' }]],
      yes: 'os.environ/YES',
      no: 'os.environ/NO',
      empty: 'os.environ/EMPTY',
      none: 'os.environ/NONE',
      inherited: 'os.environ/constructor',
      inside: 'x os.environ/A',
      number: 3,
    },
    { A: 'a', YES: 'TRUE', NO: ' false', EMPTY: '' },
    (path) => missing.push(path.join('.')),
  );
  expect(resolved).toEqual({
    text: 'a',
    deep: [{ in: { list: 'a' } }],
    plain: ['os.environ/A', [{ nested: 'os.environ/A' }]],
    yes: true,
    no: false,
    empty: '',
    none: null,
    inherited: null,
    inside: 'x os.environ/A',
    number: 3,
  });
  expect(missing).toEqual(['none', 'inherited']);
});
