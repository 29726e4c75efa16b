import { describe, expect, test } from 'vitest';
import type { Passing } from '#wire/dialect.ts';
import { NOTHING, type Taker } from '#gateway/passage.ts';
import { Translation } from '#gateway/translation.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/** Another dialect, as far as the translation can tell. */
const from = { ...openaiChat, name: 'another' };

const chunk = (delta: object, finish_reason: string | null = null, index = 0): string =>
  `data: ${JSON.stringify({ choices: [{ index, delta, finish_reason }] })}\n\n`;

const setUp = ({ choices = 1, includeUsage = false } = {}) => {
  const names = { id: 'call-1', model: 'm', created: 7 };
  const to = openaiChat;
  const passage = new Translation({
    from,
    to,
    eventBytes: 10_000,
    choices,
    includeUsage,
    names,
    emulates: undefined,
  });
  const told: Passing[] = [];
  let text = '';
  const taker: Taker = {
    hasBegun: false,
    take(passing, bytes) {
      told.push(passing);
      text += bytes.toString();
      return passing.kind !== 'done' && passing.kind !== 'error';
    },
  };
  const push = (bytes: string): void => passage.push(Buffer.from(bytes), taker);
  return {
    passage,
    taker,
    push,
    told,
    kinds: () => told.map(({ kind }) => kind),
    text: () => text,
  };
};

const HI = chunk({ role: 'assistant', content: '' }) + chunk({ content: 'Hi' });

describe('a stream of another dialect', () => {
  test('is written anew, and gets the names that its vendor left unsaid', () => {
    const { push, kinds, text, passage } = setUp();
    push(HI);
    push(chunk({}, 'stop') + 'data: [DONE]\n\n');
    expect(kinds()).toEqual(['opening', 'content', 'content', 'done']);
    const lines = text().trim().split('\n\n');
    for (const line of lines)
      expect(line).toMatch(/^data: \{"id":"call-1",.*"created":7,"model":"m"/);
    expect(passage.mark().toString()).toBe('data: [DONE]\n\n');
  });

  test('an opening says nothing yet', () => {
    const { push, kinds } = setUp();
    push(chunk({ role: 'assistant', content: '' }));
    push(': comment\n\n');
    expect(kinds()).toEqual(['opening']);
  });

  test('its usage is told, and written for who asks', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2 };
    const end = chunk({}, 'stop') + `data: ${JSON.stringify({ choices: [], usage })}\n\n`;
    for (const includeUsage of [true, false]) {
      const { push, told, passage, text } = setUp({ includeUsage });
      push(`${HI}${end}data: [DONE]\n\n`);
      expect(told.find((passing) => passing.usage)?.usage).toEqual({
        inputTokens: 3,
        outputTokens: 2,
      });
      const all = text() + passage.mark().toString();
      expect(all.includes('"prompt_tokens":3')).toBe(includeUsage);
    }
  });

  test('an error in it is its taker’s to tell', () => {
    const { push, told, text } = setUp();
    push(`${HI}data: {"error":{"message":"Busy.","code":503}}\n\n${HI}`);
    expect(told.at(-1)).toMatchObject({ kind: 'error', error: { kind: 'overloaded' } });
    expect(text()).not.toContain('Busy');
  });

  test('one that is cut off has no end, and none is made up', () => {
    const { push, passage, taker, kinds } = setUp();
    push(HI + 'data: {"choices"');
    passage.end(taker);
    expect(kinds()).toEqual(['opening', 'content', 'error']);
    const cut = setUp();
    cut.push(HI);
    cut.passage.end(cut.taker);
    expect(cut.kinds()).toEqual(['opening', 'content']);
    expect(cut.passage.mark()).toEqual(NOTHING);
  });

  test('a vendor that forgets the end mark has still said that it finished', () => {
    const { push, passage, taker, kinds } = setUp();
    push(HI + chunk({}, 'stop'));
    passage.end(taker);
    expect(kinds().at(-1)).toBe('done');
  });

  test('of several answers the last one ends it', () => {
    const { push, kinds, text } = setUp({ choices: 2 });
    push(HI + chunk({ content: 'Ho' }, null, 1));
    push(chunk({}, 'stop', 1) + chunk({}, 'stop') + 'data: [DONE]\n\n');
    expect(kinds().filter((kind) => kind === 'done')).toHaveLength(1);
    expect(text().match(/"finish_reason":"stop"/g)).toHaveLength(2);
  });

  test('what is larger than an event may be is refused', () => {
    const { push } = setUp();
    expect(() => push(`data: ${'x'.repeat(10_001)}`)).toThrowError(
      expect.objectContaining({ code: 'upstream_invalid' }),
    );
  });
});
