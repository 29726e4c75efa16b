import { SpillwayError } from '#core/errors.ts';
import type { Shown } from '#flow/show.ts';
import { type ReadVariable, type Selector, toSelector } from '#flow/variables.ts';

/** A template's pieces in order: what stands in it, and what is filled in. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  /** `name` is the reference as written between `{{#` and `#}}`. */
  | { readonly kind: 'variable'; readonly selector: Selector; readonly name: string };

// Dify's own pattern: a node's id or a reserved scope, then one to ten names. No blanks, no hyphens.
const REFERENCE = /\{\{#([a-zA-Z0-9_]{1,50}(?:\.[a-zA-Z_][a-zA-Z0-9_]{0,29}){1,10})#\}\}/g;

// A literal longer than any reference cannot be one.
const LONGEST_REFERENCE = 400;

export const parseTemplate = (template: string): readonly Segment[] => {
  const segments: Segment[] = [];
  // With one group in the pattern, split gives text and reference in turn.
  template.split(REFERENCE).forEach((part, i) => {
    const selector = i % 2 === 1 ? toSelector(part.split('.')) : undefined;
    if (selector) segments.push({ kind: 'variable', selector, name: part });
    else if (part !== '') segments.push({ kind: 'text', text: part });
  });
  return segments;
};

export const selectorsOf = (segments: readonly Segment[]): readonly Selector[] =>
  segments.flatMap((segment) => (segment.kind === 'variable' ? [segment.selector] : []));

export interface Filling {
  readonly read: ReadVariable;
  readonly show: Shown;
  /** Longest text that may come out. */
  readonly limitChars: number;
}

/**
 * Fills a template as Dify does: a reference that leads nowhere shows its own name, and a literal
 * piece that reads like a reference (`sys.query` between two variables) is looked up too.
 * Throws SpillwayError `too_large` when the text would pass the limit.
 */
export const fillTemplate = (
  segments: readonly Segment[],
  { read, show, limitChars }: Filling,
): string => {
  let text = '';
  for (const segment of segments) {
    const literal = segment.kind === 'text' ? segment.text : segment.name;
    const selector = segment.kind === 'text' ? lookalike(literal) : segment.selector;
    const value = selector && read(selector);
    text += value === undefined ? literal : show(value);
    if (text.length > limitChars)
      throw new SpillwayError('too_large', `A filled template passes ${limitChars} characters.`);
  }
  return text;
};

const lookalike = (text: string): Selector | undefined =>
  text.length <= LONGEST_REFERENCE && text.includes('.') ? toSelector(text.split('.')) : undefined;
