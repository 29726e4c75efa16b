import { lex } from '#flow/jinja/lex.ts';
import { ExpressionParser } from '#flow/jinja/parse-expression.ts';
import type { Expr, Parameter, Statement, Target } from '#flow/jinja/syntax.ts';
import { TemplateError } from '#flow/jinja/values.ts';

/** So deep may blocks stand in each other. */
const DEEPEST = 100;

const CONSTANTS = new Set(['true', 'false', 'none', 'True', 'False', 'None']);

/** A template as its statements; throws TemplateError for what Jinja would refuse. */
export const parseTemplate = (source: string): readonly Statement[] => {
  const parser = new TemplateParser(lex(source));
  return parser.all();
};

/** A statement without the line it stands in. */
type Bare = Statement extends infer S ? (S extends Statement ? Omit<S, 'line'> : never) : never;

class TemplateParser extends ExpressionParser {
  #blocks = 0;
  /** Tags that would end the blocks that stand open, and those that began them. */
  readonly #ends: (readonly string[])[] = [];
  readonly #open: string[] = [];
  readonly #named = new Set<string>();

  all(): readonly Statement[] {
    return this.#body().body;
  }

  /** Up to a tag that is no statement, whose name has been read; '' at the end of all. */
  #body(...ends: readonly string[]): { body: Statement[]; end: string } {
    if (ends.length > 0) this.#ends.push(ends);
    if (++this.#blocks > DEEPEST)
      throw new TemplateError('the template nests too deeply', this.token.line);
    const body: Statement[] = [];
    for (;;) {
      const { line, kind, text } = this.token;
      if (kind === 'end') {
        if (ends.length > 0) this.#lost(undefined, line);
        return { body, end: '' };
      }
      this.next();
      if (kind === 'text') body.push({ kind: 'text', text, line });
      else if (text === '{{') body.push({ kind: 'print', expr: this.#printed(), line });
      else {
        if (this.isWord(...ends)) {
          this.#blocks--;
          this.#ends.pop();
          return { body, end: this.name() };
        }
        this.#open.push(this.token.text);
        body.push({ ...this.#statement(), line });
        this.#open.pop();
      }
    }
  }

  #printed(): Expr {
    const expr = this.list();
    this.expect('}}', 'close');
    return expr;
  }

  #close(): void {
    this.expect('%}', 'close');
  }

  #inner(end: string): Statement[] {
    this.#close();
    const { body } = this.#body(end);
    this.#close();
    return body;
  }

  #statement(): Bare {
    const { line } = this.token;
    const word = this.name();
    switch (word) {
      case 'if':
        return this.#if();
      case 'for':
        return this.#for();
      case 'set':
        return this.#set();
      case 'macro':
        return this.#macro();
      case 'call':
        return this.#call();
      case 'filter':
        return this.#filter();
      case 'with':
        return this.#with();
      case 'autoescape':
        return { kind: 'autoescape', on: this.expression(), body: this.#inner('endautoescape') };
      case 'block':
        return this.#block();
      case 'print':
        return this.#print();
      case 'include':
      case 'import':
      case 'from':
      case 'extends':
        throw new TemplateError(`'${word}' finds no other template here`, line);
      default:
        this.#open.pop();
        return this.#lost(word, line);
    }
  }

  /** A tag that has no place here, or none where one is needed. */
  #lost(tag: string | undefined, line: number): never {
    const said = [
      tag === undefined ? 'Unexpected end of template.' : `Encountered unknown tag '${tag}'.`,
    ];
    const wanted = this.#ends
      .at(-1)
      ?.map((end) => `'${end}'`)
      .join(' or ');
    if (wanted !== undefined)
      said.push(
        this.#ends.some((ends) => tag !== undefined && ends.includes(tag))
          ? `You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${wanted}.`
          : `Jinja was looking for the following tags: ${wanted}.`,
      );
    const open = this.#open.at(-1);
    if (open !== undefined) said.push(`The innermost block that needs to be closed is '${open}'.`);
    throw new TemplateError(said.join(' '), line);
  }

  #print(): Bare {
    const exprs = [this.expression()];
    while (this.skip(',')) exprs.push(this.expression());
    this.#close();
    return { kind: 'print', expr: { kind: 'concat', parts: exprs } };
  }

  #if(): Bare {
    const branches: [Expr, Statement[]][] = [];
    let otherwise: Statement[] = [];
    let end = 'elif';
    while (end === 'elif') {
      const test = this.list({ withChoice: false });
      this.#close();
      const found = this.#body('elif', 'else', 'endif');
      branches.push([test, found.body]);
      ({ end } = found);
    }
    if (end === 'else') otherwise = this.#inner('endif');
    else this.#close();
    return { kind: 'if', branches, otherwise };
  }

  #for(): Bare {
    const target = this.#target(['in']);
    this.expect('in', 'name');
    const over = this.list({ withChoice: false, ends: ['recursive'] });
    const test = this.skip('if', 'name') ? this.expression() : undefined;
    const isRecursive = this.skip('recursive', 'name');
    this.#close();
    const { body, end } = this.#body('endfor', 'else');
    let otherwise: Statement[] = [];
    if (end === 'else') otherwise = this.#inner('endfor');
    else this.#close();
    return { kind: 'for', target, over, test, isRecursive, body, otherwise };
  }

  #target(ends: readonly string[] = []): Target {
    const targets: Target[] = [];
    let isList = false;
    while (!this.isWord(...ends) && this.token.kind !== 'close' && !this.is(')')) {
      targets.push(this.#oneTarget());
      if (!this.skip(',')) break;
      isList = true;
    }
    const [only] = targets;
    if (!only) return this.unexpected();
    return isList ? { kind: 'targets', targets } : only;
  }

  #oneTarget(): Target {
    if (this.skip('(')) {
      const inner = this.#target();
      this.expect(')');
      return inner;
    }
    const { line } = this.token;
    if (this.token.kind !== 'name') this.unexpected();
    const name = this.name();
    if (CONSTANTS.has(name)) throw new TemplateError(`can't assign to '${name}'`, line);
    return this.skip('.') ? { kind: 'member', name, member: this.name() } : { kind: 'name', name };
  }

  #set(): Bare {
    const target = this.#target();
    if (this.skip('=')) {
      const value = this.list();
      this.#close();
      return { kind: 'set', target, value };
    }
    const filter = this.skip('|') ? this.#filterChain() : undefined;
    return { kind: 'set-block', target, filter, body: this.#inner('endset') };
  }

  /** Filters one after another; what goes into the first is not written. */
  #filterChain(): Expr {
    let found = this.filter();
    while (this.skip('|')) found = this.filter(found);
    return found;
  }

  #parameters(): Parameter[] {
    const parameters: Parameter[] = [];
    this.expect('(');
    while (!this.skip(')')) {
      if (parameters.length > 0) this.expect(',');
      const name = this.name();
      parameters.push({ name, otherwise: this.skip('=') ? this.expression() : undefined });
    }
    return parameters;
  }

  #macro(): Bare {
    const name = this.name();
    const parameters = this.#parameters();
    const from = this.place;
    const body = this.#inner('endmacro');
    return { kind: 'macro', name, parameters, body, names: this.namesSince(from) };
  }

  #call(): Bare {
    const parameters = this.is('(') ? this.#parameters() : [];
    const { line } = this.token;
    const call = this.expression();
    if (call.kind !== 'call') throw new TemplateError('expected call', line);
    const from = this.place;
    const body = this.#inner('endcall');
    return { kind: 'call', call, parameters, body, names: this.namesSince(from) };
  }

  #filter(): Bare {
    const filter = this.#filterChain();
    return { kind: 'filter', filter, body: this.#inner('endfilter') };
  }

  #with(): Bare {
    const sets: [Target, Expr][] = [];
    while (this.token.kind !== 'close') {
      if (sets.length > 0) this.expect(',');
      const target = this.#oneTarget();
      this.expect('=');
      sets.push([target, this.expression()]);
    }
    return { kind: 'with', sets, body: this.#inner('endwith') };
  }

  #block(): Bare {
    const { line } = this.token;
    const name = this.name();
    if (this.#named.has(name)) throw new TemplateError(`block '${name}' defined twice`, line);
    this.#named.add(name);
    const isScoped = this.skip('scoped', 'name');
    this.skip('required', 'name');
    this.#close();
    const { body } = this.#body('endblock');
    this.skip(name, 'name');
    this.#close();
    return { kind: 'block', isScoped, body };
  }
}
