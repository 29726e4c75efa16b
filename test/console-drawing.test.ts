import { describe, expect, it, test } from 'vitest';
import { RunProgress } from '../console/data/run-progress.ts';
import { placesOf } from '../console/canvas/place.ts';
import { parseApp } from '#flow/dsl/parse.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { drawingOf } from '#server/apps/drawing.ts';

const drawn = (...flow: Parameters<typeof dsl>) => drawingOf(parseApp(dsl(...flow), 'app.yml'));

describe('a graph without places', () => {
  it('is drawn from left to right, each container around what is in it', () => {
    const places = placesOf(
      drawn(
        {
          start: { type: 'start' },
          each: { type: 'iteration' },
          'each/eachstart': { type: 'iteration-start' },
          'each/ask': llmData(),
          end: { type: 'end' },
        },
        ['start>each', 'eachstart>ask', 'each>end'],
      ),
      false,
    );
    const [start, each, ask, end] = ['start', 'each', 'ask', 'end'].map((id) => places.get(id)!);
    expect(start!.x + start!.width).toBeLessThan(each!.x);
    expect(each!.x + each!.width).toBeLessThan(end!.x);
    expect(ask!.x).toBeGreaterThan(0);
    expect(ask!.x + ask!.width).toBeLessThan(each!.width);
    expect(ask!.y + ask!.height).toBeLessThan(each!.height);
  });

  it('has those that start together in the order of the file', () => {
    const nodes = { start: { type: 'start' }, a: llmData(), b: llmData(), c: llmData() };
    const places = placesOf(drawn(nodes, ['start>a', 'start>b', 'start>c']), false);
    const tops = ['a', 'b', 'c'].map((id) => places.get(id)!.y);
    expect(tops).toEqual(tops.toSorted((a, b) => a - b));
  });

  it('ends for nodes that live in each other, or in nothing', () => {
    const places = placesOf(
      drawn(
        {
          start: { type: 'start' },
          'b/a': { type: 'loop' },
          'a/b': { type: 'loop' },
          'gone/c': { type: 'code' },
        },
        ['start>a', 'a>b', 'b>a', 'a>c'],
      ),
      true,
    );
    expect([...places.keys()].toSorted()).toEqual(['c', 'start']);
  });
});

test('a run is seen as far as its events go', () => {
  const at = 0;
  const progress = new RunProgress();
  const node = { step: 1, nodeId: 'ask', title: 'Ask', nodeType: 'llm', at };
  progress.take({ type: 'run-start', runId: 'r', app: 'a', system: {}, at });
  progress.take({ type: 'node-start', ...node });
  const call = { deployment: 'PJ1', attempts: 1, queueMs: 5 };
  progress.take({ type: 'node-served', step: 1, nodeId: 'ask', ...call, at });
  progress.take({ type: 'node-delta', step: 1, nodeId: 'ask', output: 'text', text: 'Hi', at: 7 });
  progress.take({
    type: 'answer-delta',
    nodeId: 'ask',
    responseId: 'answer',
    text: 'Hi',
    at: 7,
    selector: ['ask', 'text'],
  });
  const during = progress.seen();
  expect(during).toMatchObject({ state: 'running', answer: 'Hi', steps: [{ firstMs: 7 }] });
  expect(during.nodes.get('ask')).toMatchObject({ state: 'running', deployment: 'PJ1' });
  progress.take({
    type: 'node-finish',
    ...node,
    status: 'exception',
    elapsedMs: 9,
    inputs: {},
    outputs: {},
  });
  progress.take({ type: 'node-skip', nodeId: 'other', at });
  progress.take({
    type: 'run-finish',
    status: 'partial-succeeded',
    outputs: {},
    steps: 1,
    exceptions: 1,
    at: 9,
  });
  const over = progress.seen();
  expect(over).toMatchObject({ state: 'partial-succeeded', elapsedMs: 9 });
  // A failure that the flow goes on from leaves by its own way.
  expect(over.nodes.get('ask')).toMatchObject({ state: 'exception', handle: 'fail-branch' });
  expect(over.nodes.get('other')).toMatchObject({ state: 'skipped' });
  // What was shown before is not changed by what comes later.
  expect(during.nodes.get('ask')).toMatchObject({ state: 'running' });
});
