import { isObject, type Json, type JsonObject } from '#core/json.ts';
import { pythonText } from '#flow/python-text.ts';

/** A filter of Jinja's that the template machine lacks, or has with fewer arguments. */
export type Filter = (value: Json, given: readonly Json[]) => Json | undefined;

/** Arguments by place or by name: what is named comes last, as one map. */
const argumentsOf = <Names extends readonly string[]>(
  given: readonly Json[],
  names: Names,
): Partial<Record<Names[number], Json>> => {
  const last = given.at(-1);
  const named: JsonObject =
    isObject(last) && Object.keys(last).every((key) => names.includes(key)) ? last : {};
  const placed = named === last ? given.slice(0, -1) : given;
  const found: Record<string, Json> = {};
  for (const [i, name] of names.entries()) {
    const value = placed[i] ?? named[name];
    if (value !== undefined) found[name] = value;
  }
  return found as Partial<Record<Names[number], Json>>;
};

const numberOf = (value: Json | undefined, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : otherwise;

const TRUNCATE = ['length', 'killwords', 'end', 'leeway'] as const;

const truncate: Filter = (value, given) => {
  const text = pythonText(value);
  const { length, killwords, end = '...', leeway } = argumentsOf(given, TRUNCATE);
  const most = Math.max(0, numberOf(length, 255));
  const tail = pythonText(end);
  const signs = Array.from(text);
  if (signs.length <= most + numberOf(leeway, 5)) return text;
  const cut = signs.slice(0, Math.max(0, most - tail.length)).join('');
  const space = cut.lastIndexOf(' ');
  return (killwords === true || space < 0 ? cut : cut.slice(0, space)) + tail;
};

const sum: Filter = (value, given) => {
  const { attribute, start } = argumentsOf(given, ['attribute', 'start'] as const);
  const items = Array.isArray(value) ? value : [];
  return items.reduce<number>(
    (total, item) => {
      const found = typeof attribute === 'string' && isObject(item) ? item[attribute] : item;
      return total + numberOf(found, 0);
    },
    numberOf(start, 0),
  );
};

const int: Filter = (value, given) => {
  const { default: otherwise } = argumentsOf(given, ['default', 'base'] as const);
  const number =
    typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value ?? Number.NaN);
  return Number.isFinite(number) ? Math.trunc(number) : numberOf(otherwise, 0);
};

const indent: Filter = (value, given) => {
  const { width, first, blank } = argumentsOf(given, ['width', 'first', 'blank'] as const);
  const pad = typeof width === 'string' ? width : ' '.repeat(Math.min(200, numberOf(width, 4)));
  return pythonText(value)
    .split('\n')
    .map((line, i) => {
      const isIndented = i === 0 ? first === true : line !== '' || blank === true;
      return isIndented ? pad + line : line;
    })
    .join('\n');
};

const center: Filter = (value, given) => {
  const text = pythonText(value);
  const room = Math.min(10_000, numberOf(given[0], 80)) - Array.from(text).length;
  if (room <= 0) return text;
  const left = Math.floor(room / 2);
  return ' '.repeat(left) + text + ' '.repeat(room - left);
};

const wordwrap: Filter = (value, given) => {
  const { width } = argumentsOf(given, ['width'] as const);
  const most = Math.min(10_000, Math.max(1, Math.floor(numberOf(width, 79))));
  return pythonText(value)
    .split('\n')
    .map((line) => wrapped(line, most))
    .join('\n');
};

const wrapped = (line: string, most: number): string => {
  const rows: string[] = [];
  let row = '';
  const words = line
    .split(' ')
    .flatMap((word) => word.match(new RegExp(`.{1,${most}}`, 'gu')) ?? '');
  for (const word of words) {
    if (row !== '' && row.length + 1 + word.length > most) {
      rows.push(row);
      row = word;
    } else row = row === '' ? word : `${row} ${word}`;
  }
  return [...rows, row].join('\n');
};

const quoted = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const urlencode: Filter = (value) => {
  if (!isObject(value)) return quoted(pythonText(value)).replaceAll('%2F', '/');
  const plus = (text: string): string => quoted(text).replaceAll('%20', '+');
  return Object.entries(value)
    .map(([key, item]) => `${plus(key)}=${plus(pythonText(item))}`)
    .join('&');
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

const escape: Filter = (value) =>
  pythonText(value).replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

const PLACE = /\{\{|\}\}|\{(\d*|[a-z_]\w*)(?::([^{}]{0,40}))?\}/gi;

/** Python's `text.format(…)`: places by number, by name, or in turn; of formats those of numbers and widths. */
const format: Filter = (value, given) => {
  const last = given.at(-1);
  const named = isObject(last) ? last : {};
  let next = 0;
  return pythonText(value).replace(PLACE, (whole, place: string | undefined, spec?: string) => {
    if (place === undefined) return whole[0]!;
    const found = /^\d+$/.test(place)
      ? given[Number(place)]
      : place === ''
        ? given[next++]
        : named[place];
    return formatted(found, spec);
  });
};

const SPEC =
  /^(?<align>[<>^])?(?<zero>0)?(?<width>\d{1,3})?(?<group>,)?(?:\.(?<digits>\d{1,2}))?(?<kind>[dfs%])?$/;

const formatted = (value: Json | undefined, spec: string | undefined): string => {
  const { align, zero, width, group, digits, kind } = SPEC.exec(spec ?? '')?.groups ?? {};
  const isNumber = typeof value === 'number';
  let text = pythonText(value);
  if (isNumber && kind === '%') text = `${(value * 100).toFixed(Number(digits ?? 6))}%`;
  else if (isNumber && (digits !== undefined || kind === 'f'))
    text = value.toFixed(Number(digits ?? 6));
  if (group) text = text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
  const room = Number(width ?? 0);
  if (zero) return text.padStart(room, '0');
  if (align === '^') return pythonText(center(text, [room]));
  return (align ?? (isNumber ? '>' : '<')) === '>' ? text.padStart(room) : text.padEnd(room);
};

export const FILTERS: Readonly<Record<string, Filter>> = {
  truncate,
  sum,
  int,
  indent,
  center,
  wordwrap,
  urlencode,
  e: escape,
  escape,
  wordcount: (value) => pythonText(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
  _format: format,
};
