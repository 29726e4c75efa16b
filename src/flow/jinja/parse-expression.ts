import { type Token, unquoted } from '#flow/jinja/lex.ts';
import { type Args, type Expr, NO_ARGS } from '#flow/jinja/syntax.ts';
import { TemplateError, type Value } from '#flow/jinja/values.ts';

/** So deep may brackets stand in each other. */
const DEEPEST = 100;

const CONSTANTS: Readonly<Record<string, Value>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);

const ENDS_OF: Readonly<Record<string, string>> = {
  '}}': 'end of print statement',
  '%}': 'end of statement block',
};

/** How far a list without brackets goes. */
export interface ListRules {
  /** Words that end it. */
  readonly ends?: readonly string[];
  /** Whether `a if b else c` may be one of its items. */
  readonly withChoice?: boolean;
  readonly isInBrackets?: boolean;
}

/** Reads expressions, by Jinja's order of precedence. */
export class ExpressionParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#look();
  }

  /** What is no word is said where it is come to, not before. */
  #look(): void {
    const { kind, text, line } = this.token;
    if (kind === 'bad') throw new TemplateError(text, line);
  }

  get token(): Token {
    return this.#tokens[this.#at]!;
  }

  get place(): number {
    return this.#at;
  }

  /** Names that stand for themselves, from there to here. */
  namesSince(place: number): ReadonlySet<string> {
    const found = this.#tokens
      .slice(place, this.#at)
      .filter(({ kind }, i) => kind === 'name' && this.#tokens[place + i - 1]?.text !== '.');
    return new Set(found.map(({ text }) => text));
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.#at++;
    this.#look();
    return token;
  }

  is(text: string, kind: Token['kind'] = 'sign'): boolean {
    return this.token.kind === kind && this.token.text === text;
  }

  isWord(...words: readonly string[]): boolean {
    return this.token.kind === 'name' && words.includes(this.token.text);
  }

  /** Goes over it where it stands here. */
  skip(text: string, kind: Token['kind'] = 'sign'): boolean {
    const isHere = this.is(text, kind);
    if (isHere) this.next();
    return isHere;
  }

  expect(text: string, kind: Token['kind'] = 'sign'): void {
    if (!this.skip(text, kind)) this.#wanted(kind === 'close' ? ENDS_OF[text]! : text);
  }

  name(): string {
    if (this.token.kind !== 'name') this.#wanted('name');
    return this.next().text;
  }

  #wanted(token: string): never {
    if (this.token.kind === 'end')
      throw new TemplateError(`unexpected end of template, expected '${token}'.`, this.token.line);
    return this.refuse(`expected token '${token}'`);
  }

  refuse(wanted: string): never {
    throw new TemplateError(`${wanted}, got '${this.#described()}'`, this.token.line);
  }

  unexpected(): never {
    throw new TemplateError(`unexpected '${this.#described()}'`, this.token.line);
  }

  /** What stands here, in the words of Jinja. */
  #described(): string {
    const { kind, text } = this.token;
    if (kind === 'close') return ENDS_OF[text]!;
    if (kind === 'end') return 'end of template';
    return kind === 'int' ? 'integer' : kind === 'float' || kind === 'string' ? kind : text;
  }

  expression(): Expr {
    if (++this.#depth > DEEPEST)
      throw new TemplateError('the expression nests too deeply', this.token.line);
    const { line } = this.token;
    let found = this.#or();
    while (this.skip('if', 'name')) {
      const test = this.#or();
      const no = this.skip('else', 'name') ? this.expression() : undefined;
      found = { kind: 'choice', test, yes: found, no, line };
    }
    this.#depth--;
    return found;
  }

  /** One expression, or several with commas between them. */
  list({ ends = [], withChoice = true, isInBrackets = false }: ListRules = {}): Expr {
    const one = (): Expr => (withChoice ? this.expression() : this.#or());
    const items: Expr[] = [];
    let isList = false;
    while (!this.#endsList(ends)) {
      items.push(one());
      if (!this.skip(',')) break;
      isList = true;
    }
    if (isList || (items.length === 0 && isInBrackets)) return { kind: 'tuple', items };
    return items[0] ?? this.refuse('Expected an expression');
  }

  #endsList(ends: readonly string[]): boolean {
    return this.token.kind === 'close' || this.is(')') || this.isWord(...ends);
  }

  #or(): Expr {
    let left = this.#and();
    while (this.skip('or', 'name')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Expr {
    let left = this.#not();
    while (this.skip('and', 'name')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Expr {
    let times = 0;
    while (this.skip('not', 'name')) times++;
    let found = this.#comparison();
    for (; times > 0; times--) found = { kind: 'unary', sign: 'not', of: found };
    return found;
  }

  #comparison(): Expr {
    const first = this.#sum();
    const rest: [string, Expr][] = [];
    for (;;) {
      const sign = this.#comparisonSign();
      if (sign === undefined) break;
      rest.push([sign, this.#sum()]);
    }
    return rest.length === 0 ? first : { kind: 'compare', first, rest };
  }

  #comparisonSign(): string | undefined {
    const { kind, text } = this.token;
    if (kind === 'sign' && COMPARISONS.has(text)) return this.next().text;
    if (this.skip('in', 'name')) return 'in';
    const after = this.#tokens[this.#at + 1];
    if (!this.isWord('not') || after?.kind !== 'name' || after.text !== 'in') return undefined;
    this.next();
    this.next();
    return 'not in';
  }

  #binary(signs: readonly string[], operand: () => Expr): Expr {
    let left = operand();
    while (this.token.kind === 'sign' && signs.includes(this.token.text)) {
      const sign = this.next().text;
      left = { kind: 'binary', sign, left, right: operand() };
    }
    return left;
  }

  #sum(): Expr {
    return this.#binary(['+', '-'], () => this.#concat());
  }

  #concat(): Expr {
    const parts = [this.#product()];
    while (this.skip('~')) parts.push(this.#product());
    return parts.length === 1 ? parts[0]! : { kind: 'concat', parts };
  }

  #product(): Expr {
    return this.#binary(['*', '/', '//', '%'], () => this.#power());
  }

  #power(): Expr {
    let left = this.#unary(true);
    while (this.skip('**')) left = raised(left, this.#unary(true));
    return left;
  }

  #unary(withFilters: boolean): Expr {
    const signs: ('-' | '+')[] = [];
    while (this.is('-') || this.is('+')) signs.push(this.next().text as '-' | '+');
    let found = this.#postfix(this.#primary());
    // The innermost sign binds first; filters come behind the outermost.
    for (const sign of signs.toReversed())
      found = this.#postfix({ kind: 'unary', sign, of: found });
    return withFilters ? this.#filters(found) : found;
  }

  #primary(): Expr {
    const { kind, text } = this.token;
    if (kind === 'name') {
      this.next();
      return Object.hasOwn(CONSTANTS, text)
        ? { kind: 'const', value: CONSTANTS[text]! }
        : { kind: 'name', name: text };
    }
    if (kind === 'string') {
      let joined = '';
      while (this.token.kind === 'string') joined += unquoted(this.next().text);
      return { kind: 'const', value: joined };
    }
    if (kind === 'int')
      return { kind: 'const', value: BigInt(this.next().text.replaceAll('_', '')) };
    if (kind === 'float')
      return { kind: 'const', value: Number(this.next().text.replaceAll('_', '')) };
    if (this.skip('(')) {
      const found = this.list({ isInBrackets: true });
      this.expect(')');
      return found;
    }
    if (this.skip('[')) return { kind: 'list', items: this.#until(']', () => this.expression()) };
    if (this.skip('{')) return { kind: 'dict', entries: this.#until('}', () => this.#entry()) };
    return this.unexpected();
  }

  #entry(): readonly [Expr, Expr] {
    const key = this.expression();
    this.expect(':');
    return [key, this.expression()];
  }

  /** With commas between, one more at the end being allowed. */
  #until<Item>(end: string, one: () => Item): Item[] {
    const items: Item[] = [];
    while (!this.skip(end)) {
      if (items.length > 0) this.expect(',');
      if (this.skip(end)) break;
      items.push(one());
    }
    return items;
  }

  #postfix(start: Expr): Expr {
    let found = start;
    for (;;) {
      if (this.skip('.')) found = this.#member(found);
      else if (this.skip('[')) found = this.#subscript(found);
      else if (this.is('(')) found = { kind: 'call', callee: found, args: this.args() };
      else return found;
    }
  }

  #member(of: Expr): Expr {
    if (this.token.kind === 'int')
      return { kind: 'item', of, key: { kind: 'const', value: BigInt(this.next().text) } };
    return { kind: 'attribute', of, name: this.name() };
  }

  #subscript(of: Expr): Expr {
    const parts: Expr[] = [];
    let bounds: (Expr | undefined)[] | undefined;
    do {
      if (this.is(']')) break;
      bounds = [];
      do bounds.push(this.is(':') || this.is(']') || this.is(',') ? undefined : this.expression());
      while (this.skip(':') && bounds.length < 3);
      if (bounds.length === 1) parts.push(bounds[0] ?? this.refuse('expected an expression'));
    } while (this.skip(','));
    this.expect(']');
    if (bounds && bounds.length > 1) {
      if (parts.length > 0) this.refuse('a slice stands alone');
      return { kind: 'slice', of, bounds };
    }
    const [only] = parts;
    if (only === undefined) this.refuse('expected an expression');
    return { kind: 'item', of, key: parts.length === 1 ? only : { kind: 'tuple', items: parts } };
  }

  #filters(start: Expr): Expr {
    let found = start;
    for (;;) {
      if (this.skip('|')) found = this.filter(found);
      else if (this.isWord('is')) found = this.#test(found);
      else if (this.is('(')) found = { kind: 'call', callee: found, args: this.args() };
      else return found;
    }
  }

  /** A filter's name, with its arguments; the bar has been read. */
  filter(of?: Expr): Expr {
    let name = this.name();
    while (this.skip('.')) name += `.${this.name()}`;
    const args = this.is('(') ? this.args() : NO_ARGS;
    return { kind: 'filter', name, ...(of && { of }), args };
  }

  #test(of: Expr): Expr {
    this.next();
    const isNot = this.skip('not', 'name');
    let name = this.name();
    while (this.skip('.')) name += `.${this.name()}`;
    const found: Expr = { kind: 'test', name, of, args: this.#testArgs() };
    return isNot ? { kind: 'unary', sign: 'not', of: found } : found;
  }

  #testArgs(): Args {
    if (this.is('(')) return this.args();
    const { kind, line } = this.token;
    if (this.isWord('is')) throw new TemplateError('You cannot chain multiple tests with is', line);
    const isOperand =
      (kind === 'name' && !this.isWord('else', 'or', 'and')) ||
      kind === 'string' ||
      kind === 'int' ||
      kind === 'float' ||
      this.is('[') ||
      this.is('{');
    return isOperand ? { placed: [this.#postfix(this.#primary())], named: [] } : NO_ARGS;
  }

  args(): Args {
    this.expect('(');
    const placed: Expr[] = [];
    const named: [string, Expr][] = [];
    let spread: Expr | undefined;
    let spreadNamed: Expr | undefined;
    this.#until(')', () => {
      const after = this.#tokens[this.#at + 1];
      if (this.skip('*')) spread = this.expression();
      else if (this.skip('**')) spreadNamed = this.expression();
      else if (this.token.kind === 'name' && after?.kind === 'sign' && after.text === '=') {
        const { line } = this.token;
        const name = this.name();
        if (named.some(([other]) => other === name))
          throw new TemplateError(`keyword argument repeated: ${name}`, line);
        this.next();
        named.push([name, this.expression()]);
      } else if (named.length > 0) this.refuse('expected an argument by name');
      else placed.push(this.expression());
    });
    return { placed, named, ...(spread && { spread }), ...(spreadNamed && { spreadNamed }) };
  }
}

/** Jinja writes a number with its sign down for Python, which raises first: `-1 ** n` is -1. */
const raised = (left: Expr, right: Expr): Expr => {
  const isSigned = left.kind === 'unary' && left.sign === '-' && left.of.kind === 'const';
  if (!isSigned || isConstant(right)) return { kind: 'binary', sign: '**', left, right };
  return { ...left, of: { kind: 'binary', sign: '**', left: left.of, right } };
};

const isConstant = (expr: Expr): boolean =>
  expr.kind === 'const' || (expr.kind === 'unary' && isConstant(expr.of));
