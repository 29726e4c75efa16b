import type { DslEdge } from '#flow/dsl/app.ts';
import type { Graph } from '#flow/graph.ts';

/** What the end of one node decided about others. */
export interface Released {
  /** Nodes that may start now. */
  readonly ready: readonly string[];
  /** Nodes that will never run, because no edge into them was taken. */
  readonly skipped: readonly string[];
}

/**
 * Which node may run when. Every edge is taken or skipped once; a node is decided with its last
 * incoming edge: it runs when any of them was taken, and is skipped with all its edges otherwise.
 * Edges from nodes that no run can reach count for nothing.
 */
export class Schedule {
  readonly #graph: Graph;
  readonly #undecided = new Map<string, number>();
  readonly #taken = new Set<string>();

  constructor(graph: Graph, reachable: ReadonlySet<string>) {
    this.#graph = graph;
    for (const id of reachable) {
      const edges = graph.incoming(id).filter((edge) => reachable.has(edge.source));
      this.#undecided.set(id, edges.length);
    }
  }

  /** `handle`: the one that a branch chose; without it every edge of the node is taken. */
  finish(nodeId: string, handle?: string): Released {
    const ready: string[] = [];
    const skipped: string[] = [];
    const edges = this.#graph.outgoing(nodeId);
    const chosen = (edge: DslEdge): boolean => handle === undefined || edge.sourceHandle === handle;
    const decided = edges.map((edge) => ({ target: edge.target, taken: chosen(edge) }));
    for (const { target, taken } of decided) {
      const left = (this.#undecided.get(target) ?? 0) - 1;
      this.#undecided.set(target, left);
      if (taken) this.#taken.add(target);
      if (left > 0) continue;
      if (this.#taken.has(target)) ready.push(target);
      else {
        skipped.push(target);
        for (const next of this.#graph.outgoing(target))
          decided.push({ target: next.target, taken: false });
      }
    }
    return { ready, skipped };
  }
}
