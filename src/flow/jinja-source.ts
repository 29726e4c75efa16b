/** Where a tag ends, and what it is. */
const ENDS: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' };

/**
 * A template's source, so written that what it prints is printed as Python would: `{{ x }}` becomes
 * `{% set _v = (x) %}{{ _v if _v is number else … }}`. Numbers print themselves, as only the
 * machine knows a whole float from an integer. Comments and raw blocks stay as they are.
 */
export const printPython = (source: string): string => {
  let out = '';
  let at = 0;
  for (;;) {
    const start = source.slice(at).search(/\{[{%#]/);
    if (start < 0) return out + source.slice(at);
    const from = at + start;
    const open = source.slice(from, from + 2);
    out += source.slice(at, from);
    const to = tagEnd(source, from + 2, ENDS[open]!);
    if (to < 0) return out + source.slice(from);
    const inner = source.slice(from + 2, to);
    at = to + 2;
    if (open === '{{') out += printed(inner);
    else if (open === '{%' && /^[-+]?\s*raw\s*[-+]?$/.test(inner)) {
      const raw = /\{%[-+]?\s*endraw\s*[-+]?%\}/.exec(source.slice(at));
      const end = raw ? at + raw.index + raw[0].length : source.length;
      out += source.slice(from, end);
      at = end;
    } else out += open === '{%' ? `{%${withGet(inner)}%}` : source.slice(from, at);
  }
};

const printed = (inner: string): string => {
  const left = /^[-+]/.exec(inner)?.[0] ?? '';
  const right = /[-+]$/.exec(inner)?.[0] ?? '';
  const expression = inner.slice(left.length, inner.length - right.length).trim();
  if (expression === '') return `{{${inner}}}`;
  return `{%${left} set _v = (${withGet(expression)}) %}{{ _v if _v is number else ('None' if _v is none else _v|_py) ${right}}}`;
};

/** The machine knows no `get` of a dictionary, and no `format` of a text. */
const withGet = (expression: string): string =>
  expression.replace(/\.(get|format)\(/g, (_, name: string) => `|_${name}(`);

/** From `from` on, outside of texts in quotes and of braces that open in it; -1 when there is none. */
const tagEnd = (source: string, from: number, end: string): number => {
  if (end === '#}') return source.indexOf(end, from);
  let depth = 0;
  let quote = '';
  for (let i = from; i < source.length; i++) {
    const character = source[i]!;
    if (quote !== '') {
      if (character === '\\') i++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (depth === 0 && source.startsWith(end, i)) return i;
    else if (character === '{') depth++;
    else if (character === '}' && depth > 0) depth--;
  }
  return -1;
};
