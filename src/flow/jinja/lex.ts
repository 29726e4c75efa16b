import { pyRepr } from '#flow/jinja/print.ts';
import { TemplateError } from '#flow/jinja/values.ts';

/** One word of a template. Outside of tags there is nothing but `text`. */
export interface Token {
  readonly kind:
    | 'text'
    | 'open'
    | 'close'
    | 'name'
    | 'string'
    | 'int'
    | 'float'
    | 'sign'
    | 'end'
    /** No word at all. */
    | 'bad';
  /** Of `open` and `close` which tag: `{{` or `{%`; of `bad` what is wrong. */
  readonly text: string;
  readonly line: number;
}

const CLOSES: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' };

const WORD =
  /(\s+)|([\p{XID_Start}_]\p{XID_Continue}*)|((?<!\.)\d(?:_?\d)*(?:\.\d(?:_?\d)*(?:e[+-]?\d(?:_?\d)*)?|e[+-]?\d(?:_?\d)*))|(0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*)|('(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*")|(\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;])/iuy;
/** Of its groups, in their order. Named ones would be an object for every word. */
const KINDS = ['space', 'name', 'float', 'int', 'string', 'sign'] as const;

/** Ends with `end`, or with `bad` where a tag does not end, or holds what is no word. */
export const lex = (given: string): Token[] => new Lexer(given).all();

/** Where nothing can be read any more. */
class BadWordError extends Error {}

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  /** Whether the last tag took the white space behind it. */
  #trims = false;

  constructor(given: string) {
    const source = given.replace(/\r\n?/g, '\n');
    // As Jinja does, one line's end at the very end is left out.
    this.#source = source.endsWith('\n') ? source.slice(0, -1) : source;
  }

  all(): Token[] {
    try {
      this.#read();
    } catch (thrown) {
      if (!(thrown instanceof BadWordError)) throw thrown;
      this.#push('bad', thrown.message);
    }
    return this.#tokens;
  }

  #read(): void {
    const opening = /\{[{%#]/g;
    for (;;) {
      opening.lastIndex = this.#at;
      const found = opening.exec(this.#source);
      if (!found) break;
      const sign = this.#source[found.index + 2] ?? '';
      this.#text(this.#source.slice(this.#at, found.index), sign === '-');
      this.#at = found.index + 2 + (sign === '-' || sign === '+' ? 1 : 0);
      if (found[0] === '{#') this.#comment();
      else if (found[0] === '{%' && this.#raw()) continue;
      else this.#tag(found[0]);
    }
    this.#text(this.#source.slice(this.#at), false);
    this.#push('end', '');
  }

  #push(kind: Token['kind'], text: string): void {
    this.#tokens.push({ kind, text, line: this.#line });
  }

  #text(found: string, isTrimmed: boolean): void {
    const left = this.#trims ? found.trimStart() : found;
    this.#trims = false;
    const text = isTrimmed ? left.trimEnd() : left;
    if (text !== '') this.#push('text', text);
    this.#count(found);
  }

  #count(text: string): void {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#line++;
  }

  #comment(): void {
    const end = this.#source.indexOf('#}', this.#at);
    if (end < 0) throw new BadWordError('Missing end of comment tag');
    this.#count(this.#source.slice(this.#at, end));
    this.#trims = end > this.#at && this.#source[end - 1] === '-';
    this.#at = end + 2;
  }

  /** Whether a raw block began here, and was read. */
  #raw(): boolean {
    const begin = /\s*raw\s*(-?)%\}/y;
    begin.lastIndex = this.#at;
    const begun = begin.exec(this.#source);
    if (!begun) return false;
    const from = begin.lastIndex;
    const ending = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
    ending.lastIndex = from;
    const ended = ending.exec(this.#source);
    if (!ended) throw new BadWordError('Missing end of raw directive');
    this.#trims = begun[1] === '-';
    this.#text(this.#source.slice(from, ended.index), ended[1] === '-');
    this.#trims = ended[2] === '-';
    this.#at = ending.lastIndex;
    return true;
  }

  #tag(open: string): void {
    this.#push('open', open);
    const close = CLOSES[open]!;
    const braces: string[] = [];
    for (;;) {
      if (braces.length === 0 && this.#ends(close)) return;
      WORD.lastIndex = this.#at;
      const found = WORD.exec(this.#source);
      if (!found) return this.#refuse();
      this.#at = WORD.lastIndex;
      const [text] = found;
      const kind = KINDS[found.indexOf(text, 1) - 1]!;
      if (kind === 'sign') balance(braces, text);
      if (kind !== 'space') this.#push(kind, text);
      this.#count(text);
    }
  }

  #ends(close: string): boolean {
    const found = this.#source[this.#at];
    const sign = found === '-' || found === '+' ? found : '';
    if (!this.#source.startsWith(close, this.#at + sign.length)) return false;
    this.#push('close', close);
    this.#at += sign.length + 2;
    this.#trims = sign === '-';
    return true;
  }

  #refuse(): never {
    const code = this.#source.codePointAt(this.#at);
    if (code !== undefined) {
      const place = Array.from(this.#source.slice(0, this.#at)).length;
      const sign = pyRepr(String.fromCodePoint(code));
      throw new BadWordError(`unexpected char ${sign} at ${place}`);
    }
    this.#push('end', '');
    throw new BadWordError('the template has ended');
  }
}

const PAIRS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Keeps what is open: a closing brace within a dictionary ends no tag. */
const balance = (braces: string[], sign: string): void => {
  if (Object.values(PAIRS).includes(sign)) braces.push(sign);
  const open = PAIRS[sign];
  if (open === undefined) return;
  const last = braces.pop();
  if (last === undefined) throw new BadWordError(`unexpected '${sign}'`);
  if (last !== open) throw new BadWordError(`unexpected '${sign}', expected '${CLOSING[last]}'`);
};

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
};

const ESCAPE =
  /\\(?:x(?<byte>[\da-fA-F]{2})|u(?<short>[\da-fA-F]{4})|U(?<long>[\da-fA-F]{8})|(?<octal>[0-7]{1,3})|(?<other>[^]))/g;

/** What a text in quotes says, with Python's escapes. */
export const unquoted = (literal: string): string =>
  literal.slice(1, -1).replace(ESCAPE, (whole, ...found: unknown[]) => {
    const { byte, short, long, octal, other } = found.at(-1) as Readonly<
      Record<string, string | undefined>
    >;
    const hex = byte ?? short ?? long;
    if (hex !== undefined) return signOf(Number.parseInt(hex, 16));
    if (octal !== undefined) return signOf(Number.parseInt(octal, 8));
    if (other === undefined) return whole;
    if ('xuU'.includes(other)) throw new TemplateError(`truncated \\${other} escape`);
    if (other === 'N') throw new TemplateError('\\N is not known here; write the sign itself');
    return /['"\\]/.test(other) ? other : (ESCAPES[other] ?? whole);
  });

const signOf = (code: number): string => {
  if (code > 0x10ffff) throw new TemplateError('illegal Unicode character');
  return String.fromCodePoint(code);
};
