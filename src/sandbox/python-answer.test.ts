import { expect, test } from 'vitest';
import { answerIn, LONGEST_ANSWER } from '#sandbox/python-answer.ts';

const line = (value: object): string => JSON.stringify({ token: 'mine', isSpent: false, ...value });

test('an answer is what came out, or why nothing did', () => {
  expect(answerIn(line({ json: '1' }), 'mine')).toEqual({ outcome: { json: '1' }, isSpent: false });
  expect(answerIn(line({ json: '1', isSpent: true }), 'mine')?.isSpent).toBe(true);
  const trace = 'Traceback\n  File "main.py", line 1\nKeyError: 1\n';
  expect(answerIn(line({ error: trace }), 'mine')?.outcome).toEqual({
    error: 'File "main.py", line 1\nKeyError: 1',
    kind: 'code',
  });
  expect(answerIn(line({ isTooLong: true }), 'mine')).toEqual({
    outcome: { error: 'The code returned more than 4 MB.', kind: 'memory' },
    isSpent: false,
  });
  expect(answerIn(line({ error: 'MemoryError' }), 'mine')?.outcome).toMatchObject({
    kind: 'memory',
  });
});

test.each([
  'garbage',
  'null',
  '[]',
  '1',
  JSON.stringify({ json: '1', isSpent: false }),
  line({ json: '1', token: 'another' }),
])('%j answers nobody', (text) => {
  expect(answerIn(text, 'mine')).toBeUndefined();
});

test('one that is too long is not looked into', () => {
  expect(answerIn(' '.repeat(LONGEST_ANSWER + 1), 'mine')).toEqual({
    outcome: { error: 'The code returned more than 4 MB.', kind: 'memory' },
    isSpent: true,
  });
});
