import { DIALECT_LIST, FOREIGN_WORDS, VENDOR_ROOMS, VENDORS } from '../house.ts';
import type { Word } from '../facts.ts';
import type { Rule } from '../tree.ts';

/**
 * Vendor names are data of a few rooms: code that compares a vendor's name belongs in that vendor's
 * file. Names of dialects are the field's words and free; so are sentences for people (a string
 * with a space) and the names of environment variables, as strings or as keys.
 */
export const vendors: Rule = function* ({ sources }) {
  const dialects = sources.flatMap(
    ({ path }) => /^src\/wire\/([^/]+)\/index\.ts$/.exec(path)?.[1] ?? [],
  );
  const homes = [...VENDOR_ROOMS, DIALECT_LIST, ...dialects.map((name) => `src/wire/${name}/`)];
  const stripDialects = stripper(dialects);
  for (const { path, room, isTest, facts } of sources) {
    if (!room || isTest || homes.some((home) => path.startsWith(home))) continue;
    const seen = new Set(FOREIGN_WORDS[path]);
    for (const word of facts.words) {
      const vendor = isFree(word) ? undefined : VENDOR.exec(stripDialects(word.text))?.[0];
      if (!vendor || seen.has(word.text)) continue;
      seen.add(word.text);
      const message = `names a vendor ('${word.text}'); move it to providers/, or ask the provider by a declared property`;
      yield { path, line: word.line, message };
    }
  }
};

const VENDOR = new RegExp(VENDORS.join('|'), 'i');

const isFree = ({ text, kind }: Word): boolean =>
  kind !== 'identifier' && (/\s/.test(text) || /^[A-Z][A-Z0-9_]*$/.test(text));

/** Removes `openai-chat`, `openaiChat`, `OPENAI_CHAT` and the like. */
const stripper = (dialects: readonly string[]): ((text: string) => string) => {
  if (dialects.length === 0) return (text) => text;
  const spelled = dialects.map((name) => name.replaceAll('-', '[-_]?'));
  const pattern = new RegExp(spelled.join('|'), 'gi');
  return (text) => text.replaceAll(pattern, '');
};
