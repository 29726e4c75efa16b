import type { Cost, QuotaNews, ToldLimit } from '#core/quota.ts';
import { foretell } from '#balancer/sharing/level-test.ts';
import { type Shown, type Watched, watchLevels } from '#balancer/sharing/level-watch.ts';
import { Sets, type Unit } from '#balancer/sharing/sets.ts';
import type { Drawer, Levels, SharingNews } from '#balancer/sharing/shared-set.ts';
import { Track } from '#balancer/sharing/track.ts';

/** Models behind a pattern that are looked at: their names come from callers. */
const MOST_MODELS = 200;
/** So many answers in a row that tell another limit than the others' part what was one. */
const LEAST_DIFFERENT = 5;

/** One answer, as far as it tells of its account. */
export interface Heard {
  readonly account: string;
  /** The one that was called. */
  readonly model: string;
  readonly news: QuotaNews;
  /** When its call was charged, and what. */
  readonly chargedAt: number;
  readonly cost: Cost;
  readonly now: number;
}

/** The accounts of one vendor for one model, or for one pattern of models: who of them shares with whom. */
export class Kin {
  readonly sets: Sets;
  readonly #organizations = new Map<string, string>();
  /** By the model that was called, by account. */
  readonly #models = new Map<string, Map<string, Track>>();
  readonly #reported = new Set<string>();

  constructor(drawers: readonly Drawer[]) {
    this.sets = new Sets(drawers);
  }

  /** undefined for a model behind a pattern that is one too many. */
  track(account: string, model: string): Track | undefined {
    let tracks = this.#models.get(model);
    if (!tracks) {
      if (this.#models.size >= MOST_MODELS) return undefined;
      this.#models.set(model, (tracks = new Map()));
    }
    let track = tracks.get(account);
    if (!track) tracks.set(account, (track = new Track(account)));
    return track;
  }

  hear(heard: Heard): SharingNews | undefined {
    const { account, model, news } = heard;
    const track = this.track(account, model);
    if (!track) return undefined;
    const { organization, refusal } = news;
    if (organization !== undefined) this.#organizations.set(account, organization);
    for (const told of news.told) track.tell(told);
    const found = this.#leaves(track, heard) ?? this.#joins(track, heard);
    // A refusal's numbers are not those of a call that was charged.
    if (found || refusal) return found;
    for (const told of news.told) {
      const shown = this.#watch(track, told, heard);
      if (!shown) continue;
      if ('apart' in shown) return this.#keepApart(shown.apart, heard);
      const news = this.#unite(shown.together, heard);
      if (news) return news;
    }
    return undefined;
  }

  /** What was one and tells another organisation, or another limit. */
  #leaves(track: Track, heard: Heard): SharingNews | undefined {
    const set = this.sets.of(track.account);
    if (!set) return undefined;
    const organization = this.#organizations.get(track.account) ?? set.organization;
    const tracks = this.#tracksOf(set.members, heard.model);
    const isDifferent = tracks.some((other) => other.differsFrom(track));
    track.differs = isDifferent ? track.differs + 1 : 0;
    const differing = tracks.filter(({ differs }) => differs >= LEAST_DIFFERENT);
    const isOther = set.organization !== undefined && organization !== set.organization;
    return isOther || differing.length > 1
      ? this.#part(this.sets.unit(track.account), heard)
      : undefined;
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

  #watch(track: Track, told: ToldLimit, { model, chargedAt, cost }: Heard): Shown {
    const gauge = track.gauge(told);
    if (told.remaining === undefined || !gauge) return undefined;
    const own = cost[told.dimension] ?? 0;
    const watched: Watched = {
      sets: this.sets,
      tracks: this.#models.get(model)!,
      mayShare: (a, b) => this.#mayShare(model, a, b),
    };
    const telling = { at: chargedAt, remaining: told.remaining, own };
    return watchLevels(watched, { track, gauge }, telling);
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
    const logs = tracks.map(({ log }) => log);
    const newest = new Map<string, ToldLimit & { readonly at: number }>();
    for (const { gauges } of tracks)
      for (const [word, { rule, last }] of gauges) {
        const known = newest.get(word);
        if (known && known.at >= (last?.at ?? -Infinity)) continue;
        const left = last && foretell(last, { at: now, own: 0 }, { rule, logs });
        const remaining = left && { remaining: Math.floor(left.low) };
        newest.set(word, { ...rule, ...remaining, at: last?.at ?? -Infinity });
      }
    return { account, model, told: [...newest.values()].map(({ at: _, ...told }) => told) };
  }

  #tracksOf(accounts: readonly string[], model: string): Track[] {
    const tracks = this.#models.get(model);
    return accounts.flatMap((account) => tracks?.get(account) ?? []);
  }

  /** What was compared has changed its names. */
  #forget(): void {
    for (const tracks of this.#models.values()) for (const track of tracks.values()) track.forget();
  }
}

const word = (model: string, limits: string): string => `${model} ${limits}`;
