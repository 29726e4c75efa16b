import '@xyflow/react/dist/style.css';
import dagre from '@dagrejs/dagre';
import { useComputedColorScheme } from '@mantine/core';
import {
  Background,
  Controls,
  type Edge,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneReply } from '#gateway/console/shapes.ts';
import type { NodeRun } from '../data/scene.ts';
import { useFormat } from '../ui/format.ts';
import styles from './flow-graph.module.css';

interface FlowGraphProps {
  readonly graph: SceneReply;
  readonly runs: ReadonlyMap<string, NodeRun>;
  readonly colorOf: (deployment: string) => string;
  readonly height?: number;
}

const SIZE = { width: 190, height: 62 };

interface FlowData extends Record<string, unknown> {
  readonly title: string;
  readonly type: string;
  readonly run: NodeRun | undefined;
  readonly color: string | undefined;
}

type FlowNode = Node<FlowData, 'step'>;

const TYPES = { step: Step };

/** An app's graph, from left to right; nodes light up while they run. */
export const FlowGraph = ({ graph, runs, colorOf, height = 430 }: FlowGraphProps) => {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme('light');
  const places = useMemo(() => layout(graph), [graph]);
  const nodes: FlowNode[] = graph.nodes.map(({ id, title, type }) => {
    const run = runs.get(id);
    const color = run?.deployment === undefined ? undefined : colorOf(run.deployment);
    return {
      id,
      type: 'step',
      position: places.get(id) ?? { x: 0, y: 0 },
      data: { title, type, run, color },
      ...SIZE,
    };
  });
  const edges: Edge[] = graph.edges.map(({ source, target }) => ({
    id: `${source} ${target}`,
    source,
    target,
    animated: runs.get(target)?.state === 'running',
    style: { strokeWidth: 1.6 },
  }));
  return (
    <div style={{ height }} role="img" aria-label={t('scene.graph', { name: graph.name })}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={TYPES}
        colorMode={scheme}
        fitView
        fitViewOptions={{ padding: 0.08 }}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
      >
        <Background gap={20} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
};

function Step({ data }: NodeProps<FlowNode>) {
  const { t } = useTranslation();
  const format = useFormat();
  const { run, color, title, type } = data;
  const state = run?.state ?? 'idle';
  return (
    <div className={styles.step} data-state={state} style={color ? { borderColor: color } : {}}>
      <Handle
        type="target"
        position={Position.Left}
        isConnectable={false}
        className={styles.handle}
      />
      <div className={styles.title}>{title}</div>
      <div className={styles.more}>
        {run?.deployment !== undefined ? (
          <b style={{ color }} data-testid="node-served">
            {run.deployment}
          </b>
        ) : (
          <span>{type}</span>
        )}
        {state !== 'idle' && (
          <span>
            {run?.elapsedMs === undefined
              ? t(`scene.state.${state}`)
              : format.span(run.elapsedMs / 1000)}
          </span>
        )}
      </div>
      <Handle
        type="source"
        position={Position.Right}
        isConnectable={false}
        className={styles.handle}
      />
    </div>
  );
}

const layout = ({ nodes, edges }: SceneReply): ReadonlyMap<string, { x: number; y: number }> => {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 70 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(id, { ...SIZE });
  for (const { source, target } of edges) graph.setEdge(source, target);
  dagre.layout(graph);
  return new Map(
    nodes.map(({ id }) => {
      const { x = 0, y = 0 } = graph.node(id);
      return [id, { x: x - SIZE.width / 2, y: y - SIZE.height / 2 }];
    }),
  );
};
