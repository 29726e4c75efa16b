import { describe, expect, test, vi } from 'vitest';
import { WAYS, faultyWorlds } from './kit.ts';

const open = faultyWorlds();
const WORDS = 'This is gpt-4.1 in';

/** What an upstream may send that is no answer, and breaks before anything of it has been passed on. */
const NO_ANSWER: readonly (readonly [string, object])[] = [
  ['1 a reset before the headers', { kind: 'reset' }],
  ['11 five layers of packing', { kind: 'compress', as: 'chain' }],
  ['11 a bomb of packed zeros', { kind: 'compress', as: 'bomb' }],
  ['14 8 MB without a line end', { kind: 'oversize_event', bytes: 8_000_000 }],
  ['21 a page with status 200', { kind: 'garbage', what: 'html' }],
  ['21 a page with status 502', { kind: 'http', status: 502, body: 'html' }],
  ['26 a length that is too short', { kind: 'garbage', what: 'short_length' }],
  ['26 a length beside chunks', { kind: 'framing', what: 'length_and_chunks' }],
  ['28 300 short headers', { kind: 'header_storm', count: 300, bytes: 20 }],
  ['28 a header line of 64 KB', { kind: 'header_storm', count: 1, bytes: 65_536 }],
  [
    '29 a redirect to a place inside',
    { kind: 'http', status: 302, headers: { location: 'http://169.254.169.254/latest' } },
  ],
];

describe.each(WAYS)('%s: no answer', (_, stream) => {
  test.each(NO_ANSWER)('%s: another deployment answers', async (_name, fault) => {
    const world = await open();
    await world.fault(fault);
    const heard = await world.ask({ stream });
    expect(heard).toMatchObject({ status: 200, isWhole: true, words: WORDS, error: undefined });
    expect(heard.headers.get('x-spillway-deployment')).toBe('b');
    expect([world.calls('a'), world.calls('b'), world.inFlight()]).toEqual([1, 1, 0]);
  });

  test.each(NO_ANSWER)('%s: without another one it is a 502', async (_name, fault) => {
    const world = await open();
    await world.fault(fault);
    const { status, text, error, headers } = await world.ask({
      model: 'id-a',
      num_retries: 0,
      stream,
    });
    expect(status).toBe(502);
    expect(Object.keys(error!).toSorted()).toEqual(['code', 'message', 'param', 'type']);
    expect(error!['message']).toContain(`(id ${headers.get('x-litellm-call-id')!.slice(0, 8)})`);
    expect(text).not.toMatch(/<h1>|169\.254|sk-a|127\.0\.0\.1/);
    // The gateway is none the worse for it.
    expect((await world.ask({ model: 'id-b', stream })).words).toBe(WORDS);
  });
});

test.each(WAYS)('11 %s: a packed answer that nobody asked for is opened', async (_, stream) => {
  const world = await open();
  await world.fault({ kind: 'compress', as: 'gzip' });
  const heard = await world.ask({ stream });
  expect(heard).toMatchObject({ status: 200, isWhole: true, words: WORDS, error: undefined });
  expect(heard.headers.get('content-encoding')).toBeNull();
  expect(heard.headers.get('x-spillway-deployment')).toBe('a');
});

/** What breaks after some of it has been said. */
const BREAKS: readonly (readonly [string, object])[] = [
  ['3 a reset after tokens', { kind: 'reset_after_bytes', n: 600 }],
  ['15 broken JSON in an event', { kind: 'garbage', what: 'json', after_events: 3 }],
  ['15 an error in an event', { kind: 'error_event', after_events: 3 }],
  ['14 8 MB without a line end, later', { kind: 'oversize_event', bytes: 8e6, after_events: 3 }],
  ['8 an end without a reason', { kind: 'truncate' }],
];

test.each(BREAKS)(
  'streamed: %s ends it with an error event, and nothing is said twice',
  async (_, fault) => {
    const world = await open();
    await world.fault(fault);
    const heard = await world.ask({ stream: true });
    expect(heard.status).toBe(200);
    expect(heard.isWhole).toBe(false);
    expect(heard.text).not.toContain('[DONE]');
    expect(WORDS.startsWith(heard.words) && heard.words !== '').toBe(true);
    expect(heard.error).toMatchObject({ code: '502' });
    expect(heard.events.at(-1)).toContain('"error"');
    // The vendor may still be writing what nobody reads any more.
    await vi.waitFor(() =>
      expect([world.calls('a'), world.calls('b'), world.inFlight()]).toEqual([1, 0, 0]),
    );
  },
);

test.each(BREAKS)('whole: %s is no answer: another deployment is asked', async (_, fault) => {
  const world = await open();
  await world.fault('n' in fault ? { ...fault, n: 100 } : fault);
  const heard = await world.ask();
  expect(heard).toMatchObject({ status: 200, isWhole: true, words: WORDS });
  expect(heard.headers.get('x-spillway-deployment')).toBe('b');
});

/** What is odd and still an answer. */
const ODD: readonly (readonly [string, object])[] = [
  ...['plain', 'cr', 'crlf', 'mixed', 'bom', 'comments', 'fields', 'multiline'].map(
    (as) => [`12 13 framing ${as}, byte by byte`, { kind: 'reframe', as, split: true }] as const,
  ),
  ...['empty_choices', 'null_delta', 'no_id', 'unknown_fields'].map(
    (what) => [`19 events with ${what}`, { kind: 'odd_events', what }] as const,
  ),
  ['8 an end mark that is missing', { kind: 'truncate', keep_finish: true, stream: true }],
  ['9 more behind the end mark', { kind: 'trailing', what: 'events' }],
  ['27 chunk extensions of 1 MB', { kind: 'framing', what: 'chunk_extensions' }],
];

describe.each(WAYS)('%s: an odd answer', (_, stream) => {
  test.each(ODD)('%s: arrives, in our framing', async (_name, fault) => {
    const world = await open();
    await world.fault(fault);
    for (let i = 0; i < 2; i++) {
      const heard = await world.ask({ stream });
      expect(heard).toMatchObject({ status: 200, isWhole: true, words: WORDS, error: undefined });
      expect(heard.text).not.toMatch(/poison|\r|\ufeff|^:|^event:/m);
      expect(heard.headers.get('x-spillway-deployment')).toBe('a');
    }
    expect(world.inFlight()).toBe(0);
  });

  test('16 bytes that are no UTF-8 arrive as they came', async () => {
    const world = await open();
    await world.fault({ kind: 'garbage', what: 'utf8', after_events: 3 });
    const heard = await world.ask({ stream });
    expect(heard).toMatchObject({ status: 200, isWhole: true });
    expect(heard.text).toContain('\ufffd(');
  });

  test('10 bytes on an idle connection are nobody’s answer', async () => {
    const world = await open();
    await world.fault({ kind: 'trailing', what: 'response', times: 3 });
    for (let i = 0; i < 6; i++) {
      const heard = await world.ask({ stream });
      expect(heard).toMatchObject({ status: 200, isWhole: true, words: WORDS });
      expect(heard.text).not.toContain('poison');
    }
  });
});

test.each(['interleaved_tools', 'unmarked_tools'])(
  '20 tool calls with %s come unchanged: streamed',
  async (what) => {
    const world = await open();
    await world.fault({ kind: 'odd_events', what });
    const tools = [{ type: 'function', function: { name: 'look' } }];
    const heard = await world.ask({ stream: true, tools, tool_choice: 'required' });
    expect(heard.isWhole).toBe(true);
    const indexes = [...heard.text.matchAll(/"tool_calls":\[\{"index":(\d)/g)].map(([, i]) => i);
    if (what === 'interleaved_tools') expect(new Set(indexes)).toEqual(new Set(['0', '1']));
    else expect(heard.text).toContain('"tool_calls":[{"id":"call_');
  },
);

test.each(WAYS)('19 fields that nobody knows are kept: %s', async (_, stream) => {
  const world = await open();
  await world.fault({ kind: 'odd_events', what: 'unknown_fields' });
  expect((await world.ask({ stream })).text).toContain('"x_unknown"');
});

test.each(WAYS)(
  '27 trailers of 1 MB come too late for a stream, and are no answer: %s',
  async (_, stream) => {
    const world = await open();
    await world.fault({ kind: 'framing', what: 'trailers' });
    const heard = await world.ask({ stream });
    expect(heard).toMatchObject({ status: 200, isWhole: true, words: WORDS });
    expect(heard.headers.get('x-spillway-deployment')).toBe(stream ? 'a' : 'b');
    expect(heard.headers.has('x-trailer')).toBe(false);
  },
);

test.each(WAYS)(
  '2 a used connection that is closed under a request is replaced, and nobody is blamed: %s',
  async (_, stream) => {
    const world = await open();
    await world.ask({ stream });
    await world.fault({ kind: 'reset', reused_only: true });
    const heard = await world.ask({ stream, num_retries: 0 });
    expect(heard).toMatchObject({ status: 200, isWhole: true, words: WORDS });
    expect(heard.headers.get('x-spillway-deployment')).toBe('a');
    expect(heard.headers.get('x-spillway-attempts')).toBe('1');
    expect(world.calls('b')).toBe(0);
  },
);
