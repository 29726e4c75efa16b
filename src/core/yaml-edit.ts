import { parseDocument } from 'yaml';
import type { Path } from '#core/finding.ts';

/** A YAML text with other texts at some places, and everything else as it was written. */
export const withTexts = (
  source: string,
  changes: readonly (readonly [Path, string])[],
): string => {
  if (changes.length === 0) return source;
  const document = parseDocument(source, { keepSourceTokens: true, merge: true });
  for (const [path, text] of changes) if (document.hasIn(path)) document.setIn(path, text);
  return document.toString({ lineWidth: 0 });
};
