import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildGraph, findCycles, type Graph, reachableNodes } from '#flow/graph.ts';
import { Schedule } from '#flow/schedule.ts';

const graphOf = (nodes: Record<string, { type?: string }>, edges: string[]): Graph =>
  buildGraph(
    {
      nodes: Object.entries(nodes).map(([id, { type = '' }]) => ({
        id,
        type,
        title: id,
        data: {},
        path: [],
      })),
      edges: edges.map((edge) => {
        const [from = '', target = ''] = edge.split('>');
        const [source = '', sourceHandle = 'source'] = from.split(':');
        return { source, sourceHandle, target, path: [] };
      }),
    },
    ({ type }) => type === 'start',
  );

const some = (...ids: string[]): Record<string, object> =>
  Object.fromEntries(ids.map((id) => [id, {}]));

test('a run begins at the first start without an edge into it, else at the first such node', () => {
  const start = { type: 'start' };
  expect(graphOf({ a: {}, s: start, t: start }, ['a>t']).root).toBe('s');
  expect(graphOf({ s: start, a: {}, t: start }, ['a>s']).root).toBe('t');
  expect(graphOf(some('a', 'b'), ['a>b']).root).toBe('a');
  expect(graphOf(some('a', 'b'), ['a>b', 'b>a']).root).toBeUndefined();
  expect(graphOf({}, []).root).toBeUndefined();
});

test('what the root does not lead to is not reached', () => {
  const graph = graphOf(some('a', 'b', 'c', 'd'), ['a>b', 'b>c', 'd>c', 'a>ghost']);
  expect([...reachableNodes(graph)].toSorted()).toEqual(['a', 'b', 'c']);
  expect(graph.edges).toHaveLength(3);
});

test('cycles are found, each by the edge that closes it', () => {
  const cyclesOf = (edges: string[]): string[] =>
    findCycles(graphOf(some('a', 'b', 'c', 'd'), edges), 10).map(({ nodes }) => nodes.join(''));
  expect(cyclesOf(['a>b', 'b>c', 'a>c', 'c>d'])).toEqual([]);
  expect(cyclesOf(['a>a'])).toEqual(['a']);
  expect(cyclesOf(['a>b', 'b>c', 'c>b', 'd>a'])).toEqual(['bc']);
  expect(cyclesOf(['a>b', 'b>a', 'c>d', 'd>c'])).toEqual(['ab', 'cd']);
});

test('a very long chain and a very dense graph are no trouble', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `n${i}`);
  const chain = graphOf(
    some(...ids),
    ids.slice(1).map((id, i) => `${ids[i]}>${id}`),
  );
  expect(findCycles(chain, 1)).toEqual([]);
  expect(reachableNodes(chain).size).toBe(20_000);
  const few = ids.slice(0, 300);
  const dense = graphOf(
    some(...few),
    few.flatMap((a, i) => few.slice(i + 1).map((b) => `${a}>${b}`)),
  );
  expect(findCycles(dense, 1)).toEqual([]);
}, 5000);

/** A graph without cycles over n0…: edges lead to higher numbers only; some nodes choose a handle. */
const acyclic = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    edges: fc.array(
      fc.tuple(fc.nat(size - 1), fc.nat(size - 1), fc.constantFrom('source', 'x', 'y')),
      { maxLength: 30 },
    ),
    choices: fc.array(fc.constantFrom(undefined, 'x', 'y'), { minLength: size, maxLength: size }),
    order: fc.infiniteStream(fc.nat(1000)),
  }),
);

test('every node that a taken way leads to runs once, after all that lead to it', () => {
  fc.assert(
    fc.property(acyclic, ({ size, edges, choices, order }) => {
      const ids = Array.from({ length: size }, (_, i) => `n${i}`);
      const forward = edges.filter(([a, b]) => a < b);
      const graph = graphOf(
        some(...ids),
        forward.map(([a, b, handle]) => `n${a}:${handle}>n${b}`),
      );
      const reachable = reachableNodes(graph);
      const schedule = new Schedule(graph, reachable);
      const choiceOf = (id: string) => choices[Number(id.slice(1))];
      const ready = ['n0'];
      const ran: string[] = [];
      const skipped: string[] = [];
      while (ready.length > 0) {
        const [id = ''] = ready.splice((order.next().value ?? 0) % ready.length, 1);
        ran.push(id);
        const released = schedule.finish(id, choiceOf(id));
        ready.push(...released.ready);
        skipped.push(...released.skipped);
      }
      // Numbers rise along edges, so one pass in order decides every node.
      const expected = new Set(['n0']);
      for (const id of ids)
        if (
          graph
            .incoming(id)
            .some(
              ({ source, sourceHandle }) =>
                expected.has(source) && [undefined, sourceHandle].includes(choiceOf(source)),
            )
        )
          expected.add(id);
      expect(ran.toSorted()).toEqual([...expected].toSorted());
      expect([...ran, ...skipped].toSorted()).toEqual([...reachable].toSorted());
      for (const { source, target } of graph.edges)
        if (expected.has(source) && expected.has(target))
          expect(ran.indexOf(source)).toBeLessThan(ran.indexOf(target));
    }),
  );
});
