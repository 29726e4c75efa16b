import { expect, test } from 'vitest';
import { fileValue } from '#flow/file.ts';
import type { Json } from '#core/json.ts';
import { type Condition, holds } from '#flow/nodes/conditions.ts';

const fileOf = (name: string): Json =>
  fileValue({
    id: name,
    kind: 'document',
    method: 'local_file',
    name,
    extension: name.slice(name.lastIndexOf('.')),
    mimeType: 'text/plain',
    sizeBytes: 9,
    url: '',
  });

const FILES = [fileOf('a.pdf'), fileOf('b.txt')];

const judged = (how: string, key: string, operator: string, value: string | string[]): boolean => {
  const condition: Condition = {
    variable_selector: ['sys', 'files'],
    comparison_operator: how,
    sub_variable_condition: { conditions: [{ key, comparison_operator: operator, value }] },
  };
  const render = (): string => '';
  return holds({ conditions: [condition], operator: 'and' }, { read: () => FILES, render });
};

test.each<[string, string, string, string | string[], boolean]>([
  ['contains', 'extension', 'is', '.pdf', true],
  ['contains', 'extension', 'is', 'pdf', true],
  ['contains', 'extension', 'in', ['doc', 'txt'], true],
  ['contains', 'extension', 'is', 'doc', false],
  ['not contains', 'extension', 'is', 'doc', true],
  ['all of', 'extension', 'in', ['pdf', '.txt'], true],
  ['all of', 'extension', 'is', 'pdf', false],
  ['contains', 'name', 'is', 'pdf', false],
  ['contains', 'name', 'start with', 'b', true],
])('files %s one whose %s %s %j: %j', (how, key, operator, value, result) => {
  expect(judged(how, key, operator, value)).toBe(result);
});
