import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { anthropicMessages } from '#wire/anthropic-messages/index.ts';
import type { Block, ChatEvent } from '#wire/chat-event.ts';
import { runStep } from '#wire/test-kit.ts';

const START: ChatEvent = { type: 'start', id: 'a', model: 'm', created: 1 };
const FINISH: ChatEvent = { type: 'finish', reason: 'stop', raw: 'stop' };
const open = (index: number, block: Block, choice = 0): ChatEvent => ({
  type: 'block-start',
  index,
  block,
  choice,
});
const add = (index: number, delta: string): ChatEvent => ({ type: 'block-delta', index, delta });
const close = (index: number, signature?: string): ChatEvent => ({
  type: 'block-end',
  index,
  ...(signature !== undefined && { signature }),
});
const call = (id: string): Block => ({ kind: 'tool-call', id, name: 'f' });
const TEXT: Block = { kind: 'text' };

/** The stream's events in short: `1 tool_use`, `1 +{"a"`, `1 .`. */
const written = (events: readonly ChatEvent[]): string[] =>
  runStep(anthropicMessages.streamWriter({ includeUsage: true }), events).flatMap(
    ({ event, data }) => {
      const body = JSON.parse(data) as JsonObject & { index: number };
      expect(event).toBe(body['type']);
      if (event === 'content_block_stop') return [`${body.index} .`];
      if (event === 'content_block_start')
        return [`${body.index} ${(body['content_block'] as JsonObject)['type'] as string}`];
      if (event !== 'content_block_delta') return [];
      const { type: _, ...delta } = body['delta'] as Record<string, string>;
      return [`${body.index} +${Object.values(delta).join('')}`];
    },
  );

describe('blocks come one after the other', () => {
  test('texts and thoughts that alternate go on in new blocks', () => {
    const thought: Block = { kind: 'reasoning' };
    const mixed = [open(0, thought), open(1, TEXT), add(0, 'r'), add(1, 'a'), add(0, 's')];
    expect(written([START, ...mixed, close(0, 'S'), close(1), FINISH]).join(', ')).toBe(
      '0 thinking, 0 +r, 0 ., 1 text, 1 +a, 1 ., 2 thinking, 2 +s, 2 +S, 2 .',
    );
  });

  test('of calls that interleave the first is told at once, the second when it is over', () => {
    const mixed = [add(0, '{"x'), add(1, '{"y'), add(0, '":1}'), add(1, '":2}')];
    const opened = [START, open(0, call('a')), open(1, call('b')), ...mixed];
    expect(written([...opened, close(0), close(1), FINISH]).join(', ')).toBe(
      '0 tool_use, 0 +{"x, 0 +":1}, 0 ., 1 tool_use, 1 +{"y, 1 +":2}, 1 .',
    );
  });

  test('only the first answer has a place', () => {
    const two = [open(0, TEXT), open(1, TEXT, 1), add(0, 'a'), add(1, 'b'), close(0), close(1)];
    const second: ChatEvent = { type: 'finish', reason: 'stop', raw: 'stop', choice: 1 };
    expect(written([START, ...two, FINISH, second])).toEqual(['0 text', '0 +a', '0 .']);
  });

  test('a picture comes whole', () => {
    const image: Block = { kind: 'image', mediaType: 'image/png' };
    const events = [START, open(0, image), add(0, 'iV'), add(0, 'BO'), close(0), FINISH];
    expect(written(events)).toEqual(['0 image', '0 .']);
    const source = { type: 'base64', media_type: 'image/png', data: 'iVBO' };
    expect(anthropicMessages.writeReply(events)['content']).toEqual([{ type: 'image', source }]);
  });
});

test('a refusal is said, and is the reason', () => {
  const events = [START, open(0, { kind: 'refusal' }), add(0, 'No.'), close(0), FINISH];
  expect(anthropicMessages.writeReply(events)).toMatchObject({
    content: [{ type: 'text', text: 'No.' }],
    stop_reason: 'refusal',
  });
  const frames = runStep(anthropicMessages.streamWriter({ includeUsage: true }), events);
  expect(frames.at(-2)?.data).toContain('"stop_reason":"refusal"');
});

test('arguments that are no object stay what the model wrote', () => {
  const events = [START, open(0, call('a')), add(0, '{"x":'), close(0), FINISH];
  expect(anthropicMessages.writeReply(events)).toMatchObject({ content: [{ input: '{"x":' }] });
});

describe('events that are not as they should be', () => {
  const read = (...events: object[]): ChatEvent[] =>
    runStep(
      anthropicMessages.streamReader(),
      events.map((event) => ({ data: JSON.stringify(event) })),
    );
  const block = (index: number, content_block: object) => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const ended = { type: 'message_delta', delta: { stop_reason: 'end_turn' } };

  test('unknown ones are passed over, a missing start or stop is made up for', () => {
    expect(
      read({ type: 'news' }, block(0, { type: 'text', text: 'Hi' }), { type: 'ping' }, ended),
    ).toEqual([
      { type: 'start', id: '', model: '', created: 0 },
      { type: 'block-start', index: 0, block: { kind: 'text' } },
      { type: 'block-delta', index: 0, delta: 'Hi' },
      { type: 'block-end', index: 0 },
      { type: 'finish', reason: 'stop', raw: 'end_turn' },
    ]);
  });

  test('arguments that came with the start of a call are its arguments', () => {
    const tool = { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } };
    expect(read(block(0, tool), ended)).toContainEqual({
      type: 'block-delta',
      index: 0,
      delta: '{"x":1}',
    });
  });

  test.each([
    ['overloaded_error', 529, 'overloaded'],
    ['rate_limit_error', 429, 'rate-limit'],
    ['api_error', 500, 'broken'],
    ['invalid_request_error', 400, 'invalid'],
    ['new_error', 502, 'broken'],
  ])('an error of type %s inside a stream has the status %i', (type, status, kind) => {
    expect(read({ type: 'error', error: { type, message: 'No.' } })).toEqual([
      { type: 'error', error: { kind, status, message: 'No.', type } },
    ]);
  });
});

test.each([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [405, 'invalid_request_error'],
  [408, 'timeout_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [502, 'api_error'],
  [503, 'overloaded_error'],
  [529, 'overloaded_error'],
])('an error with status %i is a %s', (status, type) => {
  expect(anthropicMessages.writeError({ status, message: 'No.', id: 'r' })).toEqual({
    type: 'error',
    error: { type, message: 'No.' },
    request_id: 'r',
  });
});
