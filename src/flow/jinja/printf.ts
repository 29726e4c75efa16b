import { spendText } from '#flow/jinja/fuel.ts';
import { asNumber, isNumber, textOf } from '#flow/jinja/compare.ts';
import { fixed, general, scientific } from '#flow/jinja/decimals.ts';
import { pyRepr, pyText } from '#flow/jinja/print.ts';
import {
  Dict,
  isText,
  Missing,
  signsOf,
  TemplateError,
  Tuple,
  typeName,
  type Value,
} from '#flow/jinja/values.ts';

const PLACE =
  /%(?:\((?<key>[^()]*)\))?(?<flags>[-+ 0#]*)(?<width>\*|\d{1,6})?(?:\.(?<digits>\*|\d{0,6}))?[hlL]?(?<kind>[^])?/g;

/** Python's `text % values`. Throws what Python says. */
export const printf = (pattern: string, values: Value): string => {
  const items = values instanceof Tuple ? values.items : [values];
  let next = 0;
  const take = (): Value => {
    const found = items[next++];
    if (found === undefined) throw new TemplateError('not enough arguments for format string');
    return found;
  };
  const text = pattern.replace(PLACE, (...found: unknown[]) => {
    const {
      key,
      flags = '',
      width,
      digits,
      kind,
    } = found.at(-1) as Readonly<Record<string, string | undefined>>;
    if (found[0] === '%%') return '%';
    if (kind === undefined) throw new TemplateError('incomplete format');
    const wide = width === '*' ? sizeOf(take()) : Number(width ?? 0);
    const exact =
      digits === '*' ? sizeOf(take()) : digits === undefined ? undefined : Number(digits);
    spendText(wide + (exact ?? 0));
    const value = key === undefined ? take() : member(values, key);
    return aligned(converted(value, { kind, flags, exact }), { kind, flags, wide });
  });
  const isSpent = next >= items.length || values instanceof Dict || Array.isArray(values);
  if (!isSpent) throw new TemplateError('not all arguments converted during string formatting');
  spendText(text.length);
  return text;
};

const sizeOf = (value: Value): number => {
  if (!isNumber(value) || typeof value === 'number') throw new TemplateError('* wants int');
  return Math.min(1_000_000, Math.abs(Number(value)));
};

const member = (values: Value, key: string): Value => {
  if (!(values instanceof Dict)) throw new TemplateError('format requires a mapping');
  const found = values.get(key);
  if (found === undefined) throw new TemplateError(pyRepr(key));
  return found;
};

interface Shape {
  readonly kind: string;
  readonly flags: string;
  readonly wide: number;
}

const aligned = (text: string, { kind, flags, wide }: Shape): string => {
  const room = wide - signsOf(text).length;
  if (room <= 0) return text;
  if (flags.includes('-')) return text + ' '.repeat(room);
  if (!flags.includes('0') || 'src'.includes(kind)) return ' '.repeat(room) + text;
  const sign = /^[-+ ]?(?:0[xo])?/i.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(room) + text.slice(sign.length);
};

interface Conversion {
  readonly kind: string;
  readonly flags: string;
  /** Digits behind the point, or signs of a text. */
  readonly exact: number | undefined;
}

const converted = (value: Value, conversion: Conversion): string => {
  const { kind, flags, exact } = conversion;
  if (kind === 's' || kind === 'r' || kind === 'a') {
    const text = kind === 's' ? pyText(value) : pyRepr(value);
    return exact === undefined ? text : Array.from(signsOf(text)).slice(0, exact).join('');
  }
  if (kind === 'c') return sign(value);
  if (!isNumber(value)) return noNumber(value, kind);
  const number = asNumber(value);
  const plain = 'diuoxX'.includes(kind)
    ? digitsOf(number, conversion)
    : floatText(Number(number), kind, exact ?? 6);
  if (plain.startsWith('-')) return plain;
  return flags.includes('+') ? `+${plain}` : flags.includes(' ') ? ` ${plain}` : plain;
};

const noNumber = (value: Value, kind: string): never => {
  const name = typeName(value);
  if ('oxX'.includes(kind))
    throw new TemplateError(`%${kind} format: an integer is required, not ${name}`);
  if (!'diueEfFgG'.includes(kind)) return unknownKind(kind);
  if (value instanceof Missing) throw new TemplateError(value.why);
  throw new TemplateError(
    'diu'.includes(kind)
      ? `%${kind} format: a real number is required, not ${name}`
      : `must be real number, not ${name}`,
  );
};

const LAST_SIGN = 0x10ffff;

const sign = (value: Value): string => {
  if (typeof value === 'bigint' && value >= 0n && value <= LAST_SIGN)
    return String.fromCodePoint(Number(value));
  if (isText(value) && signsOf(textOf(value)).length === 1) return textOf(value);
  throw new TemplateError('%c requires int or char');
};

const digitsOf = (value: number | bigint, { kind, flags, exact = 1 }: Conversion): string => {
  if (typeof value === 'number' && 'oxX'.includes(kind))
    throw new TemplateError(`%${kind} format: an integer is required, not float`);
  const number = typeof value === 'number' ? BigInt(Math.trunc(value)) : value;
  const base = kind === 'o' ? 8 : kind.toLowerCase() === 'x' ? 16 : 10;
  const digits = (number < 0n ? -number : number).toString(base).padStart(exact, '0');
  const prefix = flags.includes('#') && base !== 10 ? (base === 8 ? '0o' : '0x') : '';
  const text = `${number < 0n ? '-' : ''}${prefix}${digits}`;
  return kind === 'X' ? text.toUpperCase() : text;
};

const floatText = (value: number, kind: string, exact: number): string => {
  const lower = kind.toLowerCase();
  const text =
    lower === 'f'
      ? fixed(value, exact)
      : lower === 'e'
        ? scientific(value, exact)
        : lower === 'g'
          ? general(value, exact)
          : unknownKind(kind);
  return kind === lower ? text : text.toUpperCase();
};

const unknownKind = (kind: string): never => {
  throw new TemplateError(`unsupported format character '${kind}'`);
};
