import { expect, test } from 'vitest';
import { parseApp } from '#flow/dsl/parse.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { drawingReply } from '#gateway/console/app-shapes.ts';
import { drawingOf } from '#server/apps/drawing.ts';

const drawn = (text: string) => drawingReply.parse(drawingOf(parseApp(text, 'app.yml')));

test('nodes stand where the file has put them, with the ways that lead from them', () => {
  const cases = [
    {
      case_id: 'true',
      logical_operator: 'or',
      conditions: [
        { variable_selector: ['start', 'topic'], comparison_operator: 'is', value: 'a' },
        { variable_selector: ['start', 'count'], comparison_operator: 'empty' },
      ],
    },
    { case_id: 'c2', conditions: [] },
  ];
  const classes = [
    { id: '1', name: 'Praise' },
    { id: '2', name: 'Blame', label: 'A complaint' },
  ];
  const { nodes, edges } = drawn(
    dsl(
      {
        start: { type: 'start' },
        branch: { type: 'if-else', cases },
        old: { type: 'if-else', conditions: cases[0]!.conditions },
        sort: { type: 'question-classifier', classes, error_strategy: 'fail-branch' },
        'each/inner': llmData('Hi', { error_strategy: 'fail-branch' }),
        odd: { type: 'no-such-type' },
      },
      ['start>branch', 'branch:c2>sort', 'sort:fail-branch>odd'],
    ),
  );
  const handles = nodes.map((node) => node.handles.map(({ kind, text }) => `${kind} ${text}`));
  expect(handles).toEqual([
    [],
    ['if topic is "a" or count empty', 'elif ', 'else '],
    ['if topic is "a" and count empty', 'else '],
    ['class Praise', 'class A complaint', 'fail '],
    ['fail '],
    [],
  ]);
  expect(nodes[4]).toMatchObject({ parent: 'each', about: 'gpt-4.1', place: null, size: null });
  expect(edges[1]).toEqual({ source: 'branch', target: 'sort', handle: 'c2' });
});

test('nothing of what nodes say or send is drawn', () => {
  const secret = 's3cret-value';
  const text = dsl(
    {
      start: { type: 'start' },
      call: {
        type: 'http-request',
        method: 'post',
        url: `https://example.com/?key=${secret}`,
        headers: `authorization: ${secret}`,
      },
      ask: llmData(`Keep ${secret} to yourself.`),
    },
    ['start>call', 'call>ask'],
  );
  const drawing = drawn(text);
  expect(drawing.nodes[1]).toMatchObject({ about: 'POST' });
  expect(JSON.stringify(drawing)).not.toContain(secret);
});

test('sticky notes are drawn with their words alone', () => {
  const tree = (text: string): string =>
    JSON.stringify({ root: { children: [{ children: [{ text }, { text: '!' }] }] } });
  const flow = JSON.parse(dsl({ start: { type: 'start' } }, [])) as {
    workflow: { graph: { nodes: object[] } };
  };
  const note = (text: string, more: object = { position: { x: 1, y: 2 } }): object => ({
    id: 'n',
    type: 'custom-note',
    data: { type: '', text },
    ...more,
  });
  flow.workflow.graph.nodes.push(note(tree('Look')), note('plain'), note('nowhere', {}));
  const size = { width: 240, height: 90 };
  expect(drawn(JSON.stringify(flow)).notes).toEqual([
    { id: 'note-1', text: 'Look!', place: { x: 1, y: 2 }, size },
    { id: 'note-2', text: 'plain', place: { x: 1, y: 2 }, size },
  ]);
});

test('places that are no numbers are none', () => {
  const flow = dsl({ start: { type: 'start' } }, []).replace(
    '"type":"custom"',
    '"type":"custom","position":{"x":"a","y":null},"width":{}',
  );
  expect(drawn(flow).nodes[0]).toMatchObject({ place: null, size: null });
});
