import type { Json } from '#core/json.ts';

/** A scalar as YAML 1.1 understands it. `float` tells 1.0 from 1, which JSON cannot. */
export interface ScalarValue {
  readonly kind: 'null' | 'bool' | 'int' | 'float' | 'timestamp' | 'str';
  readonly value: Json;
}

// The patterns of YAML 1.1's type repository as PyYAML's resolver narrows them: no y/n, a float
// needs a dot, an exponent needs a sign, sexagesimal numbers do not begin with 0.
const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const TRUE = /^(?:yes|true|on)$/i;
const NULL = /^(?:~|null|Null|NULL|)$/;
const INT =
  /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$/;
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;
const TIMESTAMP =
  /^[0-9]{4}-(?:[0-9]{2}-[0-9]{2}|[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$/;

/** An unquoted scalar, resolved. A date stays the text it is: JSON has none. */
export const resolvePlain = (text: string): ScalarValue => {
  if (NULL.test(text)) return { kind: 'null', value: null };
  if (BOOL.test(text)) return { kind: 'bool', value: TRUE.test(text) };
  if (INT.test(text)) {
    const value = integer(text);
    // `0x_` has the shape of a number and no digits.
    if (!Number.isNaN(value)) return { kind: 'int', value };
  }
  if (FLOAT.test(text)) return { kind: 'float', value: float(text) };
  if (INFINITE.test(text)) return { kind: 'float', value: text[0] === '-' ? -Infinity : Infinity };
  if (NOT_A_NUMBER.test(text)) return { kind: 'float', value: Number.NaN };
  return { kind: TIMESTAMP.test(text) ? 'timestamp' : 'str', value: text };
};

/** A scalar with an explicit tag (`!!int "0x10"`); undefined when the text does not fit the tag. */
export const resolveTagged = (text: string, type: string): ScalarValue | undefined => {
  if (type === 'str' || type === 'binary' || type === 'timestamp')
    return { kind: 'str', value: text };
  if (type === 'null') return { kind: 'null', value: null };
  const found = resolvePlain(text);
  if (type === 'float' && found.kind === 'int') return { kind: 'float', value: found.value };
  return type === found.kind ? found : undefined;
};

const sign = (digits: string): number => (digits.startsWith('-') ? -1 : 1);

/** The lookup adds 0 so that `-0` is 0, as it is for Python's integers. */
const integer = (text: string): number => {
  const digits = text.replaceAll('_', '');
  const body = digits.replace(/^[-+]/, '');
  return sign(digits) * magnitude(body) + 0;
};

const magnitude = (body: string): number => {
  if (body.startsWith('0b')) return Number.parseInt(body.slice(2), 2);
  if (body.startsWith('0x')) return Number.parseInt(body.slice(2), 16);
  if (body.startsWith('0')) return Number.parseInt(body, 8);
  return body.includes(':') ? sexagesimal(body) : Number(body);
};

const float = (text: string): number => {
  const digits = text.replaceAll('_', '');
  const body = digits.replace(/^[-+]/, '');
  return sign(digits) * (body.includes(':') ? sexagesimal(body) : Number(body));
};

const sexagesimal = (body: string): number =>
  body.split(':').reduce((total, part) => total * 60 + Number(part), 0);
