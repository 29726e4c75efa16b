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

/** The accounts of which answers for one model have told something. */
export type Tracks = ReadonlyMap<string, Track>;

export interface Watched {
  readonly sets: Sets;
  readonly tracks: Tracks;
  /** Whether these two may turn out to be one. */
  readonly mayShare: (a: Track, b: Track) => boolean;
}

/** `together`: these units are one. `apart`: the unit that told is not. */
export type Shown = { readonly together: readonly Unit[] } | { readonly apart: Unit } | undefined;

/**
 * Whether several levels that are told move as one. Evidence must come from both sides: what somebody
 * else uses of one account never looks like an account that is shared.
 */
export const watchLevels = (
  { sets, tracks, mayShare }: Watched,
  { track, gauge }: { readonly track: Track; readonly gauge: ToldGauge },
  telling: Telling,
): Shown => {
  if (gauge.last && telling.at <= gauge.last.at) return undefined;
  gauge.last = telling;
  const own = sets.unit(track.account);
  const tracksOf = ({ accounts }: Unit): Track[] =>
    accounts.flatMap((account) => tracks.get(account) ?? []);
  /** Weighs whether `apart` draw from a level of their own or from one with `others`. */
  const weigh = (word: string, apart: readonly Track[], others: readonly Track[]): boolean => {
    const evidence = gauge.evidence.get(word);
    if (!evidence) gauge.evidence.set(word, new Evidence(telling, word === OWN ? 'own' : 'others'));
    return (
      evidence?.weigh(telling, gauge.rule, {
        apart: apart.map(({ log }) => log),
        together: [...apart, ...others].map(({ log }) => log),
        other: newest(others, gauge, telling.at),
      }) ?? false
    );
  };
  const shows = (unit: Unit, word: string, verdict: 'together' | 'apart'): Track[] =>
    tracksOf(unit).filter((each) => each.find(gauge.rule)?.evidence.get(word)?.shows(verdict));

  const mine = tracksOf(own);
  if (mine.length > 1)
    if (weigh(OWN, [track], without(mine, track)) && shows(own, OWN, 'apart').length > 1)
      return { apart: own };
  const names = new Set<string>([own.name]);
  const others: Unit[] = [];
  for (const other of tracks.values()) {
    const unit = sets.unit(other.account);
    if (names.has(unit.name) || !other.find(gauge.rule) || !mayShare(track, other)) continue;
    names.add(unit.name);
    others.push(unit);
  }
  for (const unit of others.slice(0, MOST_PAIRED))
    if (weigh(unit.name, mine, tracksOf(unit))) {
      const isMutual =
        shows(own, unit.name, 'together').length > 0 &&
        shows(unit, own.name, 'together').length > 0;
      if (isMutual) return { together: [own, unit] };
    }
  if (others.length < 2 || !weigh(ALL, mine, others.flatMap(tracksOf))) return undefined;
  const all = [own, ...others];
  const together = all.filter((unit) => shows(unit, ALL, 'together').length > 0);
  const isIdle = (unit: Unit): boolean =>
    tracksOf(unit).every(({ log }) => log.lastAt < telling.at - IDLE_MS);
  const isAll = all.every((unit) => together.includes(unit) || isIdle(unit));
  return isAll && together.length > 1 ? { together } : undefined;
};

const without = (tracks: readonly Track[], track: Track): Track[] =>
  tracks.filter((each) => each !== track);

/** What one of them told last, of calls before `at`. */
const newest = (tracks: readonly Track[], { rule }: ToldGauge, at: number): Telling | undefined => {
  let found: Telling | undefined;
  for (const track of tracks) {
    const told = track.find(rule)?.last;
    if (told && told.at <= at && told.at > (found?.at ?? -Infinity)) found = told;
  }
  return found;
};
