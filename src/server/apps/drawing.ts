import { listAt, mapAt, textAt } from '#core/fields.ts';
import { isObject, type Json, type JsonObject, own, valueAt } from '#core/json.ts';
import type { App, DslNode } from '#flow/dsl/app.ts';
import type { DrawnNode, Drawing } from '#gateway/console/app-shapes.ts';

/** A card has no room for more, characters. */
const LONGEST_TITLE = 200;
const LONGEST_LINE = 120;
const LONGEST_NOTE = 2_000;

/**
 * An app as people see it: nodes, where its file has put them, and which way leads from each. What
 * nodes say, send or compute stays out, and with it whatever is secret there.
 */
export const drawingOf = (app: App): Drawing => ({
  name: app.name,
  nodes: app.nodes.map((node) => drawnNode(app, node)),
  edges: app.edges.map(({ source, target, sourceHandle }) => ({
    source,
    target,
    handle: sourceHandle,
  })),
  notes: notesOf(app),
});

const drawnNode = (app: App, node: DslNode): DrawnNode => {
  const { id, type, title, parentId, data } = node;
  const written = valueAt(app.document.value, node.path.slice(0, -1));
  const around = isObject(written) ? written : {};
  return {
    id,
    type,
    title: title.slice(0, LONGEST_TITLE),
    about: aboutOf(node)?.slice(0, LONGEST_LINE) ?? null,
    parent: parentId ?? null,
    place: placeOf(own(around, 'position')),
    size: sizeOf(around),
    handles: handlesOf(type, data).map((handle) => ({
      ...handle,
      text: handle.text.slice(0, LONGEST_LINE),
    })),
  };
};

const placeOf = (position: Json | undefined): { x: number; y: number } | null => {
  const [x, y] = isObject(position) ? [own(position, 'x'), own(position, 'y')] : [];
  return Number.isFinite(x) && Number.isFinite(y) ? { x: Number(x), y: Number(y) } : null;
};

const sizeOf = (around: JsonObject): { width: number; height: number } | null => {
  const [width, height] = [own(around, 'width'), own(around, 'height')];
  return Number.isFinite(width) && Number.isFinite(height)
    ? { width: Number(width), height: Number(height) }
    : null;
};

const aboutOf = ({ type, data }: DslNode): string | undefined => {
  const model = textAt(mapAt(data, 'model'), 'name');
  if (model !== '') return model;
  if (type === 'code') return textAt(data, 'code_language') || undefined;
  if (type === 'http-request') return textAt(data, 'method').toUpperCase() || undefined;
  if (type === 'tool') return textAt(data, 'tool_label') || textAt(data, 'tool_name') || undefined;
  if (type !== 'agent') return undefined;
  const chosen = mapAt(mapAt(mapAt(data, 'agent_parameters'), 'model'), 'value');
  return textAt(chosen, 'model') || textAt(data, 'agent_strategy_name') || undefined;
};

type Handle = DrawnNode['handles'][number];

const handlesOf = (type: string, data: JsonObject): readonly Handle[] => {
  const fail: readonly Handle[] =
    textAt(data, 'error_strategy') === 'fail-branch'
      ? [{ id: 'fail-branch', kind: 'fail', text: '' }]
      : [];
  if (type === 'if-else') return [...casesOf(data), { id: 'false', kind: 'else', text: '' }];
  if (type === 'question-classifier')
    return [
      ...listAt(data, 'classes').map((one): Handle => {
        const name = textAt(one, 'label') || textAt(one, 'name');
        return { id: textAt(one, 'id'), kind: 'class', text: name };
      }),
      ...fail,
    ];
  if (type === 'human-input')
    return listAt(data, 'user_actions').map((one): Handle => {
      const id = textAt(one, 'id');
      return { id, kind: 'action', text: textAt(one, 'title') || id };
    });
  return fail;
};

/** Files of before there were cases have one. */
const casesOf = (data: JsonObject): readonly Handle[] => {
  const cases = listAt(data, 'cases');
  if (cases.length === 0) return [{ id: 'true', kind: 'if', text: conditionsOf(data) }];
  return cases.map((one, i) => ({
    id: textAt(one, 'case_id') || textAt(one, 'id') || (i === 0 ? 'true' : `case_${i + 1}`),
    kind: i === 0 ? 'if' : 'elif',
    text: conditionsOf(one),
  }));
};

/** `topic is "a" and count > 3`: variables by their last names. */
const conditionsOf = (one: JsonObject): string => {
  const joint = textAt(one, 'logical_operator') === 'or' ? ' or ' : ' and ';
  return listAt(one, 'conditions')
    .map((condition) => {
      const selector = own(condition, 'variable_selector');
      const name = Array.isArray(selector) ? selector.at(-1) : undefined;
      const value = own(condition, 'value');
      const shown = typeof value === 'string' && value !== '' ? JSON.stringify(value) : undefined;
      return [name, textAt(condition, 'comparison_operator'), shown]
        .filter((word) => typeof word === 'string')
        .join(' ');
    })
    .join(joint);
};

/** Sticky notes; their text is an editor's tree, of which only the words are shown. */
const notesOf = ({ document }: App): Drawing['notes'] => {
  const nodes = valueAt(document.value, ['workflow', 'graph', 'nodes']);
  return (Array.isArray(nodes) ? nodes : []).filter(isObject).flatMap((node, i) => {
    const place = placeOf(own(node, 'position'));
    if (own(node, 'type') !== 'custom-note' || !place) return [];
    const text = wordsOf(textAt(mapAt(node, 'data'), 'text')).slice(0, LONGEST_NOTE);
    const size = sizeOf(node) ?? { width: 240, height: 90 };
    return [{ id: `note-${i}`, text, place, size }];
  });
};

const wordsOf = (written: string): string => {
  try {
    const tree: unknown = JSON.parse(written);
    return isObject(tree) ? blocksOf(mapAt(tree, 'root')).join('\n') : written;
  } catch {
    return written;
  }
};

const blocksOf = (root: JsonObject): string[] =>
  listAt(root, 'children').map((block) => leavesOf(block, 0));

const DEEPEST = 32;

const leavesOf = (block: JsonObject, depth: number): string =>
  textAt(block, 'text') ||
  (depth > DEEPEST
    ? ''
    : listAt(block, 'children')
        .map((child) => leavesOf(child, depth + 1))
        .join(''));
