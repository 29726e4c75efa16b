import { spend, spendText } from '#flow/jinja/fuel.ts';
import { textOf } from '#flow/jinja/compare.ts';
import { formatText } from '#flow/jinja/format-spec.ts';
import { countArg, type Method, taking, textArg } from '#flow/jinja/method.ts';
import { pyRepr } from '#flow/jinja/print.ts';
import {
  Dict,
  isText,
  itemsOf,
  signsOf,
  TemplateError,
  Tuple,
  typeName,
  type Value,
} from '#flow/jinja/values.ts';

/** What Python takes for white space. */
const SPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SPACES_LEFT = new RegExp(`^[${SPACE}]+`);
const SPACES = new RegExp(`[${SPACE}]+`);
const LINE_SIGNS = '\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029';
const LINE_ENDS = new RegExp(`\\r\\n|[${LINE_SIGNS}]`, 'g');

/** Without white space, or the signs of `chars`, at the sides that are named. */
export const stripped = (text: string, chars: string | undefined, sides = 'lr'): string => {
  const isGone = (sign: string): boolean =>
    chars === undefined ? SPACES_LEFT.test(sign) : chars.includes(sign);
  const signs = signsOf(text);
  let from = 0;
  let to = signs.length;
  if (sides.includes('l')) while (from < to && isGone(signs[from]!)) from++;
  if (sides.includes('r')) while (to > from && isGone(signs[to - 1]!)) to--;
  spend(from + signs.length - to);
  return typeof signs === 'string' ? signs.slice(from, to) : signs.slice(from, to).join('');
};

/** What Python calls words: white space of any length parts them. */
export const wordsOf = (text: string): string[] => {
  const inner = stripped(text, undefined);
  return inner === '' ? [] : inner.split(new RegExp(SPACES, 'g'));
};

export const linesOf = (text: string, keeps = false): string[] => {
  const lines: string[] = [];
  let from = 0;
  for (const found of text.matchAll(LINE_ENDS)) {
    const end = found.index + found[0].length;
    lines.push(text.slice(from, keeps ? end : found.index));
    from = end;
  }
  if (from < text.length) lines.push(text.slice(from));
  return lines;
};

const split = (text: string, between: Value | undefined, most: number): string[] => {
  if (between === undefined || between === null) return splitWords(text, most);
  const separator = textArg(between);
  if (separator === '') throw new TemplateError('empty separator');
  const parts = text.split(separator);
  if (most < 0 || parts.length <= most + 1) return parts;
  return [...parts.slice(0, most), parts.slice(most).join(separator)];
};

const splitWords = (text: string, most: number): string[] => {
  if (most < 0) return wordsOf(text);
  const parts: string[] = [];
  let rest = stripped(text, undefined, 'l');
  while (rest !== '' && parts.length < most) {
    const end = SPACES.exec(rest);
    if (!end) break;
    parts.push(rest.slice(0, end.index));
    rest = rest.slice(end.index + end[0].length);
  }
  return rest === '' ? parts : [...parts, rest];
};

const mirrored = (text: string): string => Array.from(text).toReversed().join('');

const splitRight = (text: string, between: Value | undefined, most: number): string[] => {
  const back = between === undefined || between === null ? between : mirrored(textArg(between));
  return split(mirrored(text), back, most).map(mirrored).toReversed();
};

const partition = (text: string, between: Value | undefined, fromRight: boolean): Tuple => {
  const separator = textArg(between);
  if (separator === '') throw new TemplateError('empty separator');
  const at = fromRight ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (at < 0) return new Tuple(fromRight ? ['', '', text] : [text, '', '']);
  return new Tuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
};

/** Up to `most` times, all where that is below zero. */
export const replaced = (
  text: string,
  [from, to]: readonly [string, string],
  most: number,
): string => {
  // Between signs, not between the halves of one.
  if (from === '' && most < 0) return to + Array.from(text, (sign) => sign + to).join('');
  if (most < 0) return text.replaceAll(from, () => to);
  let left = most;
  return text.replaceAll(from, () => (left-- > 0 ? to : from));
};

const startsOrEnds = (side: 'startsWith' | 'endsWith'): Method<string> =>
  taking(['prefix', 'start', 'end'], (text, [wanted, start, end]) => {
    const within = between(text, start, end);
    const all = wanted instanceof Tuple ? wanted.items : [wanted];
    return all.some((one) => within[side](textArg(one)));
  });

const between = (text: string, start: Value | undefined, end: Value | undefined): string => {
  if (start === undefined && end === undefined) return text;
  const signs = signsOf(text);
  return Array.from(signs).slice(countArg(start, 0), countArg(end, signs.length)).join('');
};

/** Where `wanted` stands, counted in signs; -1 where it does not. */
const find = (fromRight: boolean): Method<string> =>
  taking(['sub', 'start', 'end'], (text, [wanted, start, end]) => {
    const within = between(text, start, end);
    const sought = textArg(wanted);
    const at = fromRight ? within.lastIndexOf(sought) : within.indexOf(sought);
    if (at < 0) return -1n;
    const from = countArg(start, 0);
    const skipped = from < 0 ? Math.max(0, signsOf(text).length + from) : from;
    return BigInt(signsOf(within.slice(0, at)).length + skipped);
  });

const index = (fromRight: boolean): Method<string> => {
  const found = find(fromRight);
  return (text, given, env) => {
    const at = found(text, given, env);
    if (at === -1n) throw new TemplateError('substring not found');
    return at;
  };
};

const titled = (text: string): string =>
  text.replace(/\p{L}+/gu, (word) => {
    const [first = '', ...rest] = word;
    return initial(first) + rest.join('').toLowerCase();
  });

/** A sign at the beginning of a word: of those that become two the first alone is large. */
const initial = (sign: string): string => {
  const [large = '', ...more] = sign.toUpperCase();
  return large + more.join('').toLowerCase();
};

export const capitalized = (text: string): string => {
  const [first = '', ...rest] = text;
  return initial(first) + rest.join('').toLowerCase();
};

const swapped = (text: string): string =>
  Array.from(text, (sign) =>
    sign === sign.toLowerCase() ? sign.toUpperCase() : sign.toLowerCase(),
  ).join('');

const isCased = (text: string, to: (text: string) => string): boolean =>
  text === to(text) && text.toLowerCase() !== text.toUpperCase();

export interface Padding {
  /** Signs in all. */
  readonly width: number;
  /** Where the text stands: left, right, or centred. */
  readonly side: 'l' | 'r' | 'c';
  readonly fill?: string;
}

/** `text` in the middle of, or at one side of, so many signs. */
export const padded = (text: string, { width, side, fill = ' ' }: Padding): string => {
  const room = width - signsOf(text).length;
  if (room <= 0) return text;
  const left =
    side === 'l' ? 0 : side === 'r' ? room : Math.floor(room / 2) + (room % 2 && width % 2);
  return fill.repeat(left) + text + fill.repeat(room - left);
};

const pad = (side: 'l' | 'r' | 'c'): Method<string> =>
  taking(['width', 'fillchar'], (text, [width, fill]) => {
    const wide = countArg(width, 0);
    spendText(Math.max(0, wide));
    return padded(text, { width: wide, side, fill: textArg(fill, ' ') });
  });

const matching = (pattern: RegExp): Method<string> => taking([], (text) => pattern.test(text));

const join: Method<string> = taking(['iterable'], (text, [items]) => {
  const texts = itemsOf(items ?? []).map((item, i) => {
    if (isText(item)) return textOf(item);
    throw new TemplateError(`sequence item ${i}: expected str instance, ${typeName(item)} found`);
  });
  spendText(texts.reduce((sum, item) => sum + item.length + text.length, 0));
  return texts.join(text);
});

const zfill = taking<string>(['width'], (text, [width]) => {
  const wide = countArg(width, 0);
  spendText(Math.max(0, wide));
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  return (
    sign + padded(text.slice(sign.length), { width: wide - sign.length, side: 'r', fill: '0' })
  );
});

const expandTabs = (text: string, size: number): string => {
  let column = 0;
  let out = '';
  for (const sign of text) {
    const wide = sign === '\t' && size > 0 ? size - (column % size) : 1;
    spendText(wide);
    out += sign === '\t' ? ' '.repeat(size > 0 ? wide : 0) : sign;
    column = sign === '\n' || sign === '\r' ? 0 : column + wide;
  }
  return out;
};

/** What Python calls on a text. */
export const TEXT_METHODS: Readonly<Record<string, Method<string>>> = {
  upper: taking([], (text) => text.toUpperCase()),
  lower: taking([], (text) => text.toLowerCase()),
  casefold: taking([], (text) => text.toLowerCase().replaceAll('ß', 'ss')),
  title: taking([], titled),
  capitalize: taking([], capitalized),
  swapcase: taking([], swapped),
  strip: taking(['chars'], (text, [chars]) => stripped(text, optional(chars))),
  lstrip: taking(['chars'], (text, [chars]) => stripped(text, optional(chars), 'l')),
  rstrip: taking(['chars'], (text, [chars]) => stripped(text, optional(chars), 'r')),
  split: taking(['sep', 'maxsplit'], (text, [sep, most]) => split(text, sep, countArg(most, -1))),
  rsplit: taking(['sep', 'maxsplit'], (text, [sep, most]) =>
    splitRight(text, sep, countArg(most, -1)),
  ),
  splitlines: taking(['keepends'], (text, [keeps]) => linesOf(text, keeps === true)),
  partition: taking(['sep'], (text, [sep]) => partition(text, sep, false)),
  rpartition: taking(['sep'], (text, [sep]) => partition(text, sep, true)),
  replace: taking(['old', 'new', 'count'], (text, [from, to, count]) => {
    const wanted = textArg(from);
    const instead = textArg(to);
    spendText(
      text.length * (wanted === '' ? instead.length + 1 : 1 + instead.length / wanted.length),
    );
    return replaced(text, [wanted, instead], countArg(count, -1));
  }),
  removeprefix: taking(['prefix'], (text, [prefix]) =>
    text.startsWith(textArg(prefix)) ? text.slice(textArg(prefix).length) : text,
  ),
  removesuffix: taking(['suffix'], (text, [suffix]) =>
    text.endsWith(textArg(suffix)) ? text.slice(0, text.length - textArg(suffix).length) : text,
  ),
  startswith: startsOrEnds('startsWith'),
  endswith: startsOrEnds('endsWith'),
  find: find(false),
  rfind: find(true),
  index: index(false),
  rindex: index(true),
  count: taking(['sub', 'start', 'end'], (text, [wanted, start, end]) => {
    const sought = textArg(wanted);
    const within = between(text, start, end);
    return BigInt(sought === '' ? signsOf(within).length + 1 : within.split(sought).length - 1);
  }),
  join,
  center: pad('c'),
  ljust: pad('l'),
  rjust: pad('r'),
  zfill,
  translate: taking(['table'], (text, [table]) => {
    if (!(table instanceof Dict)) throw new TemplateError('translate wants a dictionary');
    const signs = Array.from(text, (sign) => translated(sign, table.get(codeOf(sign))));
    spendText(signs.reduce((sum, sign) => sum + sign.length, 0));
    return signs.join('');
  }),
  maketrans: (_, { placed }) => transTable(placed),
  expandtabs: taking(['tabsize'], (text, [size]) =>
    expandTabs(text, Math.min(1000, countArg(size, 8))),
  ),
  isdigit: matching(/^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2089]+$/u),
  isdecimal: matching(/^\p{Nd}+$/u),
  isnumeric: matching(/^\p{N}+$/u),
  isalpha: matching(/^\p{L}+$/u),
  isalnum: matching(/^[\p{L}\p{N}]+$/u),
  isspace: matching(new RegExp(`^[${SPACE}]+$`)),
  isprintable: matching(/^(?:[^\p{C}\p{Z}]| )*$/u),
  isascii: matching(/^[\0-\x7f]*$/),
  isidentifier: matching(/^[\p{L}_][\p{L}\p{N}_]*$/u),
  isupper: taking([], (text) => isCased(text, (all) => all.toUpperCase())),
  islower: taking([], (text) => isCased(text, (all) => all.toLowerCase())),
  istitle: taking([], (text) => isCased(text, titled)),
};

const codeOf = (sign: string): bigint => BigInt(sign.codePointAt(0) ?? 0);

const translated = (sign: string, to: Value | undefined): string => {
  if (to === undefined) return sign;
  if (to === null) return '';
  if (typeof to === 'bigint' && to >= 0n && to < 0x110000n) return String.fromCodePoint(Number(to));
  return textArg(to);
};

/** What `translate` takes: codes of signs, and what comes in their place. */
const transTable = ([from, to, gone]: readonly Value[]): Dict => {
  if (from instanceof Dict && to === undefined)
    return Dict.of(
      from.entries().map(([key, value]) => [isText(key) ? codeOf(textOf(key)) : key, value]),
    );
  const [signs, others] = [Array.from(textArg(from)), Array.from(textArg(to))];
  if (signs.length !== others.length)
    throw new TemplateError('the first two maketrans arguments must have equal length');
  return Dict.of([
    ...signs.map((sign, i) => [codeOf(sign), codeOf(others[i]!)] as const),
    ...Array.from(textArg(gone, ''), (sign) => [codeOf(sign), null] as const),
  ]);
};

const optional = (chars: Value | undefined): string | undefined =>
  chars === undefined || chars === null ? undefined : textArg(chars);

/** `format` and `format_map`, which read members of what they are given. */
export const formatWith = (
  member: (of: Value, name: string, isItem: boolean) => Value,
): Readonly<Record<string, Method<string>>> => ({
  format: (text, { placed, named }) =>
    formatText(text, {
      find: (name) => {
        const found = /^\d+$/.test(name) ? placed[Number(name)] : named.get(name);
        if (found !== undefined) return found;
        throw new TemplateError(
          /^\d+$/.test(name)
            ? `Replacement index ${name} out of range for positional args tuple`
            : pyRepr(name),
        );
      },
      member,
      repr: pyRepr,
    }),
  format_map: taking(['mapping'], (text, [mapping]) =>
    formatText(text, {
      find: (name) => {
        const found = mapping instanceof Dict ? mapping.get(name) : undefined;
        if (found === undefined) throw new TemplateError(pyRepr(name));
        return found;
      },
      member,
      repr: pyRepr,
    }),
  ),
});
