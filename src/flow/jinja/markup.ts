import { escaped } from '#flow/jinja/escape.ts';
import { Given } from '#flow/jinja/given.ts';
import { Dict, Func, isText, itemsOf, Markup, Tuple, type Value } from '#flow/jinja/values.ts';

/** Methods that put what they are given into the text, by where that stands among their arguments. */
const TAKES_IN: ReadonlyMap<string, number> = new Map([
  ['replace', 1],
  ['center', 1],
  ['ljust', 1],
  ['rjust', 1],
]);

/** A method of a safe text: what it takes in is made safe, and the texts it gives are so. */
export const safeMethod = (found: Func | undefined): Func | undefined =>
  found && new Func(found.name, (given, env) => safe(found.call(taken(found.name, given), env)));

/** A text that was made of a safe one, or several. */
export const safe = (value: Value): Value => {
  if (typeof value === 'string') return new Markup(value);
  if (Array.isArray(value)) return value.map(safe);
  return value instanceof Tuple ? new Tuple(value.items.map(safe)) : value;
};

const made = (value: Value): Value => (isText(value) ? escaped(value) : value);

/** What stands behind `%`, its texts being made safe. */
export const escapedIn = (value: Value): Value => {
  if (value instanceof Tuple) return new Tuple(value.items.map(made));
  if (!(value instanceof Dict)) return made(value);
  return Dict.of(value.entries().map(([key, item]) => [key, made(item)] as const));
};

/** Arguments whose texts are safe. */
export const escapedAll = ({ placed, named }: Given): Given =>
  new Given(placed.map(made), new Map([...named].map(([key, item]) => [key, made(item)])));

const taken = (name: string, given: Given): Given => {
  const { placed, named } = given;
  if (name === 'format') return escapedAll(given);
  if (name === 'join') return new Given(placed.map((items) => itemsOf(items).map(escaped)));
  const at = TAKES_IN.get(name);
  return new Given(
    placed.map((item, i) => (i === at ? made(item) : item)),
    named,
  );
};
