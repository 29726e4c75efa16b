import type { AdmitRequest } from '#balancer/admit.ts';
import type { Chance, Happening, History } from '#shared/history.conformance.ts';
import type { World } from '#shared/world.conformance.ts';

/** What holds in every history of every owner: returns what breaks it, in words. */
type Law = (history: History, world: World) => string[];

type Of<What extends Happening['what']> = Extract<Happening, { what: What }> & {
  readonly at: number;
};

const all = <What extends Happening['what']>(history: History, what: What): Of<What>[] =>
  history.filter((one): one is Of<What> => one.what === what);

const requestsOf = (history: History): ReadonlyMap<number, AdmitRequest> =>
  new Map(all(history, 'asked').map(({ ask, request }) => [ask, request]));

/** What was taken had been there; only a call that is larger than a shortened burst leaves a debt. */
const levels: Law = (history) =>
  all(history, 'reserved').flatMap(({ at, taken }) =>
    taken.flatMap(({ account, cost, isBlocked, before, after }) => {
      const broken = after
        .filter(({ dimension, level, capacity }, i) => {
          const own = cost[dimension] ?? 0;
          const least = own > 0 ? Math.min(0, capacity - own) : -Infinity;
          const fell = before[i]!.level - level;
          return !(level >= least && level <= capacity && fell <= own);
        })
        .map((gauge) => `${at}: ${account} holds ${JSON.stringify(gauge)}`);
      return isBlocked ? [...broken, `${at}: ${account} was blocked`] : broken;
    }),
  );

/** Whoever takes a request belongs to its groups, can do it, had not failed it, and is the one that was named. */
const picks: Law = (history, { places }) => {
  const requests = requestsOf(history);
  return all(history, 'admitted')
    .filter(({ ask, deployment, group }) => {
      const { groups, tried, pinned, needs } = requests.get(ask)!;
      const place = places.find(({ name }) => name === deployment);
      const isMember = place?.group === group && groups.includes(group);
      const sees = !needs || pinned !== undefined || !place?.isBlind;
      return !isMember || !sees || tried.has(deployment) || (pinned ?? deployment) !== deployment;
    })
    .map(({ at, ask, deployment }) => `${at}: ${deployment} cannot take ${ask}`);
};

/** A lease ends once, and gives back every call under way. */
const ends: Law = (history) => [
  ...all(history, 'ended again')
    .filter(({ before, after }) => before !== after)
    .map(({ at, before, after }) => `${at}: an end changed ${before} to ${after}`),
  ...all(history, 'over')
    .filter(({ inFlight, inLine }) => inFlight > 0 || inLine > 0)
    .map(({ inFlight, inLine }) => `${inFlight} calls and ${inLine} requests are left over`),
];

/** Of the time that is left, what a computed wait may come to. */
const TRUSTED_SHARE = 0.9;

const ANSWERS: ReadonlySet<Happening['what']> = new Set(['admitted', 'refused', 'nobody', 'left']);

/** Whoever asks is answered once; in times that do not leap, when it is to be at the latest. */
const answers: Law = (history, { leaps }) => {
  const answered = new Map<number, number[]>();
  for (const one of history)
    if (ANSWERS.has(one.what) && 'ask' in one)
      answered.set(one.ask, [...(answered.get(one.ask) ?? []), one.at]);
  return all(history, 'asked')
    .filter(({ ask, at, leftMs }) => {
      const its = answered.get(ask) ?? [];
      return its.length !== 1 || (leaps.length === 0 && its[0]! > at + leftMs);
    })
    .map(({ at, ask }) => `${at}: ${ask} was answered at ${answered.get(ask)?.join() ?? 'never'}`);
};

/**
 * Nobody waits beside limits that are full, so that what comes back to them is lost, unless they are
 * kept for another one that cannot go anywhere yet.
 */
const work: Law = (history, { leaps }) => {
  if (leaps.length > 0) return [];
  return all(history, 'quiet').flatMap(({ at, waiting }) => {
    const kept = new Set(
      waiting
        .filter(({ chances }) => chances.every(({ waitMs }) => waitMs > 0))
        .flatMap(({ chances }) => chances.flatMap(({ short }) => short)),
    );
    const isLost = ({ waitMs, isFull, accounts }: Chance): boolean =>
      waitMs === 0 && isFull && !accounts.some((account) => kept.has(account));
    return waiting.flatMap(({ ask, chances }) =>
      chances.filter(isLost).map(({ deployment }) => `${at}: ${ask} waits beside ${deployment}`),
    );
  });
};

/** Nobody is refused, or told that nobody can, who could have gone or has somebody to wait for. */
const refusals: Law = (history) => [
  ...all(history, 'refused').flatMap(({ at, ask, code, waitMs, chances }) => {
    const soonestMs = Math.min(...chances.map((chance) => chance.waitMs));
    if (code === 'too_large')
      return soonestMs === Infinity ? [] : [`${at}: ${ask} is not too large`];
    if (code !== 'rate_limited') return [`${at}: ${ask} is refused as ${code}`];
    const isTold = waitMs !== undefined && waitMs > 0 && Number.isFinite(waitMs);
    return isTold ? [] : [`${at}: ${ask} is not told how long to wait, but ${waitMs}`];
  }),
  ...all(history, 'nobody')
    .filter(({ chances }) => chances.length > 0)
    .map(({ at, ask }) => `${at}: ${ask} is told that there is nobody`),
];

/** Whoever asks while nobody waits is not refused where there is room in time. */
const alone: Law = (history, { queue, leaps }) => {
  if (leaps.length > 0) return [];
  const waiting = new Set<number>();
  const alone = new Map<number, { at: number; leftMs: number }>();
  const faults: string[] = [];
  for (const one of history) {
    if (one.what === 'asked') {
      const fits = one.request.bytes <= queue.maxBytes;
      if (waiting.size === 0 && fits) alone.set(one.ask, { at: one.at, leftMs: one.leftMs });
      waiting.add(one.ask);
    } else if (ANSWERS.has(one.what) && 'ask' in one) waiting.delete(one.ask);
    if (one.what !== 'refused' || one.code !== 'rate_limited') continue;
    const asked = alone.get(one.ask);
    const soonestMs = Math.min(...one.chances.map(({ waitMs }) => waitMs));
    if (asked?.at === one.at && soonestMs <= asked.leftMs * TRUSTED_SHARE)
      faults.push(`${one.at}: ${one.ask} is refused alone, ${soonestMs} ms before there is room`);
  }
  return faults;
};

/** The line holds whom it says, and no more than it may. */
const bounds: Law = (history, { queue }) => {
  const requests = requestsOf(history);
  return all(history, 'quiet').flatMap(({ at, waiting, inLine }) => {
    const bytes = waiting.reduce((sum, { ask }) => sum + requests.get(ask)!.bytes, 0);
    const isFull = waiting.length > queue.maxRequests || bytes > queue.maxBytes;
    const faults =
      inLine === waiting.length ? [] : [`${at}: ${inLine} of ${waiting.length} in line`];
    return isFull ? [...faults, `${at}: ${waiting.length} requests, ${bytes} bytes wait`] : faults;
  });
};

const LAWS = { levels, picks, ends, answers, work, refusals, alone, bounds };

/** Every broken law, with what breaks it. */
export const broken = (history: History, world: World): string[] =>
  Object.entries(LAWS).flatMap(([name, law]) =>
    law(history, world).map((what) => `${name}: ${what}`),
  );

/**
 * The most by which two shares that waited together were given different amounts of tokens, beyond
 * the largest request of either: nothing where turns are fair. `shareOf`: whose share a request is.
 */
export const unfairness = (
  history: History,
  shareOf: (request: AdmitRequest) => string,
): number => {
  const asks = new Map(all(history, 'asked').map((asked) => [asked.ask, asked]));
  const waiting = new Map<string, Set<number>>();
  const given = new Map<string, number>();
  let worst = 0;
  let largest = 0;
  // Whoever hangs up makes room for others, and is heard of after them.
  const rank = ({ what }: Happening): number => (what === 'asked' ? 0 : what === 'left' ? 1 : 2);
  for (const one of history.toSorted((a, b) => a.at - b.at || rank(a) - rank(b))) {
    if (one.what === 'asked') {
      const share = shareOf(one.request);
      waiting.set(share, (waiting.get(share) ?? new Set()).add(one.ask));
      largest = Math.max(largest, one.weight);
    }
    if (!ANSWERS.has(one.what) || !('ask' in one)) continue;
    const { request, weight, at } = asks.get(one.ask)!;
    const share = shareOf(request);
    waiting.get(share)!.delete(one.ask);
    if (one.what === 'admitted' && one.at > at) given.set(share, (given.get(share) ?? 0) + weight);
    // Who has nobody waiting any more is given nothing: it is no longer compared.
    for (const [name, its] of waiting) if (its.size === 0) waiting.delete(name);
    const amounts = [...waiting.keys()].map((name) => given.get(name) ?? 0);
    if (amounts.length > 1)
      worst = Math.max(worst, Math.max(...amounts) - Math.min(...amounts) - largest);
  }
  return worst;
};
