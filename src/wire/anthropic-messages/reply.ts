import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { citationsOf, readCitation } from '#wire/anthropic-messages/citations.ts';
import { DIALECT, fieldText } from '#wire/anthropic-messages/fields.ts';
import { readFinish } from '#wire/anthropic-messages/finish.ts';
import { FORMAT_TOOL } from '#wire/anthropic-messages/format.ts';
import { inputText } from '#wire/anthropic-messages/read-parts.ts';
import { readUsage } from '#wire/anthropic-messages/usage.ts';
import type { Block, ChatEvent, FinishEvent } from '#wire/chat-event.ts';
import { rest } from '#wire/check.ts';
import type { ReadOptions } from '#wire/dialect.ts';

export const readReply = (body: Json, { emulates }: ReadOptions = {}): ChatEvent[] => {
  const content = isObject(body) ? own(body, 'content') : undefined;
  const finish = isObject(body) ? readFinish(body) : undefined;
  if (!isObject(body) || !Array.isArray(content) || !finish)
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without a message; try again.',
    );
  const events: ChatEvent[] = [startEvent(body)];
  const blocks = content.filter(isObject);
  for (const block of blocks) events.push(...blockEvents(block, events, emulates !== undefined));
  const extra = extraOf(body);
  if (extra) events.push(extra);
  const usage = readUsage(own(body, 'usage'));
  if (usage) events.push({ type: 'usage', usage });
  events.push(formatFinish(finish, events, emulates !== undefined));
  return events;
};

/** This vendor does not say when. */
export const startEvent = (message: JsonObject): ChatEvent => ({
  type: 'start',
  id: fieldText(message, 'id'),
  model: fieldText(message, 'model'),
  created: 0,
});

const blockEvents = (
  block: JsonObject,
  before: readonly ChatEvent[],
  emulates: boolean,
): ChatEvent[] => {
  const opened = openedBy(block, emulates);
  if (!opened) return [blockExtra(block)];
  const index = before.filter(({ type }) => type === 'block-start').length;
  const signature = fieldText(block, 'signature');
  const text = textOf(block);
  return [
    { type: 'block-start', index, block: opened },
    ...(text === '' ? [] : [{ type: 'block-delta', index, delta: text } as const]),
    ...citationsOf(block).map(
      (said) => ({ type: 'citation', index, citation: readCitation(said) }) as const,
    ),
    { type: 'block-end', index, ...(signature !== '' && { signature }) },
  ];
};

/** What a block of content begins; undefined for one that only this dialect has. */
export const openedBy = (block: JsonObject, emulates: boolean): Block | undefined => {
  const type = own(block, 'type');
  if (type === 'text') return { kind: 'text' };
  if (type === 'thinking') return { kind: 'reasoning' };
  if (type === 'redacted_thinking')
    return { kind: 'reasoning', redacted: fieldText(block, 'data') };
  if (type !== 'tool_use') return undefined;
  const name = fieldText(block, 'name');
  if (emulates && name === FORMAT_TOOL) return { kind: 'text' };
  return { kind: 'tool-call', id: fieldText(block, 'id'), name };
};

const textOf = (block: JsonObject): string => {
  const type = own(block, 'type');
  if (type === 'tool_use') return inputText(own(block, 'input'));
  return type === 'redacted_thinking'
    ? ''
    : fieldText(block, type === 'thinking' ? 'thinking' : 'text');
};

/** A block that no other dialect has a word for, at its place in the answer. */
export const blockExtra = (block: JsonObject): ChatEvent => ({
  type: 'extra',
  dialect: DIALECT,
  value: { content: [block] },
});

const KNOWN: ReadonlySet<string> = new Set([
  'id',
  'type',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'usage',
]);
const COUNTED: ReadonlySet<string> = new Set([
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'output_tokens_details',
]);

/** What the vendor says of the reply beyond the hub's words: its tier, what it searched, a container. */
export const extraOf = (message: JsonObject): ChatEvent | undefined => {
  const told = own(message, 'usage');
  const usage = isObject(told) ? said(rest(told, COUNTED)) : {};
  const value = {
    ...said(rest(message, KNOWN)),
    ...(Object.keys(usage).length > 0 && { usage }),
  };
  return Object.keys(value).length > 0 ? { type: 'extra', dialect: DIALECT, value } : undefined;
};

const said = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

/** The answer that came by way of a tool is one that has simply ended. */
export const formatFinish = (
  finish: FinishEvent,
  events: readonly ChatEvent[],
  emulates: boolean,
): FinishEvent => {
  if (!emulates || finish.reason !== 'tool-calls') return finish;
  const calls = events.some(
    (event) => event.type === 'block-start' && event.block.kind === 'tool-call',
  );
  return calls ? finish : { ...finish, reason: 'stop' };
};
