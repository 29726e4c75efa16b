import { fallbackFor } from '#balancer/attempts-error.ts';
import type { Failure } from '#balancer/attempts.ts';
import { effectOf, type FailureKind, type FallbackKind } from '#balancer/classify.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Course, StandIn, Whereabouts } from '#gateway/course.ts';
import {
  type FallbackRules,
  type FallbackTarget,
  type LookUpNames,
  keyOf,
  targetsFor,
} from '#gateway/fallbacks.ts';

export interface ChainOptions<Reply> {
  readonly rules: FallbackRules;
  /** Whether anybody has its name: nobody else is asked. */
  isKnown(target: FallbackTarget): boolean;
  courseTo(target: FallbackTarget, where: Whereabouts): Course;
  /** Asks one course, with all its retries; rejects where it fails. */
  run(course: Course): Promise<Reply>;
  /** Of the groups of a course, the one that had it last. */
  taking(): string;
  /** The caller has left, or its time is up: nobody else is asked. */
  isOver(): boolean;
}

/** A list that is being gone through. */
interface Level {
  readonly targets: readonly FallbackTarget[];
  next: number;
}

/** Who was asked instead, and why it did not serve. */
interface Vain {
  readonly model: string;
  readonly error: SpillwayError;
}

const NO_LEVELS: readonly Level[] = [];
const NOTHING_IN_VAIN: readonly Vain[] = [];

/** Of what was asked in vain so many are named, each in so many characters. */
const TOLD = { most: 5, chars: 200 };

/**
 * Asks a course, and when it has failed those that stand in for it, each with its own fallbacks, as
 * LiteLLM does. Nobody is asked the same thing twice, so that no circle is walked in.
 */
export class FallbackChain<Reply> {
  readonly #options: ChainOptions<Reply>;
  readonly #first: LookUpNames;
  /** From the first failure on: most requests have none. */
  #asked: Set<string> | undefined;
  /** With what courses were handed on by one of their groups. */
  #before: Map<Course, SpillwayError> | undefined;
  #levels: readonly Level[] = NO_LEVELS;
  #inVain: readonly Vain[] = NOTHING_IN_VAIN;
  /** Names that nobody has, once there are some. */
  #nobody: Set<string> | undefined;
  #handedOn = 0;

  /** `first`: what is asked first. */
  constructor(options: ChainOptions<Reply>, { names }: Pick<Course, 'names'>) {
    this.#options = options;
    this.#first = names;
  }

  /** Whether, after such a failure of a course, somebody else would be asked. */
  fallsBack(course: Course, kind: FailureKind): boolean {
    return this.#hasNext(course, effectOf(kind).fallback);
  }

  /** A group of this course has handed it on to another; `failure`: the first one that it had, if any. */
  handedOn(course: Course, failure: Failure | undefined): void {
    if (!failure || this.#before?.has(course)) return;
    (this.#before ??= new Map()).set(course, failure.error);
  }

  /** Asks a course, and where it fails those that stand in for it. */
  ask(course: Course): Promise<Reply> {
    return this.#options.run(course).catch((thrown: unknown) => this.instead(course, thrown));
  }

  /**
   * Asks those that stand in for a course that has failed. Throws the first failure when all have failed,
   * and tells in it who was asked instead.
   */
  async instead(course: Course, thrown: unknown): Promise<Reply> {
    const taker = course.standIns.find(({ to }) => to.group === this.#options.taking());
    if (taker) this.#failed(taker.target, thrown);
    const kind = fallbackFor(thrown);
    const goesOn = kind !== undefined && !this.#options.isOver();
    const found = goesOn && (await this.#askAll(this.#next(course, kind, taker)));
    if (found) return found.reply;
    const failed =
      goesOn && taker ? (this.#before?.get(course) ?? outOfQuota(course.groups[0])) : thrown;
    if (course.names !== this.#first || !(failed instanceof SpillwayError)) throw failed;
    const asked = this.#inVain.length > 0 ? alsoAsked(failed, this.#inVain) : failed;
    throw this.#nobody ? notAsked(asked, this.#nobody) : asked;
  }

  /** Undefined when none of them served. */
  async #askAll(
    targets: readonly FallbackTarget[],
  ): Promise<{ readonly reply: Reply } | undefined> {
    const level: Level = { targets, next: 0 };
    const above = this.#levels;
    this.#levels = [...above, level];
    const found = await this.#through(level);
    this.#levels = above;
    return found;
  }

  async #through(level: Level): Promise<{ readonly reply: Reply } | undefined> {
    while (level.next < level.targets.length && !this.#options.isOver()) {
      const target = level.targets[level.next++]!;
      if (!this.#options.isKnown(target)) (this.#nobody ??= new Set()).add(target.model);
      if (!this.#isNew(target)) continue;
      const asked = this.#askedSoFar();
      asked.add(keyOf(target));
      this.#handedOn++;
      try {
        const course = this.#options.courseTo(target, { behind: this.#behind(), asked });
        return { reply: await this.ask(course) };
      } catch (thrown) {
        if (fallbackFor(thrown) === undefined) throw thrown;
        this.#failed(target, thrown);
      }
    }
    return undefined;
  }

  #failed(target: FallbackTarget, thrown: unknown): void {
    const { model } = target;
    this.#inVain = [...this.#inVain, { model, error: SpillwayError.from(thrown) }];
  }

  /** Whom to ask now that a course has failed: it, or the stand-in that had taken it. */
  #next(course: Course, kind: FallbackKind, taker: StandIn | undefined): readonly FallbackTarget[] {
    if (!taker) return this.#listOf(course.names, kind);
    this.#askedSoFar().add(keyOf(taker.target));
    this.#handedOn++;
    return [
      ...this.#listOf(taker.names, kind),
      ...course.standIns.map(({ target }) => target),
      ...this.#listOf(course.names, 'any'),
    ];
  }

  #listOf(names: LookUpNames, kind: FallbackKind): readonly FallbackTarget[] {
    const { rules } = this.#options;
    return this.#handedOn < rules.most ? targetsFor(rules, names, kind) : [];
  }

  /** What is left of the lists that are open, the innermost first. */
  #behind(): readonly FallbackTarget[] {
    return this.#levels.toReversed().flatMap(({ targets, next }) => targets.slice(next));
  }

  #hasNext(course: Course, kind: FallbackKind): boolean {
    if (this.#isAnyNew(this.#listOf(course.names, kind))) return true;
    return this.#levels.length > 0 && this.#isAnyNew(this.#behind());
  }

  #isAnyNew(targets: readonly FallbackTarget[]): boolean {
    for (const target of targets) if (this.#isNew(target)) return true;
    return false;
  }

  #isNew(target: FallbackTarget): boolean {
    return !this.#askedSoFar().has(keyOf(target)) && this.#options.isKnown(target);
  }

  #askedSoFar(): Set<string> {
    return (this.#asked ??= new Set(this.#first.map((model) => keyOf({ model, params: {} }))));
  }
}

/** What a group has come to that handed a request on without having tried it. */
const outOfQuota = (group: string): SpillwayError =>
  new SpillwayError('rate_limited', `All deployments of ${group} are at their limits.`);

/** The first failure, and what came of the others; the wait is the shortest that anybody knows of. */
const alsoAsked = (first: SpillwayError, inVain: readonly Vain[]): SpillwayError => {
  const told = inVain
    .slice(0, TOLD.most)
    .map(({ model, error }) => `${model} (${sentence(error.message).slice(0, TOLD.chars)})`);
  const more = inVain.length > TOLD.most ? ` and ${inVain.length - TOLD.most} more` : '';
  const all = [first, ...inVain.map(({ error }) => error)];
  const waits = all.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return first.with(
    {
      isFinal: all.every(({ isFinal }) => isFinal),
      ...(waits.length > 0 && { retryAfterMs: Math.min(...waits) }),
    },
    `${sentence(first.message)} Asked instead, in vain: ${told.join(', ')}${more}.`,
  );
};

/** Where a fallback is a name that nobody has. */
const notAsked = (error: SpillwayError, nobody: ReadonlySet<string>): SpillwayError => {
  const names = [...nobody].slice(0, TOLD.most).map((name) => JSON.stringify(name));
  return error.with(
    {},
    `${sentence(error.message)} No model here is named ${names.join(' or ')}, its fallback.`,
  );
};

const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
