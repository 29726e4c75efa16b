import { expect, test } from 'vitest';
import { replaceSection } from './results.ts';

const DOCUMENT = '# Results\n\nintro\n\n## drain\n\nold drain\n\n## overhead\n\nold overhead\n';

test('a section is replaced where it stands', () => {
  expect(replaceSection(DOCUMENT, 'drain', 'new drain')).toBe(
    '# Results\n\nintro\n\n## drain\n\nnew drain\n\n## overhead\n\nold overhead\n',
  );
});

test('a new section goes to the end', () => {
  expect(replaceSection('# Results\n', 'soak', 'ran for a day\n')).toBe(
    '# Results\n\n## soak\n\nran for a day\n',
  );
});

test('writing twice changes nothing', () => {
  const once = replaceSection(DOCUMENT, 'overhead', '| a |\n');
  expect(replaceSection(once, 'overhead', '| a |\n')).toBe(once);
});
