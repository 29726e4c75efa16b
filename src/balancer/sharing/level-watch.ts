import type { ChargeLog } from '#balancer/sharing/charge-log.ts';
import { Evidence } from '#balancer/sharing/evidence.ts';
import type { Telling } from '#balancer/sharing/level-test.ts';
import type { Sets, Unit } from '#balancer/sharing/sets.ts';
import type { ToldGauge, Track } from '#balancer/sharing/track.ts';

/** Units that are compared one by one; what is more is compared with all others together. */
const MOST_PAIRED = 8;
/** Who was not called for so long has nothing to say about who shares with whom, ms. */
const IDLE_MS = 60_000;

/** In the place of a unit's name: its own members apart, and all units together. */
const OWN = '';
const ALL = '*';

/** Pairs that are compared at one telling; the others come in their turn. */
const PAIRS_AT_ONCE = 2;

export interface Watched {
  readonly sets: Sets;
  readonly log: ChargeLog;
  /** Of the accounts of which answers for one model have told something. */
  readonly tracks: ReadonlyMap<string, Track>;
  /** Whether these two may turn out to be one. */
  readonly mayShare: (a: Track, b: Track) => boolean;
}

/** Some level as an answer told it. */
export interface Told extends Telling {
  readonly track: Track;
  readonly gauge: ToldGauge;
}

/** `together`: these units are one. `apart`: the unit that told is not. */
export type Shown = { readonly together: readonly Unit[] } | { readonly apart: Unit } | undefined;

/** Whether some draw from a level of their own, or from one with others. */
interface Question {
  readonly word: string;
  readonly apart: readonly Track[];
  readonly others: readonly Track[];
  /** What the evidence so far comes to. */
  answer(): Shown;
}

/**
 * Whether several levels that are told move as one. Evidence must come from all sides: what somebody
 * else uses of one account never looks like an account that is shared. `turn` says which of the many
 * questions are put this time.
 */
export const watchLevels = (watched: Watched, told: Told, turn: number): Shown => {
  const { all, pairs } = questionsOf(watched, told);
  const isEven = told.gauge.shape.isEven(told.at);
  const count = Math.min(PAIRS_AT_ONCE, pairs.length);
  const some = Array.from({ length: count }, (_, i) => pairs[(turn * count + i) % pairs.length]!);
  for (const question of [...all, ...some]) {
    // What is one may turn out not to be whatever its shape.
    if (!isEven && question.word !== OWN) continue;
    const shown = weigh(question, watched.log, told) ? question.answer() : undefined;
    if (shown) return shown;
  }
  return undefined;
};

const questionsOf = (
  { sets, tracks, log, mayShare }: Watched,
  told: Told,
): { readonly all: readonly Question[]; readonly pairs: readonly Question[] } => {
  const { track, gauge } = told;
  const tracksOf = ({ accounts }: Unit): Track[] =>
    accounts.flatMap((account) => tracks.get(account) ?? []);
  const shows = (unit: Unit, word: string, verdict: 'together' | 'apart'): Track[] =>
    tracksOf(unit).filter((each) => each.find(gauge.rule)?.evidence.get(word)?.shows(verdict));
  const isIdle = (unit: Unit): boolean =>
    unit.accounts.every((account) => log.lastAt(account) < told.at - IDLE_MS);

  const own = sets.unit(track.account);
  const mine = tracksOf(own);
  const others = new Map<string, Unit>();
  for (const other of tracks.values()) {
    const unit = sets.unit(other.account);
    if (unit.name === own.name || others.has(unit.name)) continue;
    if (other.find(gauge.rule) && mayShare(track, other)) others.set(unit.name, unit);
  }
  const all: Question[] = [];
  if (mine.length > 1)
    all.push({
      word: OWN,
      apart: [track],
      others: mine.filter((each) => each !== track),
      answer: () => (shows(own, OWN, 'apart').length > 1 ? { apart: own } : undefined),
    });
  if (others.size > 1)
    all.push({
      word: ALL,
      apart: mine,
      others: [...others.values()].flatMap(tracksOf),
      answer() {
        const units = [own, ...others.values()];
        const together = units.filter((unit) => shows(unit, ALL, 'together').length > 0);
        const isAll = units.every((unit) => together.includes(unit) || isIdle(unit));
        return isAll && together.length > 1 ? { together } : undefined;
      },
    });
  const pairs = [...others.values()].slice(0, MOST_PAIRED).map((unit): Question => ({
    word: unit.name,
    apart: mine,
    others: tracksOf(unit),
    answer: () =>
      shows(own, unit.name, 'together').length > 0 && shows(unit, own.name, 'together').length > 0
        ? { together: [own, unit] }
        : undefined,
  }));
  return { all, pairs };
};

/** True when this telling has decided something. */
const weigh = ({ word, apart, others }: Question, log: ChargeLog, told: Told): boolean => {
  const { evidence, rule } = told.gauge;
  const known = evidence.get(word);
  if (!known) evidence.set(word, new Evidence(told));
  return (
    known?.weigh(told, {
      log,
      rule,
      apart: new Set(apart.map(({ account }) => account)),
      together: new Set([...apart, ...others].map(({ account }) => account)),
      other: newest(others, told),
    }) ?? false
  );
};

/** What one of them told last, of calls before this one. */
const newest = (tracks: readonly Track[], { gauge, at }: Told): Telling | undefined => {
  let found: Telling | undefined;
  for (const track of tracks) {
    const told = track.find(gauge.rule)?.last;
    if (told && told.at <= at && told.at > (found?.at ?? -Infinity)) found = told;
  }
  return found;
};
