import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import type { ChatEvent, Usage } from '#wire/chat-event.ts';
import { collect, gather } from '#wire/collect.ts';
import { writeSse } from '#wire/framing/sse.ts';
import { streamReader } from '#wire/openai-chat/read-stream.ts';
import { streamWriter } from '#wire/openai-chat/write-stream.ts';
import { grammarFault, runStep } from '#wire/test-kit.ts';

const chunk = (delta: Json, more: JsonObject = {}, finish: Json = null): JsonObject => ({
  id: 'c',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...more,
});
const text = (content: string, more: JsonObject = {}): JsonObject => chunk({ content }, more);
const END = chunk({}, {}, 'stop');

const read = (...chunks: Json[]): ChatEvent[] => {
  const frames = chunks.map((each) => ({
    data: typeof each === 'string' ? each : JSON.stringify(each),
  }));
  const events = runStep(streamReader(), frames);
  expect(grammarFault(events)).toBeUndefined();
  return events;
};

const usageOf = (...chunks: Json[]): Usage | undefined => collect(read(...chunks)).usage;

describe('reading usage', () => {
  const counts = (input: Json, output: Json): JsonObject => ({
    usage: { prompt_tokens: input, completion_tokens: output },
  });

  test('of running counts the last one holds', () => {
    const chunks = [
      text('a', counts(5, 1)),
      text('b', counts(5, 2)),
      chunk({}, counts(5, 3), 'stop'),
    ];
    expect(usageOf(...chunks)).toEqual({ inputTokens: 5, outputTokens: 3 });
  });

  test('null beside content, and at the end, says nothing', () => {
    const chunks = [text('a', { usage: null }), END, { choices: [], ...counts(5, 3) }];
    expect(usageOf(...chunks, { choices: [], usage: null })).toEqual({
      inputTokens: 5,
      outputTokens: 3,
    });
  });

  test.each<Json>([-1, '7', 1e18, 1.5, null, {}, [], true])('%j tokens are no count', (wrong) => {
    const bad = { choices: [], ...counts(wrong, 3) };
    expect(usageOf(text('a'), END, bad)).toBeUndefined();
    expect(usageOf(text('a', counts(5, 2)), END, bad)).toEqual({ inputTokens: 5, outputTokens: 2 });
  });

  test('details are carried when they are credible', () => {
    const usage = {
      prompt_tokens: 5,
      completion_tokens: 3,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: -2 },
    };
    expect(usageOf(text('a'), END, { choices: [], usage })).toEqual({
      inputTokens: 5,
      outputTokens: 3,
      cachedTokens: 4,
    });
    const odd = { ...usage, prompt_tokens_details: 7, completion_tokens_details: null };
    expect(usageOf(END, { choices: [], usage: odd })).toEqual({ inputTokens: 5, outputTokens: 3 });
  });
});

describe('reading chunks that are not as they should be', () => {
  test.each<[string, Json[]]>([
    ['no choices', [{ id: 'c' }]],
    ['empty choices', [{ choices: [] }]],
    ['choices of another type', [{ choices: 'none' }, { choices: [null, 7] }]],
    ['a delta that is null', [chunk(null)]],
    ['no delta', [{ choices: [{ index: 0 }] }]],
    ['fields that are null', [chunk({ content: null, tool_calls: null, refusal: null })]],
    ['fields of other types', [chunk({ content: 7, tool_calls: [null, 7, {}], reasoning: {} })]],
    ['fields that nobody knows', [chunk({ audio: { data: 'x' } }, { obfuscation: 'x' })]],
    ['an error that is null', [{ error: null, choices: [] }]],
  ])('%s: skipped', (_, odd) => {
    const around = [text('a'), ...odd, text('b'), ...odd, END, ...odd, '[DONE]'];
    expect(collect(read(...around))).toMatchObject({ id: 'c', text: 'ab', toolCalls: [] });
    expect(collect(read(...odd, text('a'), END)).text).toBe('a');
  });

  test('several choices are told apart, and each has to finish', () => {
    const second = (content: string, finish_reason: Json = null): JsonObject => ({
      choices: [{ index: 1, delta: { content }, finish_reason }],
    });
    const chunks = [text('a'), second('x'), text('b'), second('y'), END];
    const { blocks, finishes } = gather(read(...chunks, second('', 'length')));
    expect(blocks.map(({ choice, content }) => [choice, content])).toEqual([
      [0, 'ab'],
      [1, 'xy'],
    ]);
    expect(finishes.map(({ choice, raw }) => [choice, raw])).toEqual([
      [undefined, 'stop'],
      [1, 'length'],
    ]);
    expect(read(...chunks).at(-1)).toMatchObject({ type: 'error', error: { kind: 'broken' } });
  });

  test('missing names are empty', () => {
    expect(read({ choices: [{ delta: { content: 'a' } }] })[0]).toEqual({
      type: 'start',
      id: '',
      model: '',
      created: 0,
    });
  });

  test('a preamble without choices does not name the reply', () => {
    const events = read({ id: '', model: '', choices: [] }, text('a'), END);
    expect(events[0]).toMatchObject({ type: 'start', id: 'c', model: 'm' });
  });

  test('a reason that is taken back, or empty, is no reason', () => {
    const empty = chunk({ content: 'a' }, {}, '');
    expect(read(empty, empty).at(-1)).toMatchObject({ type: 'error' });
    expect(collect(read(empty, END, chunk({}), '[DONE]')).finish.raw).toBe('stop');
  });

  test('a reason that nobody knows is kept in its own words', () => {
    const { finish } = collect(read(text('a'), chunk({}, {}, 'eos')));
    expect(finish).toEqual({ reason: 'other', raw: 'eos' });
    expect(collect(read(chunk({}, {}, '__proto__'))).finish.reason).toBe('other');
  });

  test('what follows the end mark is not read', () => {
    const events = read(text('a'), END, '[DONE]', text('b'), { error: { message: 'late' } });
    expect(collect(events).text).toBe('a');
  });

  test('an end mark without a reason is no end', () => {
    expect(read(text('a'), '[DONE]').at(-1)).toMatchObject({ type: 'error' });
  });

  test('reasoning goes by either name', () => {
    const events = read(chunk({ reasoning_content: 'a' }), chunk({ reasoning: 'b' }), END);
    expect(collect(events)).toMatchObject({ reasoning: 'ab', text: '' });
  });
});

describe('reading tool calls', () => {
  interface Piece {
    readonly index?: number;
    readonly id?: string;
    readonly name?: string;
    readonly input?: string;
  }
  const call = ({ index, id, name, input }: Piece): JsonObject => ({
    ...(index !== undefined && { index }),
    ...(id !== undefined && { id }),
    function: {
      ...(name !== undefined && { name }),
      ...(input !== undefined && { arguments: input }),
    },
  });
  const called = (...deltas: Piece[][]): string[] => {
    const chunks = deltas.map((pieces) => chunk({ tool_calls: pieces.map(call) }));
    const { toolCalls } = collect(read(...chunks, chunk({}, {}, 'tool_calls')));
    return toolCalls.map(({ id, name, input }) => `${id} ${name} ${input}`);
  };
  const F = { id: 'a', name: 'f' };
  const G = { id: 'b', name: 'g' };

  test.each<[string, Piece[][]]>([
    [
      'one after the other',
      [[{ index: 0, ...F }], [{ index: 0, input: '12' }], [{ index: 1, ...G, input: '3' }]],
    ],
    [
      'interleaved',
      [
        [{ index: 0, ...F }],
        [{ index: 1, ...G }],
        [{ index: 0, input: '1' }],
        [{ index: 1, input: '3' }],
        [{ index: 0, input: '2' }],
      ],
    ],
    [
      'interleaved in one chunk',
      [
        [
          { index: 0, ...F },
          { index: 1, ...G },
        ],
        [
          { index: 1, input: '3' },
          { index: 0, input: '12' },
        ],
      ],
    ],
    [
      'from an index above 0',
      [[{ index: 1, ...F, input: '12' }], [{ index: 2, ...G, input: '3' }]],
    ],
    ['without index, by id', [[F], [G], [{ id: 'a', input: '12' }], [{ id: 'b', input: '3' }]]],
    ['without index, by order', [[F], [{ input: '1' }], [{ input: '2' }], [G], [{ input: '3' }]]],
    [
      'whole and without index',
      [
        [
          { ...F, input: '12' },
          { ...G, input: '3' },
        ],
      ],
    ],
    ['each under index 0', [[{ index: 0, ...F, input: '12' }], [{ index: 0, ...G, input: '3' }]]],
    [
      'each under index 0, in pieces',
      [
        [{ index: 0, ...F }],
        [{ index: 0, input: '12' }],
        [{ index: 0, ...G }],
        [{ index: 0, input: '3' }],
      ],
    ],
    [
      'named in every piece',
      [
        [{ index: 0, ...F, input: '1' }],
        [{ index: 0, ...F, input: '2' }],
        [{ index: 1, ...G, input: '3' }],
      ],
    ],
    [
      'with an id of its own for every piece',
      [
        [{ index: 0, ...F }],
        [{ index: 0, id: 'x', input: '12' }],
        [{ index: 1, ...G, input: '3' }],
      ],
    ],
    [
      'with empty names in later pieces',
      [
        [{ index: 0, ...F }],
        [{ index: 0, id: '', name: '', input: '12' }],
        [{ index: 1, ...G, input: '3' }],
      ],
    ],
  ])('%s', (_, deltas) => {
    expect(called(...deltas)).toEqual(['a f 12', 'b g 3']);
  });

  test('names alone tell calls apart where a vendor gives nothing else', () => {
    expect(called([{ name: 'f', input: '1' }], [{ name: 'f', input: '2' }])).toEqual([
      ' f 1',
      ' f 2',
    ]);
  });

  test('a call without input is a call', () => {
    expect(called([{ index: 0, ...F }])).toEqual(['a f ']);
  });
});

describe('reading errors', () => {
  test('an error ends the stream, blocks closed and counts kept', () => {
    const usage = { prompt_tokens: 5, completion_tokens: 1 };
    const error = { message: 'No.', code: 429 };
    expect(read(text('a', { usage }), { error }, text('b')).slice(2)).toEqual([
      { type: 'block-delta', index: 0, delta: 'a' },
      { type: 'block-end', index: 0 },
      { type: 'usage', usage: { inputTokens: 5, outputTokens: 1 } },
      { type: 'error', error: { kind: 'rate-limit', status: 429, message: 'No.', code: '429' } },
    ]);
  });

  test('an error before anything else stands alone', () => {
    const expected = { kind: 'broken', status: 502, message: 'No.' };
    expect(read({ error: 'No.' })).toEqual([{ type: 'error', error: expected }]);
    const counted = { choices: [], usage: { prompt_tokens: 5 } };
    expect(read(counted, { error: 'No.' })).toEqual([{ type: 'error', error: expected }]);
    expect(read()).toMatchObject([{ type: 'error', error: { kind: 'broken' } }]);
  });

  test('after the reason, an error is still an error', () => {
    expect(read(text('a'), END, { error: { message: 'No.' } }).at(-1)?.type).toBe('error');
  });
});

describe('writing', () => {
  const EVENTS: readonly ChatEvent[] = [
    { type: 'start', id: 'c', model: 'm', created: 1 },
    { type: 'block-start', index: 0, block: { kind: 'text' } },
    { type: 'block-delta', index: 0, delta: 'Hi' },
    { type: 'block-end', index: 0 },
    { type: 'usage', usage: { inputTokens: 5, outputTokens: 1 } },
    { type: 'finish', reason: 'length', raw: 'max_tokens' },
  ];
  const head = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' };
  const choice = (delta: Json, finish_reason: Json = null): JsonObject => ({
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
  const write = (events: readonly ChatEvent[], includeUsage: boolean): (string | JsonObject)[] =>
    runStep(streamWriter({ includeUsage }), events).map(({ data }) =>
      data.startsWith('{') ? (JSON.parse(data) as JsonObject) : data,
    );

  test('the role is first, the end mark last', () => {
    expect(write(EVENTS, false)).toEqual([
      { ...head, ...choice({ role: 'assistant', content: '', refusal: null }) },
      { ...head, ...choice({ content: 'Hi' }) },
      { ...head, ...choice({}, 'length') },
      '[DONE]',
    ]);
  });

  test('who asks for usage gets a chunk of it, and null with the others', () => {
    const chunks = write(EVENTS, true);
    expect(chunks.slice(-2)).toEqual([
      {
        ...head,
        choices: [],
        usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 },
      },
      '[DONE]',
    ]);
    for (const each of chunks.slice(0, -2)) expect(each).toMatchObject({ usage: null });
    const uncounted = EVENTS.filter(({ type }) => type !== 'usage');
    expect(write(uncounted, true)).toHaveLength(4);
  });

  test('nothing but a finish brings the end mark', () => {
    const error = {
      kind: 'overloaded',
      status: 503,
      message: 'Busy.',
      type: 'server_error',
    } as const;
    for (let kept = 0; kept < EVENTS.length; kept++) {
      const cut = EVENTS.slice(0, kept);
      expect(write(cut, true)).not.toContain('[DONE]');
      expect(write([...cut, { type: 'error', error }], true).at(-1)).toEqual({
        error: { message: 'Busy.', type: 'server_error', param: null, code: '503' },
      });
    }
  });

  test('calls are numbered in their order, texts go under their field', () => {
    const events: ChatEvent[] = [
      { type: 'block-start', index: 4, block: { kind: 'reasoning' } },
      { type: 'block-delta', index: 4, delta: 'Hm.' },
      { type: 'block-start', index: 7, block: { kind: 'tool-call', id: 'a', name: 'f' } },
      { type: 'block-start', index: 5, block: { kind: 'tool-call', id: 'b', name: 'g' } },
      { type: 'block-delta', index: 5, delta: '{}' },
      { type: 'block-start', index: 9, block: { kind: 'refusal' } },
      { type: 'block-delta', index: 9, delta: 'No.' },
    ];
    const f = { id: 'a', type: 'function', function: { name: 'f', arguments: '' } };
    const g = { id: 'b', type: 'function', function: { name: 'g', arguments: '' } };
    expect(write(events, false)).toEqual([
      choice({ reasoning_content: 'Hm.' }),
      choice({ tool_calls: [{ index: 0, ...f }] }),
      choice({ tool_calls: [{ index: 1, ...g }] }),
      choice({ tool_calls: [{ index: 1, function: { arguments: '{}' } }] }),
      choice({ refusal: 'No.' }),
    ]);
  });

  test('a foreign reason becomes a word that clients know', () => {
    const words = (['stop', 'tool-calls', 'content-filter', 'other'] as const).map((reason) => {
      const [end] = write([{ type: 'finish', reason, raw: 'vendor' }], false);
      return (end as { choices: { finish_reason: string }[] }).choices[0]?.finish_reason;
    });
    expect(words).toEqual(['stop', 'tool_calls', 'content_filter', 'stop']);
  });

  test('each frame is one line, so that it is one event', () => {
    const delta = 'a\n\nb\r\nc\u2028d';
    const spoken = EVENTS.map((event) =>
      event.type === 'block-delta' ? { ...event, delta } : event,
    );
    for (const { data } of runStep(streamWriter({ includeUsage: true }), spoken))
      expect(writeSse(data)).toMatch(/^data: [^\r\n]+\n\n$/);
  });
});
