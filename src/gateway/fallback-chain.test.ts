import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttemptsError } from '#balancer/attempts-error.ts';
import type { FailureKind } from '#balancer/classify.ts';
import { SpillwayError } from '#core/errors.ts';
import { type Course, courseTo } from '#gateway/course.ts';
import { type ChainOptions, FallbackChain } from '#gateway/fallback-chain.ts';
import type { FallbackLists, FallbackRules } from '#gateway/fallbacks.ts';
import { Groups } from '#gateway/groups.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

const groups = new Groups({
  members: NAMES.map((group) => ({
    name: `${group}1`,
    id: group,
    group,
    provider: 'p',
    model: 'm',
  })),
  aliases: {},
  providerOf: () => undefined,
});

const failure = (kind: FailureKind, text: string): AttemptsError =>
  new AttemptsError({ kind, error: new SpillwayError('upstream_rejected', text) });

type Outcome = FailureKind | 'ok';

/**
 * Asks `a` by these rules. `at`: which group of a course takes it, by the groups there are; each
 * group then comes to its outcome.
 */
const walk = async (
  rules: FallbackRules,
  outcomes: Readonly<Record<string, Outcome>>,
  at: (groups: readonly string[]) => number = () => 0,
) => {
  const deps = { body: {}, groups, rules };
  const taken: string[] = [];
  const first = courseTo({ model: 'a', params: {} }, deps);
  const options: ChainOptions<string> = {
    rules,
    isKnown: ({ model }) => groups.find(model) !== undefined,
    courseTo: (target, where) => courseTo(target, deps, where),
    taking: () => taken.at(-1)!,
    isOver: () => false,
    run: async (course: Course) => {
      const group = course.groups[at(course.groups)]!;
      taken.push(group);
      const outcome = outcomes[group] ?? 'server-error';
      if (outcome === 'ok') return group;
      throw failure(outcome, `${group} failed`);
    },
  };
  const chain = new FallbackChain(options, first);
  const result = await chain.ask(first).catch((thrown: unknown) => thrown as SpillwayError);
  return { result, taken };
};

const lists = (spec: Readonly<Record<string, string>>): FallbackLists =>
  Object.fromEntries(
    Object.entries(spec).map(([from, to]) => [
      from,
      to.split('').map((model) => ({ model, params: {} })),
    ]),
  );

describe('a chain of fallbacks', () => {
  it('asks depth first, as LiteLLM does', async () => {
    const any = lists({ a: 'be', b: 'cd' });
    const { taken } = await walk({ any, most: 5 }, {});
    expect(taken).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('counts all that were asked before it opens a list', async () => {
    const any = lists({ a: 'bcd', b: 'e', c: 'f' });
    expect((await walk({ any, most: 2 }, {})).taken).toEqual(['a', 'b', 'e', 'c', 'd']);
    expect((await walk({ any, most: 0 }, {})).taken).toEqual(['a']);
  });

  it('looks at each failure for itself', async () => {
    const any = lists({ a: 'b', b: 'c', d: 'f' });
    const rules = { any, contextWindow: lists({ b: 'd' }), most: 5 };
    const { taken, result } = await walk(rules, { b: 'context-length', f: 'ok' });
    expect(taken).toEqual(['a', 'b', 'd', 'f']);
    expect(result).toBe('f');
  });

  it('goes on from the stand-in that had taken it, and leaves nobody out', async () => {
    const any = lists({ a: 'bc', c: 'd' });
    const { taken, result } = await walk({ any, most: 5 }, {}, (all) =>
      Math.max(0, all.indexOf('c')),
    );
    expect(taken).toEqual(['c', 'd', 'b']);
    expect((result as SpillwayError).message).toMatch(
      /^All deployments of a are at their limits\. Asked instead, in vain: c \(c failed\.\), d /,
    );
  });

  it('tells of fallbacks whose names nobody has', async () => {
    const to = (...models: string[]) => models.map((model) => ({ model, params: {} }));
    const told = async (any: FallbackLists): Promise<string> =>
      ((await walk({ any, most: 5 }, {})).result as SpillwayError).message;
    expect(await told({ a: to('no"body') })).toBe(
      String.raw`a failed. No model here is named "no\"body", its fallback.`,
    );
    expect(await told({ a: to('nobody', 'b', 'nil') })).toBe(
      'a failed. Asked instead, in vain: b (b failed.). No model here is named "nobody" or "nil", its fallback.',
    );
  });

  it('ends, asks nobody twice, and tells the first failure, whatever the lists and failures', async () => {
    const target = fc.constantFrom(...NAMES, 'nobody');
    const anyLists = fc.dictionary(
      fc.constantFrom(...NAMES, '*'),
      fc.array(target, { maxLength: 5 }).map((to) => to.map((model) => ({ model, params: {} }))),
    );
    const kinds = fc.constantFrom<Outcome>('server-error', 'context-length', 'content', 'auth');
    const outcomes = fc.record(Object.fromEntries(NAMES.map((name) => [name, kinds])));
    await fc.assert(
      fc.asyncProperty(
        fc.record({ any: anyLists, most: fc.nat(6) }),
        fc.option(anyLists, { nil: undefined }),
        outcomes,
        fc.nat(5),
        async (rules, contextWindow, comes, at) => {
          const all = { ...rules, ...(contextWindow && { contextWindow }) };
          const { taken, result } = await walk(all, comes, (of) => at % of.length);
          expect(new Set(taken).size).toBe(taken.length);
          expect(result).toBeInstanceOf(SpillwayError);
          expect((result as SpillwayError).message).toMatch(/^(?:a failed|All deployments of a )/);
        },
      ),
    );
  });
});
