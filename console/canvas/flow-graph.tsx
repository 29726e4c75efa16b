import '@xyflow/react/dist/style.css';
import { useComputedColorScheme } from '@mantine/core';
import {
  Background,
  Controls,
  type Edge,
  Position,
  ReactFlow,
  type ReactFlowInstance,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { type KeyboardEvent, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Drawing, DrawnNode } from '#gateway/console/app-shapes.ts';
import type { NodeRun } from '../data/run-progress.ts';
import { type Card, CARDS, type Note } from './cards.tsx';
import styles from './flow-graph.module.css';
import { isNamed } from './kinds.tsx';
import { HANDLE, handlesOf, isContainer, isDot, type Places, placesOf } from './place.ts';

export interface FlowGraphProps {
  readonly graph: Drawing;
  readonly runs: ReadonlyMap<string, NodeRun>;
  readonly colorOf: (deployment: string) => string;
  readonly height: number;
  /** Drawn closer together than its file has it. */
  readonly isTidy?: boolean;
  readonly chosen?: string | undefined;
  /** A node was clicked, or Enter was pressed on it. */
  readonly choose?: (nodeId: string) => void;
}

/** An app's graph as Dify draws it; nodes light up while they run. Keys: + - 0 and the arrows. */
export const FlowGraph = (props: FlowGraphProps) => (
  <ReactFlowProvider>
    <Canvas {...props} />
  </ReactFlowProvider>
);

/** Of nodes that cannot be chosen, moved or deleted by its own keys. */
const NOTHING_SAID = {
  'node.a11yDescription.default': '',
  'node.a11yDescription.keyboardDisabled': '',
  'edge.a11yDescription.default': '',
};

const Canvas = ({ graph, runs, colorOf, height, isTidy = false, ...rest }: FlowGraphProps) => {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme('light');
  const { chosen, choose } = rest;
  const nodes = useNodes({ graph, runs, colorOf, isTidy, chosen, choose });
  const pressed = useKeys(choose);
  return (
    <div
      className={styles.canvas}
      style={{ height }}
      role="group"
      aria-label={t('scene.graph', { name: graph.name })}
      // Whoever holds no mouse moves and zooms by keys.
      tabIndex={0}
      onKeyDown={pressed}
    >
      <ReactFlow<Card | Note>
        nodes={nodes}
        edges={edgesOf(graph, runs)}
        nodeTypes={CARDS}
        colorMode={scheme}
        onInit={(flow) => void begin(flow)}
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zoomOnScroll={false}
        preventScrolling={false}
        ariaLabelConfig={{
          ...NOTHING_SAID,
          'controls.ariaLabel': t('graph.controls'),
          'controls.zoomIn.ariaLabel': t('graph.zoomIn'),
          'controls.zoomOut.ariaLabel': t('graph.zoomOut'),
          'controls.fitView.ariaLabel': t('graph.fit'),
        }}
        onNodeClick={(_, { id, type }) => {
          if (type !== 'note') choose?.(id);
        }}
      >
        <Background gap={20} />
        <Controls orientation="horizontal" showInteractive={false} fitViewOptions={FIT} />
      </ReactFlow>
    </div>
  );
};

/** What stands on the canvas: notes behind, cards before them. */
const useNodes = (props: Omit<FlowGraphProps, 'height'>): (Card | Note)[] => {
  const { graph, runs, colorOf, isTidy = false, chosen, choose } = props;
  const places = useMemo(() => placesOf(graph, isTidy), [graph, isTidy]);
  const named = useNames();
  const cards = sorted(graph.nodes).map((node): Card => {
    const run = runs.get(node.id);
    const color = run?.deployment === undefined ? undefined : colorOf(run.deployment);
    return {
      ...placed(node, places),
      data: { node, run, color, isChosen: node.id === chosen },
      ariaLabel: named(node, run),
      focusable: choose !== undefined && !isDot(node),
    };
  });
  const notes = isTidy
    ? []
    : graph.notes.map(({ id, text, place, size }): Note => ({
        id,
        type: 'note',
        position: place,
        data: { text },
        ...size,
        focusable: false,
      }));
  return [...notes, ...cards];
};

const FIT = { padding: 0.06, maxZoom: 1.2 };
/** What is wider than can be read begins at its left. */
const LEAST_ZOOM = 0.55;
const MARGIN = 20;

const begin = async (flow: ReactFlowInstance<Card | Note>): Promise<void> => {
  await flow.fitView(FIT);
  const { y, zoom } = flow.getViewport();
  if (zoom >= LEAST_ZOOM) return;
  const bounds = flow.getNodesBounds(flow.getNodes());
  const middle = bounds.y + bounds.height / 2;
  await flow.setViewport({
    zoom: LEAST_ZOOM,
    x: MARGIN - bounds.x * LEAST_ZOOM,
    y: y + middle * (zoom - LEAST_ZOOM),
  });
};
const STEP = 80;
const ZOOM_MS = 120;

const useKeys = (choose: FlowGraphProps['choose']) => {
  const { zoomIn, zoomOut, fitView, getViewport, setViewport } = useReactFlow();
  const move = (x: number, y: number): void => {
    const now = getViewport();
    void setViewport({ ...now, x: now.x + x, y: now.y + y });
  };
  const keys: Readonly<Record<string, () => void>> = {
    '+': () => void zoomIn({ duration: ZOOM_MS }),
    '=': () => void zoomIn({ duration: ZOOM_MS }),
    '-': () => void zoomOut({ duration: ZOOM_MS }),
    '0': () => void fitView(FIT),
    ArrowLeft: () => move(STEP, 0),
    ArrowRight: () => move(-STEP, 0),
    ArrowUp: () => move(0, STEP),
    ArrowDown: () => move(0, -STEP),
  };
  return (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    const id = target.closest<HTMLElement>('.react-flow__node')?.dataset['id'];
    const isChoice = (event.key === 'Enter' || event.key === ' ') && id !== undefined;
    const act = isChoice && choose ? () => choose(id) : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
};

/** What somebody hears who reaches a node by key. */
const useNames = () => {
  const { t } = useTranslation();
  return ({ title, type }: DrawnNode, run: NodeRun | undefined): string =>
    [
      title,
      isNamed(type) ? t(`kind.${type}`) : type,
      ...(run ? [t(`scene.state.${run.state}`)] : []),
      ...(run?.deployment === undefined ? [] : [run.deployment]),
    ].join(', ');
};

/** Containers come before what is in them. */
const sorted = (nodes: readonly DrawnNode[]): DrawnNode[] => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const depth = (node: DrawnNode, so = 0): number => {
    const parent = node.parent === null ? undefined : byId.get(node.parent);
    return parent && so < nodes.length ? depth(parent, so + 1) : so;
  };
  return nodes
    .map((node) => ({ node, depth: depth(node) }))
    .filter(({ depth }) => depth < nodes.length)
    .toSorted((a, b) => a.depth - b.depth)
    .map(({ node }) =>
      node.parent !== null && byId.has(node.parent) ? node : { ...node, parent: null },
    );
};

const placed = (node: DrawnNode, places: Places) => {
  const { x, y, width, height } = places.get(node.id) ?? { x: 0, y: 0, width: 240, height: 64 };
  return {
    id: node.id,
    type: isContainer(node) ? ('box' as const) : isDot(node) ? ('dot' as const) : ('step' as const),
    position: { x, y },
    zIndex: node.parent === null ? 0 : 2,
    width,
    height,
    measured: { width, height },
    handles: handlesOf(node, { width }).map((handle) => ({
      ...handle,
      position: handle.type === 'target' ? Position.Left : Position.Right,
      width: HANDLE,
      height: HANDLE,
    })),
    ...(node.parent !== null && { parentId: node.parent }),
  };
};

const edgesOf = ({ nodes, edges }: Drawing, runs: ReadonlyMap<string, NodeRun>): Edge[] => {
  const ways = new Map(nodes.map(({ id, handles }) => [id, handles]));
  return edges.map(({ source, target, handle }, i) => {
    const handles = ways.get(source) ?? [];
    const isWay = handles.some(({ id }) => id === handle);
    const from = runs.get(source);
    const to = runs.get(target);
    const isTaken =
      to !== undefined &&
      to.state !== 'skipped' &&
      from?.elapsedMs !== undefined &&
      (from.handle ?? 'source') === handle;
    return {
      id: `${i} ${source} ${target}`,
      source,
      target,
      sourceHandle: isWay ? handle : 'source',
      animated: isTaken && to.state === 'running',
      style: { strokeWidth: isTaken ? 2.4 : 1.6, ...(isTaken && { stroke: 'var(--good)' }) },
      zIndex: 1,
    };
  });
};
