import { spend } from '#flow/jinja/fuel.ts';
import { update } from '#flow/jinja/container-methods.ts';
import {
  Dict,
  Func,
  Missing,
  Namespace,
  Range,
  TemplateError,
  type Value,
} from '#flow/jinja/values.ts';

const range = new Func('range', ({ placed }) => {
  const numbers = placed.map((given) => {
    if (given instanceof Missing) throw new TemplateError(given.why);
    if (typeof given !== 'bigint' && typeof given !== 'boolean')
      throw new TemplateError('range() wants whole numbers');
    return BigInt(given);
  });
  const [first, second, step = 1n, more] = numbers;
  if (first === undefined || more !== undefined)
    throw new TemplateError('range() takes one to three whole numbers');
  if (step === 0n) throw new TemplateError('range() arg 3 must not be zero');
  return second === undefined ? new Range(0n, first, 1n) : new Range(first, second, step);
});

const dict = new Func('dict', (given) => {
  spend(given.named.size + 1);
  const made = new Dict();
  update(made, given);
  return made;
});

const namespace = new Func('namespace', (given) => {
  const said = new Dict();
  update(said, given);
  const made = new Namespace();
  for (const [key, value] of said.entries())
    if (typeof key === 'string') made.members.set(key, value);
  return made;
});

const cycler = new Func('cycler', ({ placed }) => {
  if (placed.length === 0) throw new TemplateError('at least one item has to be provided');
  let at = 0;
  const made = new Namespace();
  const show = (): void => {
    made.members.set('current', placed[at]!);
  };
  const next = new Func('next', () => {
    const current = placed[at]!;
    at = (at + 1) % placed.length;
    show();
    return current;
  });
  const reset = new Func('reset', () => {
    at = 0;
    show();
    return null;
  });
  made.members.set('next', next).set('reset', reset);
  show();
  return made;
});

const joiner = new Func('joiner', ({ placed: [between = ', '] }) => {
  let isUsed = false;
  return new Func('joiner', (): Value => {
    const text = isUsed ? between : '';
    isUsed = true;
    return text;
  });
});

/** What is a class in Python, and prints so. */
const asClass = ({ name, call }: Func, shown: string): Func =>
  new Func(name, call, { shown: `<class '${shown}'>` });

/** What every template may call. */
export const GLOBALS: Readonly<Record<string, Value>> = {
  range: asClass(range, 'range'),
  dict: asClass(dict, 'dict'),
  namespace: asClass(namespace, 'jinja2.utils.Namespace'),
  cycler: asClass(cycler, 'jinja2.utils.Cycler'),
  joiner: asClass(joiner, 'jinja2.utils.Joiner'),
};
