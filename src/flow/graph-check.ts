import type { Path } from '#core/finding.ts';
import type { App, DslNode } from '#flow/dsl/app.ts';
import { findCycles, type Graph } from '#flow/graph.ts';
import { KEPT_TYPES, whyKept } from '#flow/kept.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import type { FlowSaid } from '#flow/said.ts';
import { RESERVED_SCOPES } from '#flow/variables.ts';

/** One thing that is wrong, at a place in the app's file. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
  readonly said: FlowSaid;
  /** It fails one node when its turn has come, and keeps nothing else from running. */
  readonly isLate?: boolean;
}

export interface GraphToCheck {
  readonly app: Pick<App, 'nodes' | 'edges'>;
  /** The app's mode; a chatflow has answers, a workflow ends. */
  readonly mode: App['mode'];
  readonly graph: Graph;
  readonly reachable: ReadonlySet<string>;
  readonly types: ReadonlyMap<string, NodeType<unknown>>;
}

/** All that keeps a graph from being run as it was meant. What no run can reach may stay unknown. */
export const checkGraph = (checked: GraphToCheck): Fault[] => [
  ...badIds(checked),
  ...danglingEdges(checked),
  ...missingStart(checked),
  ...cycles(checked),
  // Every run begins at the root: its turn has always come.
  ...unknownTypes(checked, checked.graph.root),
  ...missingAnswer(checked),
];

/** The same for what is inside a container. */
export const checkInside = (
  checked: Pick<GraphToCheck, 'graph' | 'reachable' | 'types'>,
): Fault[] => [...cycles(checked), ...unknownTypes(checked)];

const MOST_CYCLES = 20;
const MOST_TITLES = 12;
const LONGEST_TITLE = 60;

/** A node as a message calls it. */
export const titleOf = ({ title }: DslNode): string =>
  JSON.stringify(title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE)}…` : title);

const badIds = ({ app }: GraphToCheck): Fault[] => {
  const seen = new Set<string>();
  return app.nodes.flatMap(({ id, path }) => {
    const taken = seen.has(id);
    seen.add(id);
    if (taken)
      return {
        path,
        message: `another node has the id "${id}" too; give each its own`,
        said: { code: 'id_taken', with: { id } },
      };
    if (!RESERVED_SCOPES.has(id)) return [];
    return {
      path,
      message: `"${id}" is a reserved word; give the node another id`,
      said: { code: 'id_reserved', with: { id } },
    };
  });
};

const danglingEdges = ({ app }: GraphToCheck): Fault[] => {
  const ids = new Set(app.nodes.map(({ id }) => id));
  return app.edges.flatMap(({ source, target, path }) => {
    const missing = [source, target].filter((id) => !ids.has(id));
    if (missing.length === 0) return [];
    const [from, to] = [source, target].map((id) => JSON.stringify(id.slice(0, LONGEST_TITLE)));
    const ends = missing.map((id) => JSON.stringify(id.slice(0, LONGEST_TITLE))).join(' or ');
    return {
      path,
      message: `this edge from ${from} to ${to} hangs loose: there is no node ${ends}; delete the edge`,
      said: {
        code: 'edge_loose',
        with: {
          source: source.slice(0, LONGEST_TITLE),
          target: target.slice(0, LONGEST_TITLE),
          ids: missing.map((id) => id.slice(0, LONGEST_TITLE)).join(', '),
        },
      },
    };
  });
};

const cycles = ({ graph }: Pick<GraphToCheck, 'graph'>): Fault[] =>
  findCycles(graph, MOST_CYCLES).map(({ edge, nodes }) => {
    const titles = nodes.flatMap((id) => graph.nodes.get(id) ?? []).map(titleOf);
    const shown =
      titles.length > MOST_TITLES
        ? [...titles.slice(0, MOST_TITLES - 1), '…', titles.at(-1)]
        : titles;
    const way = [...shown, titles[0]].join(' → ');
    return {
      path: edge.path,
      message: `this edge closes a cycle: ${way}; remove one of its edges`,
      said: { code: 'cycle', with: { way } },
    };
  });

const GRAPH: Path = ['workflow', 'graph'];

const missingStart = ({ graph, types }: GraphToCheck): Fault[] => {
  const root = graph.root === undefined ? undefined : graph.nodes.get(graph.root);
  const type = root && types.get(root.type);
  // A root of an unknown type may well be a start of some kind: it is reported as what it is.
  if (root && (!type || type.accept !== undefined)) return [];
  return [
    {
      path: GRAPH,
      message: 'there is no start node without an edge into it, so nothing can run',
      said: { code: 'no_start', with: {} },
    },
  ];
};

const unknownTypes = (
  { graph, reachable, types }: Pick<GraphToCheck, 'graph' | 'reachable' | 'types'>,
  always?: string,
): Fault[] =>
  [...graph.nodes.values()]
    .filter(({ id, type }) => reachable.has(id) && !types.has(type))
    .map((node) => {
      const type = node.type.slice(0, LONGEST_TITLE);
      const code = KEPT_TYPES[node.type]?.code ?? 'type_unknown';
      return {
        path: [...node.path, 'type'],
        message: `node ${titleOf(node)} is of type ${JSON.stringify(type)}, which cannot be run: ${whyKept(node.type)}`,
        said: { code, with: { node: titleOf(node), type } },
        isLate: node.id !== always,
      };
    });

const missingAnswer = ({ app, mode, reachable, types }: GraphToCheck): Fault[] => {
  const speaking = app.nodes.filter(({ type }) => types.get(type)?.response !== undefined);
  // A workflow may do something and leave nothing.
  if (mode === 'workflow') return [];
  if (speaking.some(({ id, parentId }) => reachable.has(parentId ?? id))) return [];
  // An unknown node may be the one that speaks, and is reported already.
  if (app.nodes.some(({ id, type }) => reachable.has(id) && !types.has(type))) return [];
  const message = 'cannot be reached from the start, so nobody would get an answer';
  return speaking.length > 0
    ? speaking.map((node) => ({
        path: node.path,
        message: `node ${titleOf(node)} ${message}`,
        said: { code: 'answer_unreachable', with: { node: titleOf(node) } },
      }))
    : [
        {
          path: GRAPH,
          message: 'there is no answer node, so nobody would get an answer',
          said: { code: 'no_answer', with: {} },
        },
      ];
};
