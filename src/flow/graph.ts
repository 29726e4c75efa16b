import type { DslEdge, DslNode } from '#flow/dsl/app.ts';

/** A flow's nodes and the edges between them, as they are run: no notes, no edges to nowhere. */
export interface Graph {
  readonly nodes: ReadonlyMap<string, DslNode>;
  readonly edges: readonly DslEdge[];
  outgoing(nodeId: string): readonly DslEdge[];
  incoming(nodeId: string): readonly DslEdge[];
  /** Where a run begins; undefined when every node has an edge into it. */
  readonly root: string | undefined;
}

interface Parts {
  readonly nodes: readonly DslNode[];
  readonly edges: readonly DslEdge[];
}

const NONE: readonly DslEdge[] = [];

/** `isRoot` tells the node types at which a run may begin. */
export const buildGraph = (parts: Parts, isRoot: (node: DslNode) => boolean): Graph => {
  const nodes = new Map(parts.nodes.map((node) => [node.id, node]));
  const edges = parts.edges.filter((edge) => nodes.has(edge.source) && nodes.has(edge.target));
  const outgoing = Map.groupBy(edges, (edge) => edge.source);
  const incoming = Map.groupBy(edges, (edge) => edge.target);
  const heads = parts.nodes.filter((node) => !incoming.has(node.id));
  return {
    nodes,
    edges,
    outgoing: (nodeId) => outgoing.get(nodeId) ?? NONE,
    incoming: (nodeId) => incoming.get(nodeId) ?? NONE,
    root: (heads.find(isRoot) ?? heads[0])?.id,
  };
};

/** Every node that a run beginning at the root may come to, the root included. */
export const reachableNodes = (graph: Graph): ReadonlySet<string> => {
  const reached = new Set<string>();
  const waiting = graph.root === undefined ? [] : [graph.root];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    for (const edge of graph.outgoing(id)) waiting.push(edge.target);
  }
  return reached;
};

/** An edge that closes a cycle, and the ids on that cycle in order. */
export interface Cycle {
  readonly edge: DslEdge;
  readonly nodes: readonly string[];
}

/** The graph's cycles, `most` of them at most: one walk over all edges, however deep they lead. */
export const findCycles = (graph: Graph, most: number): readonly Cycle[] => {
  const cycles: Cycle[] = [];
  const left = new Set<string>();
  // The way from where the walk began to where it stands, and each node's place on it.
  const way: { id: string; edges: readonly DslEdge[]; next: number }[] = [];
  const place = new Map<string, number>();
  const enter = (id: string): void => {
    place.set(id, way.length);
    way.push({ id, edges: graph.outgoing(id), next: 0 });
  };
  for (const start of graph.nodes.keys()) {
    if (!left.has(start)) enter(start);
    for (let step = way.at(-1); step; step = way.at(-1)) {
      const edge = step.edges[step.next++];
      if (!edge) {
        way.pop();
        place.delete(step.id);
        left.add(step.id);
        continue;
      }
      const from = place.get(edge.target);
      if (from !== undefined) cycles.push({ edge, nodes: way.slice(from).map(({ id }) => id) });
      else if (!left.has(edge.target)) enter(edge.target);
      if (cycles.length === most) return cycles;
    }
  }
  return cycles;
};
