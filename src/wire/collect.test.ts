import { expect, test } from 'vitest';
import type { ChatEvent } from '#wire/chat-event.ts';
import { collect } from '#wire/collect.ts';

const START: ChatEvent = { type: 'start', id: 'a', model: 'm', created: 1 };
const FINISH: ChatEvent = { type: 'finish', reason: 'stop', raw: 'end_turn' };

const open = (index: number, kind: 'text' | 'reasoning' | 'refusal'): ChatEvent => ({
  type: 'block-start',
  index,
  block: { kind },
});
const say = (index: number, delta: string): ChatEvent => ({ type: 'block-delta', index, delta });

test('blocks that interleave come out whole, each kind in the order in which it began', () => {
  const call = { kind: 'tool-call', id: 'c', name: 'f' } as const;
  const events: ChatEvent[] = [
    START,
    open(0, 'reasoning'),
    open(1, 'text'),
    say(1, 'A'),
    say(0, 'r'),
    { type: 'block-start', index: 2, block: call },
    open(3, 'text'),
    say(3, 'C'),
    say(2, '{}'),
    say(1, 'B'),
    FINISH,
  ];
  expect(collect(events)).toEqual({
    id: 'a',
    model: 'm',
    created: 1,
    text: 'ABC',
    reasoning: 'r',
    refusal: '',
    toolCalls: [{ id: 'c', name: 'f', input: '{}' }],
    finish: { reason: 'stop', raw: 'end_turn' },
  });
});

test.each<[string, ChatEvent[]]>([
  ['nothing', []],
  ['no end', [START, open(0, 'text'), say(0, 'A')]],
  [
    'an error',
    [START, FINISH, { type: 'error', error: { kind: 'broken', status: 502, message: 'Gone.' } }],
  ],
])('what is not whole is refused: %s', (_, events) => {
  expect(() => collect(events)).toThrowError(expect.objectContaining({ code: 'stream_truncated' }));
});
