import type { z } from '#core/schema.ts';

type Issue = z.core.$ZodIssue;

/** What a schema wanted, as it follows "expected": `a number of at least 0`. */
export const expectation = (issue: Issue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values.map((value) => JSON.stringify(value) ?? String(value)));
    case 'too_small':
      return sized(
        issue.origin,
        issue.inclusive === false ? 'more than' : 'at least',
        issue.minimum,
      );
    case 'too_big':
      return sized(
        issue.origin,
        issue.inclusive === false ? 'less than' : 'at most',
        issue.maximum,
      );
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return unionOf(issue);
    case 'invalid_format':
      // The library's own sentence begins with "Invalid"; a schema's begins with what it wants.
      return issue.message.startsWith('Invalid')
        ? `a text in the form of ${issue.format}`
        : issue.message;
    default:
      return issue.message;
  }
};

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'an empty value',
  nonoptional: 'a value',
};

const oneOf = (words: readonly string[]): string =>
  words.length === 1 ? (words[0] ?? '') : `one of ${words.join(', ')}`;

const sized = (origin: string, bound: string, size: number | bigint): string => {
  if (origin === 'string') return `a text of ${bound} ${counted(size, 'character')}`;
  if (origin === 'array') return `a list of ${bound} ${counted(size, 'item')}`;
  return `${origin === 'int' ? 'a whole number' : 'a number'} of ${bound} ${size}`;
};

const counted = (size: number | bigint, noun: string): string =>
  `${size} ${noun}${Number(size) === 1 ? '' : 's'}`;

const unionOf = (issue: Extract<Issue, { code: 'invalid_union' }>): string => {
  if (issue.errors.length === 0 && 'options' in issue && issue.options)
    return oneOf(issue.options.map((option) => JSON.stringify(option) ?? String(option)));
  const wanted = issue.errors.flatMap((branch) =>
    branch.filter(({ path }) => path.length === 0).map(expectation),
  );
  return [...new Set(wanted)].join(' or ') || 'another kind of value';
};
