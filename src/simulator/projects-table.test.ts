import { expect, test } from 'vitest';
import { formatCounters, formatProjects } from '#simulator/projects-table.ts';

const calls = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    at: `2026-05-01T09:00:${String(i).padStart(2, '0')}.120Z`,
    model: 'gpt-4.1',
    input_tokens: 12,
    output_tokens: 1034,
    status: i === 1 ? 429 : 200,
  }));

test('shows what each project did, and its last calls', () => {
  const text = formatProjects([
    {
      id: 'project-1',
      requests: 3,
      admitted: 2,
      refused: { requests: 0, tokens: 1 },
      tokens: { input: 24, output: 2068 },
      over_admission_attempts: 0,
      overflow_s: { requests: 0, tokens: 0 },
      calls: calls(2),
    },
    {
      id: 'プロジェクト2',
      requests: 12,
      admitted: 4,
      refused: { requests: 0, tokens: 0 },
      tokens: { input: 0, output: 0 },
      over_admission_attempts: 0,
      overflow_s: { requests: 0, tokens: 0 },
      calls: calls(12),
    },
  ]);
  const lines = text.split('\n');
  expect(lines.slice(0, 7)).toEqual([
    'project        requests  admitted   share  refused (requests)  refused (tokens)  tokens in  tokens out',
    'project-1             3         2  33.3 %                   0                 1         24       2,068',
    'プロジェクト2        12         4  66.7 %                   0                 0          0           0',
    '',
    'project-1',
    '  time (UTC)    model    tokens in  tokens out  status',
    '  09:00:00.120  gpt-4.1         12       1,034     200',
  ]);
  expect(text).toContain('プロジェクト2, the last 10 calls');
  expect(lines.filter((line) => line.includes('gpt-4.1'))).toHaveLength(12);
});

test('shows no share before the first call', () => {
  const text = formatProjects([
    {
      id: 'a',
      requests: 0,
      admitted: 0,
      refused: { requests: 0, tokens: 0 },
      tokens: { input: 0, output: 0 },
      over_admission_attempts: 0,
      overflow_s: { requests: 0, tokens: 0 },
      calls: [],
    },
  ]);
  expect(text.split('\n')[1]).toMatch(/^a +0 +0 +– /);
});

const one = {
  id: 'one',
  requests: 5,
  admitted: 2,
  refused: { requests: 0, tokens: 1, ramp: 2 },
  tokens: { input: 0, output: 0 },
  over_admission_attempts: 1,
  overflow_s: { requests: 12.34, tokens: 0 },
};

test('shows all that kept calls out, so that they add up', () => {
  const other = { ...one, requests: 7, refused: { requests: 0, tokens: 1, fault: 3, wrong: 1 } };
  expect(formatProjects([one, other].map((project) => ({ ...project, calls: [] })))).toBe(
    [
      'project  requests  admitted   share  refused (requests)  refused (tokens)  refused (ramp)  met a fault  wrong  tokens in  tokens out',
      'one             5         2  50.0 %                   0                 1               2            0      0          0           0',
      'one             7         2  50.0 %                   0                 1               0            3      1          0           0',
      '',
    ].join('\n'),
  );
});

test('names the fault that struck a call, once there was one', () => {
  const struck = calls(2).map((call) => ({ ...call, fault: 'error_event' }));
  expect(formatProjects([{ ...one, calls: struck }])).toContain('429  error_event\n');
  expect(formatProjects([{ ...one, calls: calls(2) }])).not.toContain('fault');
});

test('shows what limits did', () => {
  expect(
    formatCounters([
      { ...one, calls: [] },
      { ...one, left_usd: 1.5, calls: [] },
    ]),
  ).toBe(
    [
      'project  full (requests)  full (tokens)  met a told limit     left',
      'one               12.3 s          0.0 s                 1        –',
      'one               12.3 s          0.0 s                 1  $1.5000',
      '',
    ].join('\n'),
  );
});
