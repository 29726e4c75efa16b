import type { Rule } from '../tree.ts';

/** No notes to self: what is left to do belongs in an issue. The words in the pattern are what is looked for. */
export const notes: Rule = function* ({ sources }) {
  for (const { path, facts } of sources)
    for (const { text, line } of facts.comments) {
      const word = /\b(?:TODO|FIXME|XXX|HACK)\b/.exec(text)?.[0];
      if (word)
        yield { path, line, message: `${word}: do it now, or open an issue and say why here` };
    }
};

const STATEMENT =
  /^(?:(?:import|export|const|let|return|throw|await|if|for|while)\b.*[;{]|[\w.]+\(.*\);|[\w.]+ = .*;|\})$/;

/** Code in a comment: version control keeps what was. Block comments that document are prose. */
export const commentedCode: Rule = function* ({ sources }) {
  for (const { path, facts } of sources)
    for (const { text, line, block } of facts.comments) {
      if (block && text.startsWith('*')) continue;
      const code = text.split('\n').find((each) => STATEMENT.test(each.trim()));
      if (code !== undefined)
        yield { path, line, message: `code in a comment ('${code.trim()}'); delete it` };
    }
};

/** Paths of one person's machine. Tests may name the folder of shared fixtures beside a checkout. */
const FOREIGN = /(?<![\w.-])\/(?:Users|work)\/|\.\.\/shared\b/;

export const foreignPaths: Rule = function* ({ texts }) {
  for (const { path, text } of texts) {
    if (/^test\/|\.test\.ts$|(?:^|\/)test-kit\.ts$/.test(path)) continue;
    const at = FOREIGN.exec(text);
    if (!at) continue;
    const line = text.slice(0, at.index).split('\n').length;
    yield { path, line, message: `names '${at[0]}', a place outside the project; leave it out` };
  }
};

/** A file that does not parse would pass every other rule unread. */
export const parses: Rule = function* ({ sources }) {
  for (const { path, facts } of sources)
    if (facts.error) yield { path, line: 1, message: `does not parse: ${facts.error}` };
};
