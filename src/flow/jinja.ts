import { SpillwayError } from '#core/errors.ts';
import { Scope } from '#flow/jinja/env.ts';
import { refuel, TooMuchError } from '#flow/jinja/fuel.ts';
import { rendered } from '#flow/jinja/execute.ts';
import { GLOBALS } from '#flow/jinja/globals.ts';
import { parseTemplate } from '#flow/jinja/parse.ts';
import { fromJson, TemplateError } from '#flow/jinja/values.ts';
import type { JinjaJob } from '#flow/ports.ts';

/** Steps of a template: some hundred thousand rounds of loops, or a second, and less than 100 MB. */
const FUEL = 8_000_000;

/**
 * Renders a Jinja template as Python's Jinja prints it: `None`, `True`, `{'b': 1, 'a': (2, 3)}`.
 * Throws SpillwayError `node_failed` for a template that is wrong, `too_large` for one that never ends.
 */
export const renderJinja = ({ template, values, limitChars }: JinjaJob): string => {
  refuel(FUEL);
  try {
    const scope = new Scope();
    for (const [name, value] of Object.entries(GLOBALS)) scope.set(name, value);
    for (const [name, value] of Object.entries(values)) scope.set(name, fromJson(value));
    const env = { scope, escapes: false };
    const text = rendered(parseTemplate(template), env);
    if (text.length > limitChars)
      throw new SpillwayError(
        'too_large',
        `The template makes more than ${limitChars} characters.`,
      );
    return text;
  } catch (thrown) {
    throw thrown instanceof SpillwayError ? thrown : refused(thrown);
  }
};

const refused = (thrown: unknown): SpillwayError => {
  if (thrown instanceof TooMuchError)
    return new SpillwayError('too_large', 'The template takes too long; let it loop less.');
  // The stack is out, or a text longer than JavaScript has.
  if (thrown instanceof RangeError)
    return new SpillwayError('too_large', 'The template nests too deeply, or makes too much.');
  if (!(thrown instanceof TemplateError)) throw thrown;
  const where = thrown.line === undefined ? '' : ` (line ${thrown.line})`;
  return new SpillwayError(
    'node_failed',
    `The template is wrong: ${thrown.message.slice(0, 300)}${where}`,
  );
};
