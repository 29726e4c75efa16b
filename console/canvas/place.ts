import dagre from '@dagrejs/dagre';
import type { Drawing, DrawnNode } from '#gateway/console/app-shapes.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const WIDTH = 240;
const TIDY_WIDTH = 200;
/** A card: its title and one line, then one more for each way out; borders and padding included. */
const HEAD = 62;
const LINE = 20;
const DOT = 44;
/** How far down a card its main handles are. */
export const MAIN_HANDLE = 21;
export const HANDLE = 6;
/** Room that a container leaves around its children, and above them for its title. */
const MARGIN = 24;
const TITLE = 64;

const CONTAINERS: ReadonlySet<string> = new Set(['iteration', 'loop']);
const DOTS: ReadonlySet<string> = new Set(['iteration-start', 'loop-start', 'loop-end']);

export const isContainer = ({ type }: DrawnNode): boolean => CONTAINERS.has(type);
export const isDot = ({ type }: DrawnNode): boolean => DOTS.has(type);

/** Where each node stands, within its container if it has one. */
export type Places = ReadonlyMap<string, Box>;

/**
 * As the file has placed them. Where it has not, or `isTidy` asks for it, from left to right, each
 * container around what is in it.
 */
export const placesOf = (drawing: Drawing, isTidy: boolean): Places => {
  if (isTidy || !isPlaced(drawing)) return tidied(drawing);
  return new Map(
    drawing.nodes.map((node) => {
      const { width, height } = sizeOf(node, WIDTH);
      const size = isContainer(node) && node.size ? node.size : { width, height };
      return [node.id, { ...node.place!, ...size }];
    }),
  );
};

/** What a graph takes up as its file has it. */
export const extentOf = (drawing: Drawing): { readonly width: number; readonly height: number } => {
  const places = placesOf(drawing, false);
  const boxes = drawing.nodes
    .filter(({ parent }) => parent === null)
    .flatMap(({ id }) => places.get(id) ?? []);
  const span = (least: (box: Box) => number, most: (box: Box) => number): number =>
    boxes.length === 0 ? 0 : Math.max(...boxes.map(most)) - Math.min(...boxes.map(least));
  return {
    width: span(
      ({ x }) => x,
      ({ x, width }) => x + width,
    ),
    height: span(
      ({ y }) => y,
      ({ y, height }) => y + height,
    ),
  };
};

/** A file written by hand may have everything in one place, or nothing anywhere. */
const isPlaced = ({ nodes }: Drawing): boolean => {
  const top = nodes.filter(({ parent }) => parent === null);
  const places = new Set(top.map(({ place }) => place && `${place.x} ${place.y}`));
  return nodes.every(({ place }) => place !== null) && places.size > top.length / 2;
};

const sizeOf = (node: DrawnNode, width: number): { width: number; height: number } => {
  if (isDot(node)) return { width: DOT, height: DOT };
  return { width, height: HEAD + LINE * node.handles.length };
};

/** How far down a card the handle of its nth way out is. */
const wayAt = (nth: number): number => HEAD - 10 + LINE * nth + LINE / 2;

export interface PlacedHandle {
  readonly id: string | null;
  readonly type: 'source' | 'target';
  readonly x: number;
  readonly y: number;
}

/** Where edges begin and end at a card: it need not be measured first. */
export const handlesOf = (node: DrawnNode, { width }: Pick<Box, 'width'>): PlacedHandle[] => {
  const [left, right] = [-HANDLE / 2, width - HANDLE / 2];
  const at = (type: PlacedHandle['type'], id: string | null, middle: number): PlacedHandle => ({
    id,
    type,
    x: type === 'target' ? left : right,
    y: middle - HANDLE / 2,
  });
  const main = isDot(node) ? DOT / 2 : MAIN_HANDLE;
  return [
    ...(hasTarget(node) ? [at('target', null, main)] : []),
    ...(hasSource(node) ? [at('source', 'source', main)] : []),
    ...node.handles.map(({ id }, i) => at('source', id, wayAt(i))),
  ];
};

export const hasTarget = ({ type }: DrawnNode): boolean =>
  type !== 'start' && type !== 'iteration-start' && type !== 'loop-start';

/** Branches leave by their cases alone; what may fail has one way more. */
export const hasSource = ({ type, handles }: DrawnNode): boolean =>
  type !== 'end' && type !== 'loop-end' && handles.every(({ kind }) => kind === 'fail');

/** A graph's own limit: a hostile file may say that two nodes live in each other. */
const DEEPEST = 8;

const tidied = (drawing: Drawing): Places => {
  const ids = new Set(drawing.nodes.map(({ id }) => id));
  const places = new Map<string, Box>();
  const inside = (parent: string | undefined): DrawnNode[] =>
    drawing.nodes.filter(({ parent: of }) =>
      parent === undefined ? of === null || !ids.has(of) : of === parent,
    );
  const place = (
    parent: string | undefined,
    depth: number,
  ): { readonly width: number; readonly height: number } => {
    const nodes = inside(parent);
    const graph = new dagre.graphlib.Graph();
    const margin = parent === undefined ? 0 : MARGIN;
    graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 70, marginx: margin, marginy: margin });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const node of nodes) {
      const isBox = isContainer(node) && depth < DEEPEST && inside(node.id).length > 0;
      graph.setNode(node.id, isBox ? place(node.id, depth + 1) : sizeOf(node, TIDY_WIDTH));
    }
    // Of those that follow one node the first in the file is drawn on top.
    for (const { source, target } of drawing.edges.toReversed())
      if (graph.hasNode(source) && graph.hasNode(target)) graph.setEdge(source, target);
    dagre.layout(graph);
    const top = parent === undefined ? 0 : TITLE - MARGIN;
    for (const { id } of nodes) {
      const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id);
      places.set(id, { x: x - width / 2, y: y - height / 2 + top, width, height });
    }
    const { width = 0, height = 0 } = graph.graph();
    return { width, height: height + top };
  };
  place(undefined, 0);
  return places;
};
