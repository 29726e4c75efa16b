import { checkPart } from '#core/check-schema.ts';
import { SpillwayError } from '#core/errors.ts';
import { type Finding, FindingsError, type Path } from '#core/finding.ts';
import { isObject, own } from '#core/json.ts';
import type { App, DslNode } from '#flow/dsl/app.ts';
import { checkGraph, type Fault, titleOf } from '#flow/graph-check.ts';
import { buildGraph, type Graph, reachableNodes } from '#flow/graph.ts';
import type { ResolveModel } from '#flow/model-map.ts';
import { NODE_TYPES } from '#flow/nodes/index.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';

/** A node that a run can reach, with its type and what that type read from it. */
export interface FlowNode {
  readonly node: DslNode;
  readonly type: NodeType<unknown>;
  readonly config: unknown;
}

/** An app that can be run, as often and as many times at once as one likes: nothing in it changes. */
export interface Flow {
  readonly app: App;
  readonly graph: Graph;
  readonly root: FlowNode;
  /** Every node that a run can reach. */
  readonly nodes: ReadonlyMap<string, FlowNode>;
  readonly groupOf: ResolveModel;
}

export interface PrepareOptions {
  readonly resolveModel: ResolveModel;
  /** The node types that there are; this program's own when left out. */
  readonly types?: readonly NodeType<unknown>[];
}

const MOST_FINDINGS = 100;

/**
 * Everything that can be known to be wrong before a run, found at once. Throws FindingsError
 * `flow_invalid`: the graph, a node's fields, what is not supported yet, a model without a group.
 */
export const prepareFlow = (
  app: App,
  { resolveModel, types = NODE_TYPES }: PrepareOptions,
): Flow => {
  const byName = new Map(types.map((type) => [type.type, type]));
  const graph = buildGraph(app, ({ type }) => byName.get(type)?.accept !== undefined);
  const reachable = reachableNodes(graph);
  const findings = checkGraph({ app, graph, reachable, types: byName }).map((fault) =>
    findingOf(app, fault),
  );
  const nodes = new Map<string, FlowNode>();
  for (const node of app.nodes) {
    const type = byName.get(node.type);
    if (!type || !reachable.has(node.id)) continue;
    const read = readConfig(app, node, type);
    if ('findings' in read) findings.push(...read.findings);
    else nodes.set(node.id, { node, type, config: read.value });
  }
  const faults = [...nodes.values()].flatMap(unsupportedFields);
  findings.push(
    ...[...faults, ...unservedModels(nodes, resolveModel)].map((f) => findingOf(app, f)),
  );
  const root = nodes.get(graph.root ?? '');
  if (findings.length > 0 || !root) throw new FindingsError(inOrder(findings), 'flow_invalid');
  return { app, graph, root, nodes, groupOf: resolveModel };
};

const findingOf = ({ file, document }: App, { path, message }: Fault): Finding => ({
  file,
  ...document.position(path),
  path: path.join('.'),
  message,
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
    findings: read.findings.map((f) => ({ ...f, message: `node ${name}: ${f.message}` })),
  };
};

const unsupportedFields = ({ node, type, config }: FlowNode): Fault[] =>
  [...handledFailures(node), ...(type.unsupported?.(config) ?? [])].map((field) => ({
    path: [...node.path, ...fieldPath(field)],
    message: `node ${titleOf(node)}: ${field} is not supported yet; switch it off to run this flow`,
  }));

/** What any node may say of its own failure. */
const handledFailures = ({ data }: DslNode): string[] => {
  const strategy = own(data, 'error_strategy');
  const retry = own(data, 'retry_config');
  return [
    ...(typeof strategy === 'string' && strategy !== '' && strategy !== 'none'
      ? ['error_strategy']
      : []),
    ...(isObject(retry) && own(retry, 'retry_enabled') === true
      ? ['retry_config.retry_enabled']
      : []),
  ];
};

const fieldPath = (field: string): Path =>
  field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** Each model once, at the first node that wants it. */
const unservedModels = (
  nodes: ReadonlyMap<string, FlowNode>,
  resolveModel: ResolveModel,
): Fault[] => {
  const asked = new Set<string>();
  return [...nodes.values()].flatMap(({ node, type, config }) =>
    (type.models?.(config) ?? []).flatMap((model) => {
      const key = JSON.stringify([model.provider, model.name]);
      if (asked.has(key)) return [];
      asked.add(key);
      try {
        resolveModel(model);
        return [];
      } catch (error) {
        const { message } = SpillwayError.from(error);
        return [{ path: node.path, message: `node ${titleOf(node)}: ${message}` }];
      }
    }),
  );
};
