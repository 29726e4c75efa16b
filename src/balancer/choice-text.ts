import { cut, listed } from '#balancer/decision-record.ts';
import { headerText } from '#core/header-text.ts';

const BOUNDS = { names: 8, chars: 16 };
const CHOICE_CHARS = 64;
/** Choices of which the last text is known. */
const MOST_KNOWN = 256;

interface Known {
  readonly policy: string;
  /** How many there were, and the first of them: the others are not named. */
  readonly count: number;
  readonly named: readonly string[];
  readonly text: string;
}

/** By what was chosen: nearly always it is chosen from the same again. */
const known = new Map<string, Known>();

/** Who chose what from what: `simple-shuffle chose PJ2 of PJ1 PJ2 PJ3`. ASCII, without line breaks. */
export const choiceText = (
  policy: string,
  choice: string,
  candidates: readonly string[],
): string => {
  const last = known.get(choice);
  if (last && last.policy === policy && isOf(last, candidates)) return last.text;
  const names = listed(candidates, BOUNDS).join(' ');
  const text = headerText(`${policy} chose ${cut(choice, CHOICE_CHARS)} of ${names}`);
  if (known.size >= MOST_KNOWN) known.clear();
  const named = candidates.slice(0, BOUNDS.names);
  known.set(choice, { policy, count: candidates.length, named, text });
  return text;
};

const isOf = ({ count, named }: Known, candidates: readonly string[]): boolean =>
  count === candidates.length && named.every((name, place) => name === candidates[place]);
