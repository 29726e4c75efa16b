import { spendText } from '#flow/jinja/fuel.ts';
import { asNumber, isNumber } from '#flow/jinja/compare.ts';
import { fixed, general, scientific } from '#flow/jinja/decimals.ts';
import { pyFloat, pyText } from '#flow/jinja/print.ts';
import { isText, signsOf, TemplateError, typeName, type Value } from '#flow/jinja/values.ts';

const SPEC =
  /^(?:(?<fill>[^])?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<other>#)?(?<zero>0)?(?<width>\d{1,6})?(?<group>[,_])?(?:\.(?<digits>\d{1,6}))?(?<kind>[a-zA-Z%])?$/u;

type Spec = Readonly<Record<string, string | undefined>>;

/** Python's `format(value, spec)`. Throws what Python says. */
const formatted = (value: Value, given: string): string => {
  if (given === '') return pyText(value);
  const spec = SPEC.exec(given)?.groups as Spec | undefined;
  if (!spec) throw new TemplateError(`Invalid format specifier '${given}'`);
  spendText(Number(spec['width'] ?? 0) + Number(spec['digits'] ?? 0));
  if (isNumber(value)) return number(asNumber(value), spec);
  if (!isText(value))
    throw new TemplateError(`unsupported format string passed to ${typeName(value)}.__format__`);
  const { kind = 's', digits, sign, align, group, other, zero } = spec;
  if (kind !== 's')
    throw new TemplateError(
      `Unknown format code '${kind}' for object of type '${typeName(value)}'`,
    );
  if (sign !== undefined) throw new TemplateError('Sign not allowed in string format specifier');
  if (align === '=')
    throw new TemplateError("'=' alignment not allowed in string format specifier");
  if (other !== undefined)
    throw new TemplateError('Alternate form (#) not allowed in string format specifier');
  if (group !== undefined) throw new TemplateError(`Cannot specify '${group}' with 's'.`);
  const text = pyText(value);
  const cut =
    digits === undefined ? text : Array.from(signsOf(text)).slice(0, Number(digits)).join('');
  return placed(
    cut,
    { ...spec, align: align ?? '<', ...(zero && { fill: spec['fill'] ?? '0' }) },
    '<',
  );
};

const placed = (text: string, spec: Spec, usual: string): string => {
  const { zero, width, align = zero ? '=' : usual } = spec;
  const fill = spec['fill'] ?? (zero ? '0' : ' ');
  const room = Number(width ?? 0) - signsOf(text).length;
  if (room <= 0) return text;
  if (align === '<') return text + fill.repeat(room);
  if (align === '>') return fill.repeat(room) + text;
  if (align === '^') {
    const left = Math.floor(room / 2);
    return fill.repeat(left) + text + fill.repeat(room - left);
  }
  const sign = /^[-+ ]?(?:0[xob])?/i.exec(text)?.[0] ?? '';
  return sign + fill.repeat(room) + text.slice(sign.length);
};

const number = (value: number | bigint, spec: Spec): string => {
  const { kind, sign = '-' } = spec;
  const isFloat = typeof value === 'number' || (kind !== undefined && 'eEfFgG%'.includes(kind));
  const plain = isFloat ? floatText(Number(value), spec) : wholeText(value, spec);
  const isBelow = plain.startsWith('-');
  const size = grouped(isBelow ? plain.slice(1) : plain, spec);
  const front = isBelow ? '-' : sign === '-' ? '' : sign;
  return placed(front + size, spec, '>');
};

const BASES: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16, d: 10, n: 10 };

const wholeText = (value: bigint, { kind = 'd', other, digits: exact }: Spec): string => {
  if (exact !== undefined)
    throw new TemplateError('Precision not allowed in integer format specifier');
  if (kind === 'c') {
    if (value >= 0n && value <= 0x10ffff) return String.fromCodePoint(Number(value));
    throw new TemplateError('%c arg not in range(0x110000)');
  }
  const base = BASES[kind];
  if (base === undefined)
    throw new TemplateError(`Unknown format code '${kind}' for object of type 'int'`);
  const digits = (value < 0n ? -value : value).toString(base);
  const prefix = other && base !== 10 ? `0${kind.toLowerCase()}` : '';
  const text = `${value < 0n ? '-' : ''}${prefix}${digits}`;
  return kind === 'X' ? text.toUpperCase() : text;
};

const floatText = (value: number, { kind, digits }: Spec): string => {
  const exact = digits === undefined ? 6 : Number(digits);
  switch (kind) {
    case undefined:
      return digits === undefined ? pyFloat(value) : withPoint(general(value, exact, exact - 1));
    case '%':
      return `${fixed(value * 100, exact)}%`;
    case 'f':
    case 'F':
      return kind === 'f' ? fixed(value, exact) : fixed(value, exact).toUpperCase();
    case 'e':
    case 'E':
      return kind === 'e' ? scientific(value, exact) : scientific(value, exact).toUpperCase();
    case 'g':
    case 'G':
    case 'n':
      return kind === 'G' ? general(value, exact).toUpperCase() : general(value, exact);
    default:
      throw new TemplateError(`Unknown format code '${kind}' for object of type 'float'`);
  }
};

/** Without a kind a float stays one to see. */
const withPoint = (text: string): string => (/[.en]/.test(text) ? text : `${text}.0`);

const grouped = (text: string, { group, kind }: Spec): string => {
  if (group === undefined) return text;
  const [, whole = '', rest = ''] = /^((?:0[xob])?[\da-f]+)([^]*)$/i.exec(text) ?? [];
  const every = kind !== undefined && 'boxX'.includes(kind) ? 4 : 3;
  return whole.replace(new RegExp(`\\B(?=(?:[\\da-f]{${every}})+$)`, 'gi'), group) + rest;
};

/** Where a value goes into a text: a field's name, how it is converted, its spec. */
const FIELD =
  /\{\{|\}\}|\{(?<name>[^{}!:]*)(?:!(?<conversion>[rsa]))?(?::(?<spec>(?:[^{}]|\{[^{}]*\})*))?\}|[{}]/g;

export interface Fields {
  /** What stands at a number or a name. */
  readonly find: (name: string) => Value;
  readonly member: (of: Value, name: string, isItem: boolean) => Value;
  readonly repr: (value: Value) => string;
}

/** Python's `text.format(…)`. */
export const formatText = (pattern: string, fields: Fields): string => {
  let next = 0;
  const named = (name: string): Value => {
    const [first = '', ...rest] = name.split(/(?=[.[])/);
    let found = fields.find(first === '' ? String(next++) : first);
    for (const part of rest) {
      const isItem = part.startsWith('[');
      found = fields.member(found, isItem ? part.slice(1, -1) : part.slice(1), isItem);
    }
    return found;
  };
  return pattern.replace(FIELD, (whole, ...found: unknown[]) => {
    const { name, conversion, spec = '' } = found.at(-1) as Spec;
    if (whole === '{{' || whole === '}}') return whole[0]!;
    if (name === undefined)
      throw new TemplateError(`Single '${whole}' encountered in format string`);
    const value = named(name.trim());
    const exact = spec.replace(/\{([^{}]*)\}/g, (_whole: string, inner: string) =>
      pyText(named(inner)),
    );
    const shown = conversion === undefined || conversion === 's' ? value : fields.repr(value);
    return formatted(conversion === 's' ? pyText(value) : shown, exact);
  });
};
