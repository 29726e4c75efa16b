import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import type { Passing } from '#wire/dialect.ts';
import { watch } from '#wire/openai-chat/watch.ts';

const look = (chunk: Json, begun: boolean): Passing =>
  watch(Buffer.from(typeof chunk === 'string' ? chunk : JSON.stringify(chunk)), begun);

const delta = (fields: Json, finish: Json = null): JsonObject => ({
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
});
const USAGE = { prompt_tokens: 5, completion_tokens: 1 };
const COUNTED = { inputTokens: 5, outputTokens: 1 };

describe('the kind of a message', () => {
  test.each<[string, Json, Passing['kind']]>([
    ['a role', delta({ role: 'assistant' }), 'opening'],
    [
      'a role and empty fields',
      delta({ role: 'assistant', content: '', refusal: null }),
      'opening',
    ],
    ['an empty list of calls', delta({ tool_calls: [] }), 'opening'],
    ['a delta that is null', delta(null), 'opening'],
    ['an empty reason', delta({}, ''), 'opening'],
    ['no choices', { choices: [] }, 'opening'],
    ['no choices and no usage', { choices: [], usage: null }, 'opening'],
    ['an error that is null', { error: null, choices: [] }, 'opening'],
    ['an object', {}, 'opening'],
    ['running counts beside a role', { ...delta({ role: 'assistant' }), usage: USAGE }, 'opening'],
    ['text', delta({ content: 'a' }), 'content'],
    ['reasoning', delta({ reasoning_content: 'a' }), 'content'],
    ['a call', delta({ tool_calls: [{ index: 0 }] }), 'content'],
    ['a refusal', delta({ refusal: 'a' }), 'content'],
    ['what nobody knows yet', delta({ audio: { id: 'a' } }), 'content'],
    ['another choice', { choices: [null, { index: 1, delta: { content: 'a' } }] }, 'content'],
    ['a reason', delta({}, 'stop'), 'content'],
    ['usage', { choices: [], usage: USAGE }, 'usage'],
    ['usage that is not credible', { choices: [], usage: { prompt_tokens: -1 } }, 'usage'],
    ['an error', { error: { message: 'No.' } }, 'error'],
    ['an error beside content', { ...delta({ content: 'a' }), error: 'No.' }, 'error'],
    ['the end mark', '[DONE]', 'done'],
  ])('%s', (_, chunk, kind) => {
    expect(look(chunk, false).kind).toBe(kind);
    expect(look(chunk, true).kind).toBe(kind === 'opening' ? 'content' : kind);
  });

  test('what it carries comes along', () => {
    for (const begun of [false, true]) {
      expect(look({ ...delta({ content: 'a' }), usage: USAGE }, begun).usage).toEqual(COUNTED);
      expect(look({ choices: [], usage: USAGE }, begun).usage).toEqual(COUNTED);
      expect(look({ choices: [], usage: { prompt_tokens: -1 } }, begun)).not.toHaveProperty(
        'usage',
      );
      expect(look(delta({}, 'stop'), begun).finished).toEqual([0]);
      const odd = { delta: {}, index: [{ toString: 0 }], finish_reason: 'stop' };
      expect(look({ choices: [odd] }, begun).finished).toEqual([0]);
      expect(look(delta({ content: 'a' }), begun).finished).toEqual([]);
      expect(look({ error: { message: 'No.', code: 429 } }, begun).error).toMatchObject({
        kind: 'rate-limit',
        message: 'No.',
      });
    }
  });

  test('what is not JSON is refused; behind content, only where it looks cut or telling', () => {
    const refused = expect.objectContaining({ code: 'upstream_invalid' }) as Error;
    for (const broken of ['', ' ', '{', '{"choices":[', 'null', '[1]', 'DONE', '[DONE', '<p>']) {
      expect(() => look(broken, false)).toThrowError(refused);
      expect(() => look(broken, true)).toThrowError(refused);
    }
    expect(() => look('{"usage":}', true)).toThrowError(refused);
    expect(look('{"choices":}', true).kind).toBe('content');
    expect(() => look('{"choices":}', false)).toThrowError(refused);
  });
});

describe('looking at bytes only', () => {
  const NASTY = [
    'usage',
    'error',
    'finish_reason',
    '"usage"',
    '"usage":{"prompt_tokens":9,"completion_tokens":9}',
    '"error":{"message":"x"}',
    '"finish_reason":"stop"',
    '\\"usage\\":{',
    '"',
    '\\',
    '{',
    '}',
    ':',
    ',',
    'null',
    '[DONE]',
    '\n',
    '日本🧊',
  ];
  const nasty = fc
    .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 3 })), {
      maxLength: 5,
    })
    .map((parts) => parts.join(''));
  const finish = fc.constantFrom<Json>(null, '', 'stop', 'usage', 'error');
  const usage = fc.constantFrom<Json>(null, USAGE, {}, { prompt_tokens: -1 }, 'usage', 7);
  const error = fc.constantFrom<Json>(null, { message: 'No.' }, 'No.', false);
  const choice = fc
    .record(
      {
        index: fc.constant(0),
        finish_reason: finish,
        delta: fc.record({ content: nasty, role: nasty, reasoning: nasty }, { requiredKeys: [] }),
        usage,
      },
      { requiredKeys: ['delta'] },
    )
    .map((fields): Json => fields);
  const chunk = fc
    .record(
      { id: nasty, choices: fc.array(choice, { maxLength: 2 }), usage, error, model: nasty },
      { requiredKeys: ['choices'] },
    )
    .chain((fields) => fc.shuffledSubarray(Object.entries(fields)))
    .map((entries): JsonObject => Object.fromEntries(entries));
  const layout = fc.constantFrom(undefined, 1, '\t');

  test('tells of usage, errors and the end exactly what decoding tells', () => {
    fc.assert(
      fc.property(chunk, layout, (fields, space) => {
        const data = Buffer.from(JSON.stringify(fields, null, space));
        const decoded = watch(data, false);
        const kind = decoded.kind === 'opening' ? 'content' : decoded.kind;
        expect(watch(data, true)).toEqual({ ...decoded, kind });
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['usage', 'error', 'finish_reason', 'say \\"usage', '\\\\', 'a"usage":{'])(
    'the text %j hides nothing that stands behind it',
    (content) => {
      const told = { ...delta({ content }, 'stop'), usage: USAGE };
      expect(look(told, true)).toEqual({ kind: 'content', finished: [0], usage: COUNTED });
      expect(look(delta({ content }), true)).toEqual({ kind: 'content', finished: [] });
    },
  );

  test('most content is not decoded', () => {
    const said = { ...delta({ content: 'the word "usage": {…}' }), usage: null };
    const data = Buffer.from(JSON.stringify(said));
    expect(watch(data, true)).toBe(watch(data, true));
    expect(watch(data, false)).not.toBe(watch(data, false));
  });
});
