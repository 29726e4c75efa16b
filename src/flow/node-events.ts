import { SpillwayError } from '#core/errors.ts';
import { type Active, nameOf, stepOf } from '#flow/active.ts';
import type { StepEvent, Within } from '#flow/events.ts';
import type { NodeEvent } from '#flow/nodes/node-type.ts';

/** What a node said → what a run tells of it. Throws SpillwayError `too_large` when it streams too much. */
export const eventOf = (
  active: Active,
  event: NodeEvent,
  at: { readonly at: number; readonly within: Within | undefined; readonly nodeChars: number },
): StepEvent => {
  if (event.type === 'inner') return event.event;
  const base = { at: at.at, ...stepOf(active, at.within) };
  if (event.type === 'served') return { ...event, ...base, type: 'node-served' };
  if (event.type === 'spent') return { ...event, ...base, type: 'node-spent' };
  if (event.type === 'log') return { ...event, ...base, type: 'node-log' };
  if (event.type === 'rounds') {
    const { count, inputs } = event;
    return { type: 'rounds-start', ...base, ...nameOf(active), rounds: count, inputs };
  }
  if (event.type === 'round')
    return { type: 'round-start', ...base, ...nameOf(active), index: event.index };
  active.streamedChars += event.text.length;
  if (active.streamedChars > at.nodeChars)
    throw new SpillwayError('too_large', `It streamed more than ${at.nodeChars} characters.`);
  return { type: 'node-delta', ...base, output: event.output, text: event.text };
};
