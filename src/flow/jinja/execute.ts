import { textOf } from '#flow/jinja/compare.ts';
import { spend, spendText } from '#flow/jinja/fuel.ts';
import { Scope, type Env } from '#flow/jinja/env.ts';
import { escaped } from '#flow/jinja/escape.ts';
import { called, evaluate, givenBy } from '#flow/jinja/evaluate.ts';
import type { Given } from '#flow/jinja/given.ts';
import { pyRepr, pyText } from '#flow/jinja/print.ts';
import type { Expr, Parameter, Statement, Target } from '#flow/jinja/syntax.ts';
import {
  Dict,
  Func,
  isText,
  isTrue,
  itemsOf,
  Loop,
  Markup,
  Missing,
  Namespace,
  TemplateError,
  Tuple,
  typeName,
  unpacked,
  type Value,
} from '#flow/jinja/values.ts';

type Kinds = {
  readonly [Kind in Statement['kind']]: (
    statement: Extract<Statement, { kind: Kind }>,
    env: Env,
    out: string[],
  ) => void;
};

/** What statements print. An error says in which line it arose. */
export const rendered = (body: readonly Statement[], env: Env): string => {
  const out: string[] = [];
  run(body, env, out);
  return out.join('');
};

const run = (body: readonly Statement[], env: Env, out: string[]): void => {
  for (const statement of body) {
    spend();
    try {
      (KINDS[statement.kind] as (statement: Statement, env: Env, out: string[]) => void)(
        statement,
        env,
        out,
      );
    } catch (thrown) {
      if (thrown instanceof TemplateError && thrown.line === undefined)
        throw new TemplateError(thrown.message, statement.line);
      throw thrown;
    }
  }
};

const inside = (env: Env): Env => ({ ...env, scope: new Scope(env.scope) });

const KINDS: Kinds = {
  text: ({ text }, _, out) => {
    spendText(text.length);
    out.push(text);
  },
  print: ({ expr }, env, out) => {
    const value = evaluate(expr, env);
    const text = env.escapes ? escaped(value).text : pyText(value);
    spendText(text.length);
    out.push(text);
  },
  if: ({ branches, otherwise }, env, out) => {
    const taken = branches.find(([test]) => isTrue(evaluate(test, env)));
    run(taken ? taken[1] : otherwise, env, out);
  },
  for: (loop, env, out) => looped(loop, { env, out, over: evaluate(loop.over, env), depth0: 0 }),
  set: ({ target, value }, env) => assign(target, evaluate(value, env), env),
  'set-block': ({ target, filter, body }, env) => {
    const text = printed(body, inside(env));
    assign(target, filter ? filtered(filter, text, env) : text, env);
  },
  macro: (made, env) => {
    env.scope.set(made.name, macro(made, env));
  },
  call: ({ call, parameters, body, names }, env, out) => {
    if (call.kind !== 'call') throw new TemplateError('expected call');
    const caller = macro({ parameters, body, names }, env);
    const given = givenBy(call.args, env, [['caller', caller]]);
    out.push(piece(called(evaluate(call.callee, env), given, env)));
  },
  filter: ({ filter, body }, env, out) => {
    out.push(piece(filtered(filter, printed(body, inside(env)), env)));
  },
  with: ({ sets, body }, env, out) => {
    const within = inside(env);
    for (const [target, value] of sets) assign(target, evaluate(value, env), within);
    run(body, within, out);
  },
  autoescape: ({ on, body }, env, out) => {
    run(body, { ...inside(env), escapes: isTrue(evaluate(on, env)) }, out);
  },
  block: ({ isScoped, body }, env, out) =>
    run(body, inside(isScoped ? env : { ...env, scope: env.scope.root }), out),
};

/** A block's text, which has to be one. */
const piece = (value: Value): string => {
  if (isText(value)) return textOf(value);
  throw new TemplateError(`expected str instance, ${typeName(value)} found`);
};

/** What a block prints, as a value. */
const printed = (body: readonly Statement[], env: Env): Value => {
  const text = rendered(body, env);
  return env.escapes ? new Markup(text) : text;
};

/** The first of a chain of filters gets `text`. */
const filtered = (filter: Expr, text: Value, env: Env): Value => {
  if (filter.kind !== 'filter') return evaluate(filter, env);
  const of: Expr = filter.of
    ? { kind: 'const', value: filtered(filter.of, text, env) }
    : { kind: 'const', value: text };
  return evaluate({ ...filter, of }, env);
};

const assign = (target: Target, value: Value, env: Env): void => {
  if (target.kind === 'name') return env.scope.set(target.name, value);
  if (target.kind === 'member') {
    const found = env.scope.get(target.name);
    if (!(found instanceof Namespace))
      throw new TemplateError('cannot assign attribute on non-namespace object');
    found.members.set(target.member, value);
    return undefined;
  }
  const { targets } = target;
  const items = unpacked(value, targets.length);
  for (const [i, one] of targets.entries()) assign(one, items[i]!, env);
  return undefined;
};

/** Names of its own, and what the loop says of itself. */
const STEPS_A_ROUND = 4;

interface LoopJob {
  readonly env: Env;
  readonly out: string[];
  readonly over: Value;
  readonly depth0: number;
}

const looped = (loop: Extract<Statement, { kind: 'for' }>, job: LoopJob): void => {
  const { env, out, over, depth0 } = job;
  const { target, test, body, isRecursive } = loop;
  const all = itemsOf(over);
  const items = test
    ? all.filter((item) => {
        spend(STEPS_A_ROUND);
        const within = inside(env);
        assign(target, item, within);
        return isTrue(evaluate(test, within));
      })
    : all;
  if (items.length === 0) return run(loop.otherwise, inside(env), out);
  const again = (more: Value): Value => {
    const parts: string[] = [];
    looped(loop, { env, out: parts, over: more, depth0: depth0 + 1 });
    return env.escapes ? new Markup(parts.join('')) : parts.join('');
  };
  // A list that its own loop changes is gone through as it was.
  const facts = { items: [...items], depth0, ...(isRecursive && { again }) };
  const state = new Loop(facts);
  for (const [i, item] of facts.items.entries()) {
    spend(STEPS_A_ROUND);
    state.at = i;
    const within = inside(env);
    within.scope.set('loop', state);
    assign(target, item, within);
    run(body, within, out);
  }
};

interface MacroParts {
  /** The body of a call has none. */
  readonly name?: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  readonly names: ReadonlySet<string>;
}

/** A macro sees the names around it, and its arguments. */
const macro = (parts: MacroParts, env: Env): Func => {
  const call = (given: Given): Value => {
    const within = inside(env);
    bind(parts, given, within);
    return printed(parts.body, within);
  };
  const { name, parameters, names } = parts;
  const attributes = new Map<string, Value>([
    ['name', name ?? null],
    ['arguments', new Tuple(parameters.map((parameter) => parameter.name))],
    ['catch_varargs', names.has('varargs')],
    ['catch_kwargs', names.has('kwargs')],
    ['caller', names.has('caller')],
  ]);
  const shown = `<Macro ${name === undefined ? 'anonymous' : pyRepr(name)}>`;
  return new Func(name ?? 'caller', call, { attributes, shown });
};

/** Throws for arguments that the macro has no name for, unless it speaks of `varargs` or `kwargs`. */
const bind = ({ name, parameters, names }: MacroParts, given: Given, env: Env): void => {
  const rest = new Map(given.named);
  for (const [i, parameter] of parameters.entries()) {
    const isPlaced = i < given.placed.length;
    const found = isPlaced ? given.placed[i] : rest.get(parameter.name);
    if (!isPlaced) rest.delete(parameter.name);
    env.scope.set(parameter.name, found === undefined ? unsaid(parameter, env) : found);
  }
  if (names.has('caller') && !parameters.some((parameter) => parameter.name === 'caller')) {
    env.scope.set('caller', rest.get('caller') ?? new Missing('No caller defined'));
    rest.delete('caller');
  }
  const who = `macro ${name === undefined ? 'None' : pyRepr(name)}`;
  const [extra] = rest.keys();
  if (names.has('kwargs')) env.scope.set('kwargs', Dict.of(rest));
  else if (extra === 'caller')
    throw new TemplateError(
      `${who} was invoked with two values for the special caller argument. This is most likely a bug.`,
    );
  else if (extra !== undefined)
    throw new TemplateError(`${who} takes no keyword argument ${pyRepr(extra)}`);
  const more = given.placed.slice(parameters.length);
  if (names.has('varargs')) env.scope.set('varargs', new Tuple(more));
  else if (more.length > 0)
    throw new TemplateError(`${who} takes not more than ${parameters.length} argument(s)`);
  spend(1 + parameters.length + rest.size);
};

const unsaid = ({ name, otherwise }: Parameter, env: Env): Value =>
  otherwise ? evaluate(otherwise, env) : new Missing(`parameter '${name}' was not provided`);
