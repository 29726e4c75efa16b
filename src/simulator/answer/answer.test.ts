import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { seededRandom } from '#core/random.ts';
import { type Choice, composeChoice } from '#simulator/answer/answer.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

const compose = (body: JsonObject, seed = 1): Choice =>
  composeChoice(openaiChat.readRequest({ model: 'gpt-4.1', ...body }), {
    project: 'project-2',
    random: seededRandom(seed),
    callPrefix: 'call_',
  });
const piecesOf = ({ blocks }: Choice): string[] => blocks.flatMap(({ pieces }) => pieces);
const textOf = (choice: Choice): string => piecesOf(choice).join('');
const user = (content: string) => ({ messages: [{ role: 'user', content }] });

const tools = ['get_weather', 'get_time'].map((name) => ({
  type: 'function',
  function: {
    name,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}));
const calledBy = (body: JsonObject): string | undefined => {
  const { blocks } = compose({ tools, ...body });
  const calls = blocks.flatMap(({ block }) => (block.kind === 'tool-call' ? [block.name] : []));
  return calls.length > 0 ? calls.join() : undefined;
};

describe('an answer', () => {
  test('names the project and the model and echoes the question', () => {
    const text = textOf(compose(user('Why is the sky blue?')));
    expect(text).toContain('This is gpt-4.1 in project-2. You asked: “Why is the sky blue?”.');
  });

  test('is in Japanese when the question is', () => {
    const text = textOf(compose(user('空はなぜ青いのですか？')));
    expect(text).toMatch(/^project-2 の gpt-4\.1 です。ご質問は「空はなぜ青いのですか？」ですね。/);
  });

  test('is the same for the same draw and differs otherwise', () => {
    const texts = [1, 1, 2, 3, 4, 5, 6, 7, 8].map((seed) => textOf(compose(user('Hi'), seed)));
    expect(texts[0]).toBe(texts[1]);
    expect(new Set(texts).size).toBeGreaterThan(2);
  });

  test('cuts a long question without breaking a character', () => {
    const text = textOf(compose(user('😀'.repeat(10_000))));
    expect(text).toContain(`${'😀'.repeat(30)}…`);
    expect(text.isWellFormed()).toBe(true);
    expect(text.length).toBeLessThan(600);
  });

  test('says so when there is nothing to answer', () => {
    expect(textOf(compose({ messages: [{ role: 'system', content: 'x' }] }))).toContain(
      'You sent no question.',
    );
  });

  test('stops at max_tokens', () => {
    const choice = compose({ ...user('Hi'), max_tokens: 3 });
    expect(piecesOf(choice)).toEqual(['This', ' is', ' gpt']);
    expect(choice.finish).toEqual({ reason: 'length', raw: 'length' });
  });

  test('is JSON when that was asked for', () => {
    const plain = compose({ ...user('Hi'), response_format: { type: 'json_object' } });
    expect(JSON.parse(textOf(plain))).toMatchObject({ model: 'gpt-4.1' });
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer', minimum: 7, maximum: 7 } },
    };
    const shaped = compose({
      ...user('Hi'),
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });
    expect(JSON.parse(textOf(shaped))).toEqual({ n: 7 });
  });
});

describe('a tool', () => {
  test('is called when it is required, named, or plainly asked for', () => {
    expect(calledBy({ ...user('Hi'), tool_choice: 'required' })).toBe('get_weather');
    const named = { type: 'function', function: { name: 'get_time' } };
    expect(calledBy({ ...user('Hi'), tool_choice: named })).toBe('get_time');
    expect(calledBy(user('Please run get_time for Rome'))).toBe('get_time');
    expect(calledBy(user('Please use a tool.'))).toBe('get_weather');
    expect(calledBy(user('ツールを使って天気を教えて'))).toBe('get_weather');
  });

  test('is called beside another where both are asked for, and may be', () => {
    const both = user('Use get_weather and get_time for Rome');
    expect(calledBy(both)).toBe('get_weather,get_time');
    expect(calledBy({ ...both, parallel_tool_calls: false })).toBe('get_weather');
    const cut = compose({ tools, ...both, max_tokens: 1 });
    expect(cut).toMatchObject({ blocks: [{ pieces: ['{"'] }], finish: { reason: 'length' } });
  });

  test('is left alone otherwise', () => {
    expect(calledBy(user('What is the use of this?'))).toBeUndefined();
    expect(calledBy({ ...user('Use get_time'), tool_choice: 'none' })).toBeUndefined();
    const unknown = { type: 'function', function: { name: 'get_rich' } };
    expect(calledBy({ ...user('Hi'), tool_choice: unknown })).toBeUndefined();
  });

  test('gets arguments of its schema, and its result is answered in words', () => {
    const called = compose({ ...user('Use get_weather'), tools });
    expect(called.finish.raw).toBe('tool_calls');
    expect(JSON.parse(textOf(called))).toEqual({ city: 'sample city' });
    const messages = [
      { role: 'user', content: 'Use get_weather' },
      { role: 'tool', tool_call_id: 'call_1', content: 'sunny, 21 °C' },
    ];
    expect(textOf(compose({ messages, tools }))).toContain('The tool returned: “sunny, 21 °C”.');
  });
});
