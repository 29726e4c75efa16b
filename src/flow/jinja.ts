import { Environment } from 'minijinja-js';
import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json } from '#core/json.ts';
import { FILTERS } from '#flow/jinja-filters.ts';
import { printPython } from '#flow/jinja-source.ts';
import type { JinjaJob } from '#flow/ports.ts';
import { pythonJson, pythonRepr, pythonText } from '#flow/python-text.ts';

/** Steps of the template machine: some ten million loops, or half a second. */
const FUEL = 5_000_000;

/**
 * Renders a Jinja template as Python's Jinja would print it: `None`, `True`, `{'a': 1}`.
 * Throws SpillwayError `node_failed` for a template that is wrong, `too_large` for one that never ends.
 */
export const renderJinja = ({ template, values, limitChars }: JinjaJob): string => {
  const environment = new Environment();
  try {
    prepare(environment);
    const text = environment.renderStr(printPython(template), values) as unknown;
    if (typeof text !== 'string') throw new Error('nothing was rendered');
    if (text.length > limitChars)
      throw new SpillwayError(
        'too_large',
        `The template makes more than ${limitChars} characters.`,
      );
    return text;
  } catch (thrown) {
    throw thrown instanceof SpillwayError ? thrown : refused(thrown);
  } finally {
    environment.free();
  }
};

const refused = (thrown: unknown): SpillwayError => {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (/fuel|too many elements/.test(text))
    return new SpillwayError('too_large', 'The template takes too long; let it loop less.');
  const [line = ''] = text.split('\n');
  return new SpillwayError('node_failed', `The template is wrong: ${line.slice(0, 300)}`);
};

const prepare = (environment: Environment): void => {
  environment.enablePyCompat();
  environment.undefinedBehavior = 'lenient';
  environment.fuel = FUEL;
  environment.addFilter('_py', pythonText);
  environment.addFilter('string', pythonText);
  environment.addFilter('pprint', pythonRepr);
  environment.addFilter('tojson', (value: unknown, options?: unknown) => {
    const given = plain(options);
    const indent = isObject(given) ? given['indent'] : given;
    return htmlSafe(pythonJson(plain(value), typeof indent === 'number' ? indent : undefined));
  });
  environment.addFilter('join', (value: unknown, ...given: unknown[]) => join(value, given));
  environment.addFilter('format', (value: unknown, ...given: unknown[]) =>
    printf(String(value), given),
  );
  for (const [name, filter] of Object.entries(FILTERS))
    environment.addFilter(name, (value: unknown, ...given: unknown[]) =>
      filter(plain(value), given.map(plain)),
    );
  environment.addFilter('_get', (value: unknown, key: unknown, otherwise: unknown = null) => {
    const object = plain(value);
    return isObject(object) && Object.hasOwn(object, String(key)) ? object[String(key)] : otherwise;
  });
};

/** What the template machine hands to a filter, as JSON: its maps are Maps. */
const plain = (value: unknown): Json => {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'bigint') return Number(value);
  if (value === undefined || value === null) return null;
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value as Json;
};

const join = (value: unknown, [between = '', options]: readonly unknown[]): string => {
  const named = plain(options);
  const attribute = isObject(named) ? named['attribute'] : undefined;
  const items = Array.isArray(value) ? value : typeof value === 'string' ? Array.from(value) : [];
  const texts = items.map((item: unknown) => {
    const found = plain(item);
    return pythonText(typeof attribute === 'string' && isObject(found) ? found[attribute] : found);
  });
  return texts.join(typeof between === 'string' ? between : '');
};

/** As Jinja makes JSON safe to stand in a page. */
const htmlSafe = (json: string): string =>
  json.replace(
    /[<>&']/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const PLACE = /%(?<flag>[-0])?(?<width>\d{1,3})?(?:\.(?<digits>\d{1,2}))?(?<kind>[sdifr%])/g;

/** Python's `%` for texts and numbers. */
const printf = (pattern: string, given: readonly unknown[]): string => {
  let next = 0;
  return pattern.replace(PLACE, (...found: unknown[]) => {
    const { flag, width, digits, kind } = found.at(-1) as Readonly<Record<string, string>>;
    if (kind === '%') return '%';
    const text = formatOne(plain(given[next++]), kind ?? 's', digits);
    if (width === undefined) return text;
    return flag === '-' ? text.padEnd(Number(width)) : text.padStart(Number(width), flag ?? ' ');
  });
};

const formatOne = (value: Json, kind: string, digits: string | undefined): string => {
  if (kind === 'd' || kind === 'i') return String(Math.trunc(Number(value)));
  if (kind === 'f') return Number(value).toFixed(digits === undefined ? 6 : Number(digits));
  const text = kind === 'r' ? pythonRepr(value) : pythonText(value);
  return digits === undefined ? text : text.slice(0, Number(digits));
};
