import { escapedAll } from '#flow/jinja/markup.ts';
import { spend, spendText } from '#flow/jinja/fuel.ts';
import { canLoop, isNumber } from '#flow/jinja/compare.ts';
import { dictOf } from '#flow/jinja/container-methods.ts';
import { escaped } from '#flow/jinja/escape.ts';
import { type Filter, filter } from '#flow/jinja/filter.ts';
import { countArg, textArg } from '#flow/jinja/method.ts';
import { floatOf } from '#flow/jinja/numbers.ts';
import { pyRepr, pyText } from '#flow/jinja/print.ts';
import { printf } from '#flow/jinja/printf.ts';
import {
  capitalized,
  linesOf,
  padded,
  replaced,
  stripped,
  wordsOf,
} from '#flow/jinja/text-methods.ts';
import {
  Dict,
  isText,
  isTrue,
  itemsOf,
  lengthOf,
  Markup,
  Missing,
  signsOf,
  TemplateError,
  Tuple,
  typeName,
  unpacked,
  type Value,
} from '#flow/jinja/values.ts';
import { wrapped } from '#flow/jinja/word-wrap.ts';

const truncate = filter(
  ['length', 'killwords', 'end', 'leeway'],
  (value, [length, kills = false, end, leeway]) => {
    const tail = textArg(end, '...');
    const most = countArg(length, 255);
    const slack = countArg(leeway, 5);
    const room = most - signsOf(tail).length;
    if (room < 0)
      throw new TemplateError(`expected length >= ${signsOf(tail).length}, got ${most}`);
    if (slack < 0) throw new TemplateError(`expected leeway >= 0, got ${slack}`);
    if (lengthOf(value) <= most + slack) return value;
    if (!isText(value)) throw new TemplateError(`a ${typeName(value)} is not to be cut`);
    const signs = Array.from(signsOf(pyText(value)));
    const cut = signs.slice(0, room).join('');
    const space = cut.lastIndexOf(' ');
    return (isTrue(kills) || space < 0 ? cut : cut.slice(0, space)) + tail;
  },
);

/** A text that has lines; throws for what is none. */
const lined = (value: Value): string => {
  if (isText(value)) return pyText(value);
  throw new TemplateError(
    value instanceof Missing
      ? value.why
      : `'${typeName(value)}' object has no attribute 'splitlines'`,
  );
};

/** What `indent` adds a line's end to first. */
const linedAnew = (value: Value): string => {
  if (isText(value) || value instanceof Missing || Array.isArray(value)) return lined(value);
  throw new TemplateError(
    value instanceof Tuple
      ? 'can only concatenate tuple (not "str") to tuple'
      : `unsupported operand type(s) for +=: '${typeName(value)}' and 'str'`,
  );
};

const indent = filter(
  ['width', 'first', 'blank'],
  (value, [width, first = false, blank = false]) => {
    const pad =
      width !== undefined && isText(width)
        ? pyText(width)
        : ' '.repeat(Math.max(0, Math.min(10_000, countArg(width, 4))));
    const [head = '', ...rest] = linesOf(`${linedAnew(value)}\n`);
    spendText(pad.length * (rest.length + 1));
    const lines = rest.map((line) => (line !== '' || isTrue(blank) ? pad + line : line));
    return (isTrue(first) ? pad : '') + [head, ...lines].join('\n');
  },
);

const quoted = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const urlencode: Filter = (value) => {
  if (isText(value) || !canLoop(value)) return quoted(pyText(value)).replaceAll('%2F', '/');
  const plus = (item: Value): string => quoted(pyText(item)).replaceAll('%20', '+');
  const pairs =
    value instanceof Dict ? value.entries() : itemsOf(value).map((item) => unpacked(item, 2));
  return pairs.map(([key = null, item = null]) => `${plus(key)}=${plus(item)}`).join('&');
};

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  hellip: '…',
  ndash: '–',
  mdash: '—',
};

const ENTITY = /&(?:#(?<decimal>\d{1,7})|#x(?<hex>[\da-f]{1,6})|(?<name>\w{1,10}));/gi;

/** Without what stands from an `open` to the next `close`. */
const without = (text: string, open: string, close: string): string => {
  let kept = '';
  let from = 0;
  for (;;) {
    const start = text.indexOf(open, from);
    const end = start < 0 ? -1 : text.indexOf(close, start);
    if (end < 0) return kept + text.slice(from);
    kept += text.slice(from, start);
    from = end + close.length;
  }
};

const striptags: Filter = (value) => {
  const bare = without(without(pyText(value), '<!--', '-->'), '<', '>');
  return wordsOf(bare)
    .join(' ')
    .replace(ENTITY, (whole, ...found: unknown[]) => {
      const { decimal, hex, name } = found.at(-1) as Readonly<Record<string, string | undefined>>;
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0x10ffff ? whole : String.fromCodePoint(code);
    });
};

const xmlattr = filter(['autospace'], (value, [autospace = true], { escapes }) => {
  const parts: string[] = [];
  for (const [key, item] of dictOf(value).entries()) {
    if (item === null || item instanceof Missing) continue;
    if (!isText(key))
      throw new TemplateError(`expected string or bytes-like object, got '${typeName(key)}'`);
    if (/[\s/>=]/.test(pyText(key)))
      throw new TemplateError(`Invalid character in attribute name: '${pyText(key)}'`);
    parts.push(`${escaped(key).text}="${escaped(item).text}"`);
  }
  const text = parts.join(' ');
  const found = text !== '' && isTrue(autospace) ? ` ${text}` : text;
  return escapes ? new Markup(found) : found;
});

const SIZES = [
  ['kB', 'KiB'],
  ['MB', 'MiB'],
  ['GB', 'GiB'],
  ['TB', 'TiB'],
  ['PB', 'PiB'],
  ['EB', 'EiB'],
  ['ZB', 'ZiB'],
  ['YB', 'YiB'],
] as const;

const filesizeformat = filter(['binary'], (value, [binary = false]) => {
  if (value instanceof Missing) throw new TemplateError(value.why);
  const bytes = isNumber(value)
    ? Number(value)
    : isText(value)
      ? floatOf(pyText(value))
      : undefined;
  if (bytes === undefined)
    throw new TemplateError(
      isText(value)
        ? `could not convert string to float: ${pyRepr(pyText(value))}`
        : `float() argument must be a string or a real number, not '${typeName(value)}'`,
    );
  const base = isTrue(binary) ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const i = SIZES.findIndex((_, at) => bytes < base ** (at + 2));
  const power = i < 0 ? SIZES.length - 1 : i;
  const [decimal, ofTwo] = SIZES[power]!;
  return `${((base * bytes) / base ** (power + 2)).toFixed(1)} ${isTrue(binary) ? ofTwo : decimal}`;
});

const title: Filter = (value) =>
  pyText(value)
    .split(/([-\s({[<]+)/)
    .filter((part) => part !== '')
    .map((part) => {
      const [first = '', ...rest] = part;
      return first.toUpperCase() + rest.join('').toLowerCase();
    })
    .join('');

/** What Jinja does with texts. */
export const TEXT_FILTERS: Readonly<Record<string, Filter>> = {
  truncate,
  indent,
  urlencode,
  striptags,
  xmlattr,
  filesizeformat,
  title,
  string: (value) => (value instanceof Markup ? value : pyText(value)),
  safe: (value) => new Markup(pyText(value)),
  escape: escaped,
  e: escaped,
  forceescape: (value) => escaped(pyText(value)),
  upper: (value) => pyText(value).toUpperCase(),
  lower: (value) => pyText(value).toLowerCase(),
  capitalize: (value) => capitalized(pyText(value)),
  trim: filter(['chars'], (value, [chars]) =>
    stripped(pyText(value), chars === undefined || chars === null ? undefined : textArg(chars)),
  ),
  replace: filter(['old', 'new', 'count'], (value, [from = '', to = '', count]) => {
    const [text, wanted, instead] = [pyText(value), pyText(from), pyText(to)];
    spendText(text.length * (1 + instead.length / Math.max(1, wanted.length)));
    return replaced(text, [wanted, instead], countArg(count, -1));
  }),
  center: filter(['width'], (value, [width]) => {
    const wide = countArg(width, 80);
    spendText(Math.max(0, wide));
    return padded(pyText(value), { width: wide, side: 'c' });
  }),
  wordcount: (value) => {
    const count = pyText(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;
    spend(count);
    return BigInt(count);
  },
  wordwrap: filter(
    ['width', 'break_long_words', 'wrapstring', 'break_on_hyphens'],
    (value, [width, breaks = true, between, hyphens = true]) => {
      const most = countArg(width, 79);
      const how = { most, breaksWords: isTrue(breaks), breaksHyphens: isTrue(hyphens) };
      const glue = between === undefined || between === null ? '\n' : pyText(between);
      return linesOf(lined(value))
        .map((line) => {
          if (most <= 0) throw new TemplateError(`invalid width ${most} (must be > 0)`);
          return wrapped(line, how).join(glue);
        })
        .join(glue);
    },
  ),
  format: (value, given) => {
    const all = value instanceof Markup ? escapedAll(given) : given;
    const values = all.named.size > 0 ? Dict.of(all.named) : new Tuple(all.placed);
    const text = printf(pyText(value), values);
    return value instanceof Markup ? new Markup(text) : text;
  },
};
