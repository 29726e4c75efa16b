import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Waiting } from '#balancer/fair-items.ts';
import { FairLine } from '#balancer/fair-line.ts';

interface Item extends Waiting {
  readonly name: string;
}

const item = (name: string, key: string, more: Partial<Item> = {}): Item => ({
  name,
  tenant: { key, user: '' },
  weight: 100,
  dueAt: Infinity,
  kind: '',
  own: '',
  ...more,
});

const names = (line: FairLine<Item>): string[] => [...line.inTurn()].map(({ name }) => name);

const lineOf = (items: readonly Item[]): FairLine<Item> => {
  const line = new FairLine<Item>();
  for (const each of items) line.add(each);
  return line;
};

/** Serves whoever's turn it is until the line is empty. */
const serveAll = (line: FairLine<Item>): Item[] => {
  const served: Item[] = [];
  while (line.size > 0) {
    for (const next of line.inTurn()) {
      served.push(next);
      break;
    }
    line.serve(served.at(-1)!);
  }
  return served;
};

describe('FairLine', () => {
  it('serves one key in the order of arrival', () => {
    expect(names(lineOf([item('a', 'k'), item('b', 'k'), item('c', 'k')]))).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('gives keys their turns by tokens, not by requests', () => {
    const large = ['L1', 'L2'].map((name) => item(name, 'large', { weight: 400 }));
    const small = ['s1', 's2', 's3', 's4', 's5'].map((name) => item(name, 'small'));
    expect(names(lineOf([...large, ...small]))).toEqual(['L1', 's1', 's2', 's3', 's4', 'L2', 's5']);
  });

  it('lets a newcomer pass a flood', () => {
    const line = lineOf(Array.from({ length: 50 }, (_, i) => item(`f${i}`, 'flood')));
    line.serve([...line.inTurn()][0]!);
    line.add(item('new', 'light'));
    expect(names(line).indexOf('new')).toBeLessThanOrEqual(1);
  });

  it('shares a key between its users', () => {
    const of = (user: string) => ({ tenant: { key: 'k', user } });
    const line = lineOf([
      ...['a1', 'a2', 'a3', 'a4'].map((name) => item(name, 'k', of('a'))),
      item('b1', 'k', of('b')),
      item('x1', 'other'),
      item('x2', 'other'),
    ]);
    expect(names(line)).toEqual(['a1', 'x1', 'b1', 'x2', 'a2', 'a3', 'a4']);
  });

  it('puts the earliest deadline of a user first', () => {
    const line = lineOf([
      item('late', 'k', { dueAt: 900 }),
      item('soon', 'k', { dueAt: 100 }),
      item('later', 'k', { dueAt: 950 }),
    ]);
    expect(names(line)).toEqual(['soon', 'late', 'later']);
  });

  it('charges who is served out of turn', () => {
    const [a1, a2, b1] = [item('a1', 'a'), item('a2', 'a'), item('b1', 'b')];
    const line = lineOf([a1, a2, b1]);
    line.serve(a2);
    expect(names(line)).toEqual(['b1', 'a1']);
  });

  it('charges nobody who leaves', () => {
    const [a1, a2, b1] = [item('a1', 'a'), item('a2', 'a'), item('b1', 'b')];
    const line = lineOf([a1, a2, b1]);
    line.remove(a1);
    expect(names(line)).toEqual(['a2', 'b1']);
    expect(line.weight).toBe(200);
  });

  it('tells a newcomer what comes before it', () => {
    const line = lineOf(Array.from({ length: 10 }, (_, i) => item(`f${i}`, 'flood')));
    expect(line.ahead({ key: 'flood', user: '' })).toEqual({ tokens: 1000, requests: 10 });
    expect(line.ahead({ key: 'flood', user: 'other' }).tokens).toBeLessThanOrEqual(100);
    expect(line.ahead({ key: 'light', user: '' })).toEqual({ tokens: 0, requests: 0 });
  });

  it('tells a newcomer how many requests that is, key by key and user by user', () => {
    const large = item('large', 'b', { weight: 1000 });
    const small = Array.from({ length: 10 }, (_, i) => item(`s${i}`, 'a', { weight: 10 }));
    const line = lineOf([large, ...small]);
    // After its own large one all of the small ones have had their turns.
    expect(line.ahead({ key: 'b', user: '' })).toEqual({ tokens: 1100, requests: 11 });
    expect(line.ahead({ key: 'a', user: '' })).toEqual({ tokens: 200, requests: 10.1 });
    line.remove(small[0]!);
    expect(line.ahead({ key: 'b', user: '' })).toEqual({ tokens: 1090, requests: 10 });
  });

  it('forgets all debts when it is empty', () => {
    const line = lineOf([item('a1', 'a')]);
    line.serve([...line.inTurn()][0]!);
    line.add(item('b1', 'b'));
    line.add(item('a2', 'a'));
    expect(names(line)).toEqual(['b1', 'a2']);
  });

  it('is fair within one largest request, whoever arrives when', () => {
    const arrival = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      weight: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 60 }), (arrivals) => {
        const all = arrivals.map(({ key, weight }, i) => item(`${i}`, key, { weight }));
        const served = serveAll(lineOf(all));
        expect(new Set(served)).toEqual(new Set(all));
        const left = new Map<string, number>();
        for (const { tenant } of all) left.set(tenant.key, (left.get(tenant.key) ?? 0) + 1);
        const given: Record<string, number> = { a: 0, b: 0, c: 0 };
        const largest = Math.max(...arrivals.map(({ weight }) => weight));
        for (const { tenant, weight } of served) {
          given[tenant.key]! += weight;
          left.set(tenant.key, left.get(tenant.key)! - 1);
          // Between two keys that still wait, neither is ahead by more than each one's largest.
          const waiting = [...left].filter(([, count]) => count > 0).map(([key]) => given[key]!);
          const spread = Math.max(...waiting) - Math.min(...waiting);
          if (waiting.length > 1) expect(spread).toBeLessThanOrEqual(2 * largest);
        }
      }),
    );
  });

  it('walks without changing, and counts what waits', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 }), (keys) => {
        const line = lineOf(keys.map((key, i) => item(`${i}`, key)));
        expect(names(line)).toEqual(names(line));
        expect(names(line)).toHaveLength(line.size);
        expect(line.weight).toBe(100 * keys.length);
      }),
    );
  });
});

describe('FairLine, by kinds', () => {
  const apart = (line: FairLine<Item>, kind: string): string[] =>
    [...line.inTurnOf(kind)].map(({ name }) => name);

  it('walks one kind in the order of its own turns', () => {
    const line = lineOf([
      item('k1', 'k', { weight: 1_000 }),
      item('k2', 'k', { kind: 'red' }),
      item('k3', 'k', { kind: 'red' }),
      item('l1', 'l', { kind: 'red', dueAt: 900 }),
      item('l2', 'l', { kind: 'red', dueAt: 100 }),
      item('l3', 'l', { kind: 'blue' }),
    ]);
    expect(apart(line, 'red')).toEqual(['k2', 'l2', 'k3', 'l1']);
    expect(apart(line, 'blue')).toEqual(['l3']);
    expect(apart(line, 'green')).toEqual([]);
    expect([...line.kinds()].map(([kind, { name }]) => [kind, name])).toEqual([
      ['red', 'k2'],
      ['blue', 'l3'],
    ]);
  });

  it('has of each kind exactly those who wait, whoever comes and goes', () => {
    const step = fc.record({
      key: fc.constantFrom('k', 'l'),
      user: fc.constantFrom('', 'u'),
      kind: fc.constantFrom('', 'red', 'blue'),
      dueAt: fc.nat(5),
      end: fc.constantFrom('stays', 'serve', 'remove'),
      whom: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const line = new FairLine<Item>();
        for (const [i, { key, user, kind, dueAt, end, whom }] of steps.entries()) {
          line.add(item(`${i}`, key, { tenant: { key, user }, kind, dueAt }));
          const all = [...line.inTurn()];
          if (end !== 'stays') line[end](all[whom % all.length]!);
          for (const kind of ['red', 'blue']) {
            const its = names(line).filter((name) => steps[Number(name)]!.kind === kind);
            expect(apart(line, kind).toSorted()).toEqual(its.toSorted());
          }
          const kinds = new Set([...line.inTurn()].map(({ kind }) => kind).filter(Boolean));
          expect(new Set([...line.kinds()].map(([kind]) => kind))).toEqual(kinds);
        }
      }),
    );
  });

  it('walks a kind that all are of as it walks the line', () => {
    const line = lineOf(
      Array.from({ length: 30 }, (_, i) =>
        item(`${i}`, `k${i % 3}`, { weight: 1 + ((i * 7) % 5), kind: 'red' }),
      ),
    );
    expect(apart(line, 'red')).toEqual(names(line));
  });
});
