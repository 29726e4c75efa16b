import { checkPart } from '#core/check-schema.ts';
import { SpillwayError } from '#core/errors.ts';
import { type Finding, FindingsError, type Path } from '#core/finding.ts';
import type { App, DslEdge, DslNode } from '#flow/dsl/app.ts';
import { checkGraph, checkInside, type Fault, titleOf } from '#flow/graph-check.ts';
import { buildGraph, type Graph, reachableNodes } from '#flow/graph.ts';
import { keptNode, refusing } from '#flow/kept.ts';
import type { ResolveModel } from '#flow/model-map.ts';
import { NODE_TYPES } from '#flow/nodes/index.ts';
import type { ModelRef, NodeType } from '#flow/nodes/node-type.ts';
import { DONE_HANDLE, type OnFailure, onFailureOf } from '#flow/on-failure.ts';

/** A node that a run can reach, with its type and what that type read from it. */
export interface FlowNode {
  readonly node: DslNode;
  readonly type: NodeType<unknown>;
  readonly config: unknown;
  readonly onFailure: OnFailure;
  /** What is inside a container, unless nothing is. */
  readonly inside?: Scope;
}

/** Nodes that run in one graph: the flow's own, or what is inside one container. */
export interface Scope {
  readonly graph: Graph;
  readonly root: FlowNode;
  /** Every node that a run can reach. */
  readonly nodes: ReadonlyMap<string, FlowNode>;
}

/** An app that can be run, as often and as many times at once as one likes: nothing in it changes. */
export interface Flow extends Scope {
  readonly app: App;
  readonly groupOf: ResolveModel;
  /** Nodes that fail when their turn comes, and why. */
  readonly findings: readonly Finding[];
}

export interface PrepareOptions {
  readonly resolveModel: ResolveModel;
  /** The node types that there are; this program's own when left out. */
  readonly types?: readonly NodeType<unknown>[];
}

const MOST_FINDINGS = 100;

/**
 * Everything that can be known to be wrong before a run, found at once. Throws FindingsError
 * `flow_invalid`: the graph, a node's fields, a start that asks for what is not supported, a model
 * without a group. Other nodes that cannot be run keep no flow from running, and are told of.
 */
export const prepareFlow = (
  app: App,
  { resolveModel, types = NODE_TYPES }: PrepareOptions,
): Flow => {
  const byName = new Map(types.map((type) => [type.type, type]));
  const builder = new ScopeBuilder(app, byName);
  const graph = builder.graphOf(undefined, ({ type }) => byName.get(type)?.accept !== undefined);
  const reachable = reachableNodes(graph);
  const faults = checkGraph({ app, mode: app.mode, graph, reachable, types: byName });
  const nodes = builder.nodesOf(graph, reachable);
  const all = builder.all;
  faults.push(
    ...builder.faults,
    ...all.flatMap((of) => unsupportedFields(of, graph.root)),
    ...unservedModels(all, resolveModel),
  );
  const findings = [...faults.map((fault) => findingOf(app, fault)), ...builder.findings];
  const root = nodes.get(graph.root ?? '');
  const cannotRun = builder.findings.length > 0 || faults.some(({ isLate }) => isLate !== true);
  if (cannotRun || !root) throw new FindingsError(inOrder(findings), 'flow_invalid');
  return { app, graph, root, nodes, groupOf: resolveModel, findings: inOrder(findings) };
};

/** Containers inside containers are followed so deep; a run refuses sooner. */
const DEEPEST = 20;

/** Reads the nodes of a flow, and of its containers, gathering what is wrong with them. */
class ScopeBuilder {
  readonly all: FlowNode[] = [];
  readonly faults: Fault[] = [];
  readonly findings: Finding[] = [];
  readonly #app: App;
  readonly #types: ReadonlyMap<string, NodeType<unknown>>;
  readonly #children: ReadonlyMap<string | undefined, readonly DslNode[]>;
  readonly #edges: readonly DslEdge[];
  #depth = 0;

  constructor(app: App, types: ReadonlyMap<string, NodeType<unknown>>) {
    this.#app = app;
    this.#types = types;
    this.#edges = withPlainHandles(app);
    this.#children = Map.groupBy(app.nodes, ({ parentId }) => parentId);
  }

  graphOf(parentId: string | undefined, isRoot: (node: DslNode) => boolean): Graph {
    const nodes = this.#children.get(parentId) ?? [];
    return buildGraph({ nodes, edges: this.#edges }, isRoot);
  }

  nodesOf(graph: Graph, reachable: ReadonlySet<string>): Map<string, FlowNode> {
    const nodes = new Map<string, FlowNode>();
    for (const node of graph.nodes.values()) {
      if (!reachable.has(node.id)) continue;
      const type = this.#types.get(node.type);
      if (!type) {
        nodes.set(node.id, keptNode(node));
        continue;
      }
      const read = readConfig(this.#app, node, type);
      if ('findings' in read) {
        this.findings.push(...read.findings);
        continue;
      }
      const inside = type.inside && this.#scopeOf(node, type.inside(read.value));
      const onFailure = onFailureOf(node.data);
      const of = { node, type, config: read.value, onFailure, ...(inside && { inside }) };
      const [field] = type.unsupported?.(read.value) ?? [];
      nodes.set(node.id, field === undefined ? of : refusing(of, `${field} ${UNSUPPORTED}.`));
      this.all.push(of);
    }
    return nodes;
  }

  #scopeOf(container: DslNode, { startId }: { readonly startId?: string }): Scope | undefined {
    if (this.#depth === DEEPEST) return undefined;
    this.#depth++;
    const isStart = ({ id, type }: DslNode): boolean =>
      id === startId || this.#types.get(type)?.begins === true;
    const graph = this.graphOf(container.id, isStart);
    const reachable = reachableNodes(graph);
    this.faults.push(...checkInside({ graph, reachable, types: this.#types }));
    const nodes = this.nodesOf(graph, reachable);
    this.#depth--;
    const root = nodes.get(graph.root ?? '');
    return root && { graph, root, nodes };
  }
}

/** Old files call the way on from a node that may fail `success-branch`. */
const withPlainHandles = ({ nodes, edges }: App): readonly DslEdge[] => {
  const branching = new Set(
    nodes.flatMap(({ id, data }) => (onFailureOf(data).next?.kind === 'branch' ? [id] : [])),
  );
  return edges.map((edge) =>
    branching.has(edge.source) && edge.sourceHandle === 'success-branch'
      ? { ...edge, sourceHandle: DONE_HANDLE }
      : edge,
  );
};

const findingOf = ({ file, document }: App, { path, message, said }: Fault): Finding => ({
  file,
  ...document.position(path),
  path: path.join('.'),
  message,
  said,
});

const inOrder = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, MOST_FINDINGS);

const readConfig = (
  { document, file }: App,
  node: DslNode,
  type: NodeType<unknown>,
): { value: unknown } | { findings: Finding[] } => {
  const read = checkPart({ document, file, path: node.path, value: node.data }, type.config);
  if (!('findings' in read)) return read;
  const name = titleOf(node);
  return {
    findings: read.findings.map((f) => ({
      ...f,
      message: `node ${name}: ${f.message}`,
      said: { code: 'field_wrong', with: { node: name, field: f.path, detail: f.message } },
    })),
  };
};

const UNSUPPORTED = 'is not supported yet; switch it off to run this node';

/** `always`: the node at which every run begins. */
const unsupportedFields = ({ node, type, config }: FlowNode, always?: string): Fault[] =>
  (type.unsupported?.(config) ?? []).map((field) => ({
    path: [...node.path, ...fieldPath(field)],
    message: `node ${titleOf(node)}: ${field} ${UNSUPPORTED}`,
    said: { code: 'field_unsupported', with: { node: titleOf(node), field } },
    isLate: node.id !== always,
  }));

const fieldPath = (field: string): Path =>
  field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));

const nameOf = ({ name, provider }: ModelRef): string =>
  provider === '' ? name : `${name} (${provider})`;

/** Each model once, at the first node that wants it. */
const unservedModels = (nodes: readonly FlowNode[], resolveModel: ResolveModel): Fault[] => {
  const asked = new Set<string>();
  return nodes.flatMap(({ node, type, config }) =>
    (type.models?.(config) ?? []).flatMap((model) => {
      const key = JSON.stringify([model.provider, model.name]);
      if (asked.has(key)) return [];
      asked.add(key);
      try {
        resolveModel(model);
        return [];
      } catch (error) {
        const { message } = SpillwayError.from(error);
        const said = {
          code: 'model_unserved',
          with: { node: titleOf(node), model: nameOf(model) },
        } as const;
        return [{ path: node.path, message: `node ${titleOf(node)}: ${message}`, said }];
      }
    }),
  );
};
