import type { Cost, QuotaNews, ToldLimit } from '#core/quota.ts';
import { ChargeLog } from '#balancer/sharing/charge-log.ts';
import { foretell, type Rule } from '#balancer/sharing/level-test.ts';
import { type Watched, watchLevels } from '#balancer/sharing/level-watch.ts';
import { Sets, type Unit } from '#balancer/sharing/sets.ts';
import type { Drawer, Levels, SharedSet, SharingNews } from '#balancer/sharing/shared-set.ts';
import { ToldShape } from '#balancer/sharing/told-shape.ts';
import { type Call, type GaugeTelling, Track } from '#balancer/sharing/track.ts';

/** Models behind a pattern that are looked at: their names come from callers. */
const MOST_MODELS = 200;
/** So many answers in a row that tell another limit than the others' part what was one. */
const LEAST_DIFFERENT = 5;

/** Levels are not looked at more often, ms: it takes time, and they need some to move. */
const WATCH_MS = 50;

/** Whose call it is: the account as the config has it, and the model that was called. */
export interface Caller {
  readonly account: string;
  readonly model: string;
}

/** One answer, as far as it tells of its account. */
export interface Heard extends Call, Caller {
  readonly news: QuotaNews;
  readonly now: number;
}

/** What happens to one model's calls; tracks are by account. */
interface Called {
  readonly log: ChargeLog;
  readonly shapes: Map<string, ToldShape>;
  readonly tracks: Map<string, Track>;
}

/** The accounts of one vendor for one model, or for one pattern of models: who of them shares with whom. */
export class Kin {
  readonly sets: Sets;
  readonly #organizations = new Map<string, string>();
  readonly #models = new Map<string, Called>();
  readonly #reported = new Set<string>();
  /** Some of whose members tell different limits. */
  readonly #differing = new WeakSet<SharedSet>();
  #watchedAt = -Infinity;
  #turn = 0;

  constructor(drawers: readonly Drawer[]) {
    this.sets = new Sets(drawers);
  }

  /** A call was charged, or less than nothing where it was charged too much. */
  charged({ account, model }: Caller, cost: Cost, at: number): void {
    this.#called(model)?.log.add(account, cost, at);
  }

  hear(heard: Heard): SharingNews | undefined {
    const { account, model, news } = heard;
    const called = this.#called(model);
    if (!called) return undefined;
    let track = called.tracks.get(account);
    if (!track) {
      track = new Track(account, (rule) => shapeOf(called.shapes, rule));
      called.tracks.set(account, track);
    }
    const { organization, refusal } = news;
    if (organization !== undefined && organization !== this.#organizations.get(account)) {
      this.#organizations.set(account, organization);
      track.hasNews = true;
    }
    // A refusal's numbers are not those of a call that was charged.
    const isWatched = heard.chargedAt >= this.#watchedAt + WATCH_MS;
    const tellings: GaugeTelling[] = [];
    for (const told of news.told) {
      const telling = refusal ? track.tell(told) : track.tell(told, heard);
      if (telling && isWatched) tellings.push(telling);
    }
    const found = this.#compared(track, heard);
    if (found || !isWatched) return found;
    this.#watchedAt = heard.chargedAt;
    for (const telling of tellings) {
      const shown = watchLevels(this.#watched(called, model), { ...telling, track }, this.#turn++);
      if (!shown) continue;
      if ('apart' in shown) return this.#keepApart(shown.apart, heard);
      const united = this.#unite(shown.together, heard);
      if (united) return united;
    }
    return undefined;
  }

  /** What its organisation and its limits show; all there is to see was seen unless it has news. */
  #compared(track: Track, heard: Heard): SharingNews | undefined {
    const set = this.sets.of(track.account);
    if (!track.hasNews && !(set && this.#differing.has(set))) return undefined;
    track.hasNews = false;
    return this.#leaves(track, heard) ?? this.#joins(track, heard);
  }

  /** What was one and tells another organisation, or another limit. */
  #leaves(track: Track, heard: Heard): SharingNews | undefined {
    const set = this.sets.of(track.account);
    if (!set) return undefined;
    const organization = this.#organizations.get(track.account) ?? set.organization;
    const tracks = this.#tracksOf(set.members, heard.model);
    const isDifferent = tracks.some((other) => other.differsFrom(track));
    track.differs = isDifferent ? track.differs + 1 : 0;
    if (isDifferent) this.#differing.add(set);
    else this.#differing.delete(set);
    const differing = tracks.filter(({ differs }) => differs >= LEAST_DIFFERENT);
    const isOther = set.organization !== undefined && organization !== set.organization;
    if (!isOther && differing.length < 2) return undefined;
    // Those that are left may still be one.
    for (const other of tracks) other.hasNews = true;
    return this.#part(this.sets.unit(track.account), heard);
  }

  /** What tells the same organisation and the same limits as another account does. */
  #joins(track: Track, heard: Heard): SharingNews | undefined {
    const organization = this.#organizations.get(track.account);
    if (organization === undefined) return undefined;
    const own = this.sets.unit(track.account);
    for (const other of this.#tracksOf(this.sets.accounts, heard.model)) {
      if (this.#organizations.get(other.account) !== organization) continue;
      const unit = this.sets.unit(other.account);
      if (unit.name === own.name || !track.agreesWith(other)) continue;
      if (!this.#mayShare(heard.model, track, other)) continue;
      const found = this.#unite([own, unit], heard, organization);
      if (found) return found;
    }
    return undefined;
  }

  /** undefined for a model behind a pattern that is one too many. */
  #called(model: string): Called | undefined {
    const known = this.#models.get(model);
    if (known || this.#models.size >= MOST_MODELS) return known;
    const called = { log: new ChargeLog(), shapes: new Map(), tracks: new Map() };
    this.#models.set(model, called);
    return called;
  }

  #watched(called: Called, model: string): Watched {
    return {
      sets: this.sets,
      ...called,
      mayShare: (a, b) => this.#mayShare(model, a, b),
    };
  }

  /** Not those of two organisations, nor those that have shown to be on their own. */
  #mayShare(model: string, a: Track, b: Track): boolean {
    const mine = this.#organizations.get(a.account);
    const its = this.#organizations.get(b.account);
    if (mine !== undefined && its !== undefined && mine !== its) return false;
    return [a, b].every(({ account, limits }) => !this.sets.isApart(account, word(model, limits)));
  }

  #unite(
    units: readonly Unit[],
    { model, now }: Heard,
    organization?: string,
  ): SharingNews | undefined {
    const accounts = units.flatMap((unit) => unit.accounts);
    if (accounts.some((account) => this.sets.drawer(account).isPooled))
      return this.#report(accounts, organization);
    const set = this.sets.unite(units, organization);
    const levels = this.#levels(set.account, set.members, { model, now });
    this.#forget();
    return { kind: 'merged', set, levels: [levels] };
  }

  /** The config keeps them apart: that is said once, and not where it has them in one pool already. */
  #report(members: readonly string[], organization: string | undefined): SharingNews | undefined {
    const [first, ...others] = members.map((account) => this.sets.drawer(account));
    const isOnePool = first!.pools.some((pool) =>
      others.every(({ pools }) => pools.includes(pool)),
    );
    if (isOnePool || members.every((account) => this.#reported.has(account))) return undefined;
    for (const account of members) this.#reported.add(account);
    return { kind: 'pooled', members, ...(organization !== undefined && { organization }) };
  }

  /** Their levels have shown it: an equal organisation makes them one no more. */
  #keepApart(unit: Unit, heard: Heard): SharingNews {
    for (const { account, limits } of this.#tracksOf(unit.accounts, heard.model))
      this.sets.keepApart(account, word(heard.model, limits));
    return this.#part(unit, heard);
  }

  #part({ accounts: [first] }: Unit, { model, now }: Heard): SharingNews {
    const set = this.sets.of(first!)!;
    this.sets.dissolve(set);
    this.#forget();
    const levels = set.members.map((member) => this.#levels(member, [member], { model, now }));
    return { kind: 'split', set, levels };
  }

  /** What is left for these, by what they told last and were charged since, never more. */
  #levels(
    account: string,
    members: readonly string[],
    { model, now }: { readonly model: string; readonly now: number },
  ): Levels {
    const tracks = this.#tracksOf(members, model);
    const drawing = { log: this.#models.get(model)!.log, accounts: new Set(members) };
    const newest = new Map<string, ToldLimit & { readonly at: number }>();
    for (const { gauges } of tracks)
      for (const [word, { rule, last }] of gauges) {
        const known = newest.get(word);
        if (known && known.at >= (last?.at ?? -Infinity)) continue;
        const left = last && foretell(last, { at: now, own: 0 }, { rule, ...drawing });
        const remaining = left && { remaining: Math.floor(left.low) };
        newest.set(word, { ...rule, ...remaining, at: last?.at ?? -Infinity });
      }
    return { account, model, told: [...newest.values()].map(({ at: _, ...told }) => told) };
  }

  #tracksOf(accounts: readonly string[], model: string): Track[] {
    const tracks = this.#models.get(model)?.tracks;
    return accounts.flatMap((account) => tracks?.get(account) ?? []);
  }

  /** What was compared has changed its names. */
  #forget(): void {
    for (const { tracks } of this.#models.values())
      for (const track of tracks.values()) track.forget();
  }
}

/** Limits that are told apart by their amounts; a vendor has few. */
const MOST_SHAPES = 64;

const shapeOf = (shapes: Map<string, ToldShape>, rule: Rule): ToldShape => {
  const word = `${rule.dimension}/${rule.windowMs}=${rule.limit}`;
  const shape = shapes.get(word) ?? new ToldShape();
  if (shapes.size < MOST_SHAPES) shapes.set(word, shape);
  return shape;
};

const word = (model: string, limits: string): string => `${model} ${limits}`;
