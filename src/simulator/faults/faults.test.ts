import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readFaults } from '#simulator/config/faults.ts';
import { FAULTS } from '#simulator/faults/index.ts';
import { type Played, playSimulator, type RawCall } from '#simulator/test-kit.ts';

let played: Played;
beforeEach(async () => {
  played = await playSimulator('projects: [{id: a, key: sk-a, tpm: 30000}, {id: b, key: sk-b}]');
});
afterEach(() => played.simulator.close());

const until = (done: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(done()).toBe(true), { interval: 1, timeout: 10_000 });
const bodyOf = (call: RawCall): string => call.seen().split('\r\n\r\n').slice(1).join('\r\n\r\n');
const datasOf = (text: string): string[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => data ?? '');
const streamed = { stream: true, stream_options: { include_usage: true } };
const report = () => played.simulator.projects()[0];

test.each(FAULTS)('$name: its example is one', ({ example, name, schema }) => {
  const [rule] = readFaults(example, 'example', { projects: [], models: [] });
  expect(rule?.kind).toBe(name);
  expect(schema.safeParse({ kind: name, unknown: 1 }).success).toBe(false);
});

describe('a status', () => {
  test('comes in the words of the vendor, and is not charged', async () => {
    await played.fault({ kind: 'http', status: 529, message: 'Overloaded.', projects: ['a'] });
    const { status, json, headers } = await played.ask('a');
    expect([status, json]).toEqual([
      529,
      { error: { message: 'Overloaded.', type: 'server_error', param: null, code: null } },
    ]);
    expect(headers.get('x-request-id')).toMatch(/^req_/);
    expect(report()).toMatchObject({
      requests: 1,
      admitted: 0,
      refused: { requests: 0, tokens: 0, fault: 1 },
      calls: [{ status: 529, fault: 'http' }],
    });
    expect((await played.ask('b')).status).toBe(200);
  });

  test('comes bare, as a page, or with headers that nobody should believe', async () => {
    await played.fault([
      { kind: 'http', status: 429, body: 'empty', bare: true, times: 1 },
      { kind: 'http', status: 502, body: 'html', times: 1 },
      { kind: 'http', status: 429, headers: { 'retry-after': '86400' }, times: 1 },
      {
        kind: 'http',
        status: 302,
        body: 'empty',
        headers: { location: 'http://169.254.169.254/' },
      },
    ]);
    const bare = await played.ask('a');
    expect([bare.status, bare.text, bare.headers.has('x-request-id')]).toEqual([429, '', false]);
    const page = await played.ask('a');
    expect(page.headers.get('content-type')).toBe('text/html');
    expect(page.text).toContain('<h1>Error</h1>');
    expect((await played.ask('a')).headers.get('retry-after')).toBe('86400');
    const redirect = played.askRaw('a');
    await until(() => redirect.seen().includes('location: http://169.254.169.254/'));
    redirect.socket.destroy();
  });
});

describe('headers', () => {
  test('lie or are missing', async () => {
    await played.fault({
      kind: 'headers',
      set: { 'X-RateLimit-Remaining-Tokens': '-5' },
      drop: ['x-ratelimit-limit-tokens'],
    });
    const { status, headers } = await played.ask('a');
    expect(status).toBe(200);
    expect(headers.get('x-ratelimit-remaining-tokens')).toBe('-5');
    expect(headers.has('x-ratelimit-limit-tokens')).toBe(false);
    expect(headers.has('x-ratelimit-reset-tokens')).toBe(true);
  });

  test('come by the hundred', async () => {
    await played.fault({ kind: 'header_storm', count: 300, bytes: 10 });
    const call = played.askRaw('a');
    await until(() => call.seen().includes('"choices"'));
    expect(call.seen().match(/^x-storm-\d+: x{10}\r$/gm)).toHaveLength(300);
    call.socket.destroy();
  });
});

describe('a connection', () => {
  test('breaks before the headers; the call is charged all the same', async () => {
    await played.fault({ kind: 'reset' });
    const call = played.askRaw('a');
    expect(await call.ended).toBe('reset');
    expect(call.seen()).toBe('');
    expect(report()).toMatchObject({ admitted: 1, calls: [{ fault: 'reset' }] });
  });

  test('breaks only when it has served before, where that is asked', async () => {
    await played.fault({ kind: 'reset', reused_only: true });
    const call = played.askRaw('a');
    await until(() => call.seen().includes('"choices"'));
    const { socket } = call;
    socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-a\r\n');
    socket.write('content-length: 2\r\n\r\n{}');
    expect(await call.ended).toBe('reset');
  });

  test.each([false, true])('breaks after so many bytes (streamed: %s)', async (stream) => {
    await played.fault({ kind: 'reset_after_bytes', n: 100 });
    const call = played.askRaw('a', { stream });
    expect(await call.ended).toBe('reset');
    const sent = stream ? datasOf(bodyOf(call)).join('') : bodyOf(call);
    expect(sent).toMatch(/^\{"id":"chatcmpl-/);
    expect(sent.length).toBeLessThanOrEqual(100);
    expect(sent.length).toBeGreaterThan(80);
  });

  test('stays without a byte until the client has enough', async () => {
    await played.fault({ kind: 'never_respond' });
    const call = played.askRaw('a');
    await until(() => report()?.admitted === 1);
    await played.clock.advance(600_000);
    expect(call.seen()).toBe('');
    call.socket.destroy();
    expect(await call.ended).toBe('closed');
  });

  test('stalls after its headers for good, or for a while in the middle', async () => {
    await played.fault([
      { kind: 'stall', times: 1 },
      { kind: 'stall', after_bytes: 50, for_s: 30 },
    ]);
    const forGood = played.askRaw('a', { stream: true });
    await until(() => forGood.seen().endsWith('\r\n\r\n'));
    await played.clock.advance(600_000);
    expect(bodyOf(forGood)).toBe('');
    forGood.socket.destroy();

    const forAWhile = played.askRaw('a');
    await until(() => bodyOf(forAWhile).length === 50);
    await played.clock.advance(29_999);
    expect(bodyOf(forAWhile)).toHaveLength(50);
    await played.clock.advance(1);
    await until(() => bodyOf(forAWhile).endsWith('}}'));
    forAWhile.socket.destroy();
  });

  test('drips', async () => {
    await played.fault({ kind: 'slow_bytes', bytes: 2, every_ms: 10_000 });
    const call = played.askRaw('a');
    await until(() => call.seen().endsWith('\r\n\r\n'));
    for (const length of [2, 4, 6]) {
      await played.clock.advance(10_000);
      await until(() => bodyOf(call).length === length);
    }
    call.socket.destroy();
  });

  test('hears a second answer after the first', async () => {
    await played.fault({ kind: 'trailing', what: 'response' });
    const call = played.askRaw('a');
    await until(() => call.seen().endsWith('{"poison":true}'));
    expect(call.seen().match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    call.socket.destroy();
  });
});

describe('a stream', () => {
  const ask = async (fault: object, more: object = {}): Promise<string> => {
    await played.fault(fault);
    return (await played.ask('a', { ...streamed, max_tokens: 5, ...more })).text;
  };

  test('ends without its end', async () => {
    const datas = datasOf(await ask({ kind: 'truncate' }));
    expect(datas).toHaveLength(6);
    expect(datas.join()).not.toContain('"length"');
    await fetch(`${played.url}/simulator/faults`, { method: 'DELETE' });
    const finished = datasOf(await ask({ kind: 'truncate', keep_finish: true }));
    expect(finished.at(-2)).toContain('"finish_reason":"length"');
    expect(finished.at(-1)).toContain('"usage":{"prompt_tokens"');
    await fetch(`${played.url}/simulator/faults`, { method: 'DELETE' });
    expect(datasOf(await ask({ kind: 'truncate', after_events: 2 }))).toHaveLength(2);
  });

  test('turns into an error', async () => {
    const datas = datasOf(await ask({ kind: 'error_event', after_events: 2, code: 'overloaded' }));
    expect(datas).toHaveLength(3);
    expect(JSON.parse(datas[2] ?? '')).toMatchObject({ error: { code: 'overloaded' } });
  });

  test('holds what is no JSON, no text, or far too large', async () => {
    await played.fault([
      { kind: 'garbage', what: 'json', after_events: 2, times: 1 },
      { kind: 'garbage', what: 'utf8', after_events: 2, times: 1 },
      { kind: 'oversize_event', bytes: 5_000_000 },
    ]);
    const json = datasOf((await played.ask('a', streamed)).text);
    expect(() => void JSON.parse(json[2] ?? '')).toThrow();
    expect(JSON.parse(json[3] ?? '')).toMatchObject({ object: 'chat.completion.chunk' });
    const text = datasOf((await played.ask('a', streamed)).text);
    expect(text[2]).toContain('"content":"\ufffd(');
    const large = datasOf((await played.ask('a', streamed)).text);
    expect(large[1]?.length).toBeGreaterThan(5_000_000);
    expect(large.at(-1)).toBe('[DONE]');
  });

  test('goes on behind its end', async () => {
    const datas = datasOf(await ask({ kind: 'trailing', what: 'events' }));
    expect(datas.slice(-2)).toEqual(['[DONE]', '{"poison":true}']);
  });

  test.each([
    ['missing', (datas: string[]) => !datas.join().includes('prompt_tokens')],
    ['null', (datas: string[]) => datas.at(-2)?.endsWith('"choices":[],"usage":null}')],
    ['negative', (datas: string[]) => datas.at(-2)?.includes('"completion_tokens":-6')],
    ['text', (datas: string[]) => datas.at(-2)?.includes('"completion_tokens":"5"')],
    [
      'huge',
      (datas: string[]) => datas.at(-2)?.includes('"completion_tokens":1000000000000000000'),
    ],
    [
      'repeated',
      (datas: string[]) =>
        datas
          .slice(0, 7)
          .map((data) => /"completion_tokens":(\d+)/.exec(data)?.[1])
          .join() === '1,1,2,3,4,5,5',
    ],
  ])('has usage that is %s', async (as, holds) => {
    const datas = datasOf(await ask({ kind: 'usage', as }));
    expect(holds(datas), datas.join('\n')).toBe(true);
  });

  test.each([
    ['empty_choices', (datas: string[]) => datas[1]?.endsWith('"choices":[],"usage":null}')],
    ['null_delta', (datas: string[]) => datas[1]?.includes('"delta":null')],
    ['no_id', (datas: string[]) => datas[2]?.startsWith('{"object"')],
    ['unknown_fields', (datas: string[]) => datas[2]?.match(/"x_unknown"/g)?.length === 2],
  ])('has events with %s', async (what, holds) => {
    const datas = datasOf(await ask({ kind: 'odd_events', what }));
    expect(holds(datas), datas.join('\n')).toBe(true);
    expect(datas.at(-1)).toBe('[DONE]');
  });

  test('calls two tools at once, a piece of each in turn', async () => {
    const tools = [{ type: 'function', function: { name: 'look' } }];
    const fault = { kind: 'odd_events', what: 'interleaved_tools' };
    const datas = datasOf(await ask(fault, { tools, tool_choice: 'required' }));
    const calls = datas.flatMap((data) => data.match(/"tool_calls":\[\{"index":(\d)/)?.[1] ?? []);
    expect(calls.length).toBeGreaterThan(2);
    expect(calls).toEqual(calls.map((_, i) => String(i % 2)));
    expect(new Set(datas.join().match(/call_\w+/g)).size).toBe(2);
  });

  test('calls tools without their index', async () => {
    const tools = [{ type: 'function', function: { name: 'look' } }];
    const text = await ask(
      { kind: 'odd_events', what: 'unmarked_tools' },
      { tools, tool_choice: 'required' },
    );
    expect(text).toContain('"tool_calls":[{"id":"call_');
  });

  test.each(['plain', 'cr', 'crlf', 'mixed', 'bom', 'comments', 'fields', 'multiline'])(
    'says the same in other framing: %s',
    async (as) => {
      const text = await ask({ kind: 'reframe', as });
      const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
      const joined = lines.flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []));
      expect(joined.join('').replaceAll('": ', '":')).toContain('"content":"This"');
      expect(joined.at(-1)).toBe('[DONE]');
      if (as === 'cr') expect(text).not.toContain('\n');
      if (as === 'multiline') expect(joined.length).toBeGreaterThan(50);
    },
  );

  test('comes byte by byte', async () => {
    await played.fault({ kind: 'reframe', as: 'crlf', split: true });
    const messages = [{ role: 'user', content: 'こんにちは' }];
    const call = played.askRaw('a', { ...streamed, messages, max_tokens: 1 });
    await until(() => call.seen().endsWith('0\r\n\r\n'));
    const chunks = [...bodyOf(call).matchAll(/1\r\n([\s\S])\r\n/g)].map(([, byte]) => byte);
    expect(chunks.length).toBeGreaterThan(500);
    expect(chunks.join('')).toContain('data: [DONE]\r\n\r\n');
    call.socket.destroy();
  });
});

describe('a whole answer', () => {
  test.each([
    [{ kind: 'garbage', what: 'json' }, (text: string) => /^\{"id"[^}]*/.test(text)],
    [{ kind: 'truncate' }, (text: string) => /^\{"id"[^}]*/.test(text)],
    [{ kind: 'garbage', what: 'utf8' }, (text: string) => text.includes('"content":"\ufffd(')],
    [{ kind: 'error_event' }, (text: string) => text.startsWith('{"error":{"message"')],
    [{ kind: 'oversize_event', bytes: 3e6 }, (text: string) => text.length > 3e6],
    [{ kind: 'usage', as: 'missing' }, (text: string) => !text.includes('"usage"')],
    [{ kind: 'usage', as: 'huge' }, (text: string) => text.includes('1000000000000000000')],
    [{ kind: 'garbage', what: 'html' }, (text: string) => text.startsWith('<html>')],
  ])('%j', async (fault, holds) => {
    await played.fault(fault);
    const { status, text } = await played.ask('a');
    expect(status).toBe(200);
    expect(holds(text), text.slice(0, 500)).toBe(true);
  });

  test('says a length that is not its length', async () => {
    for (const [what, by] of [
      ['short_length', -10],
      ['long_length', 1000],
    ] as const) {
      await played.fault({ kind: 'garbage', what, times: 1 });
      const call = played.askRaw('a');
      expect(await call.ended).toBe('closed');
      const said = Number(/content-length: (\d+)/.exec(call.seen())?.[1]);
      expect(said - bodyOf(call).length).toBe(by);
    }
  });

  test('comes packed, though nobody asked', async () => {
    await played.fault({ kind: 'compress', as: 'gzip' });
    const { headers, json } = await played.ask('a');
    expect(headers.get('content-encoding')).toBe('gzip');
    expect(json).toMatchObject({ object: 'chat.completion' });
    await fetch(`${played.url}/simulator/faults`, { method: 'DELETE' });
    await played.fault({ kind: 'compress', as: 'bomb', bytes: 3_000_000 });
    const { text } = await played.ask('a');
    expect(text).toBe('\0'.repeat(3_000_000));
    await fetch(`${played.url}/simulator/faults`, { method: 'DELETE' });
    await played.fault({ kind: 'compress', as: 'chain' });
    const call = played.askRaw('a');
    await until(() => call.seen().endsWith('0\r\n\r\n'));
    expect(call.seen()).toContain('content-encoding: gzip, gzip, gzip, gzip, gzip');
    const [, size = '', packed = ''] = /^([0-9a-f]+)\r\n([\s\S]*)/.exec(bodyOf(call)) ?? [];
    let bytes = Buffer.from(packed.slice(0, parseInt(size, 16)), 'latin1');
    for (let layer = 0; layer < 5; layer++) bytes = gunzipSync(bytes);
    expect(bytes.toString()).toMatch(/^\{"id"/);
    call.socket.destroy();
  });

  test.each([
    ['chunk_extensions', /^[0-9a-f]+;x=x{50}\r\n/m],
    ['trailers', /0\r\nx-trailer: x{50}\r\n\r\n$/],
    ['length_and_chunks', /transfer-encoding: chunked\r\ncontent-length: 10\r\n/],
  ])('is framed with %s', async (what, seen) => {
    await played.fault({ kind: 'framing', what, bytes: 50 });
    const call = played.askRaw('a');
    await until(() => call.seen().endsWith('\r\n\r\n') && call.seen().includes('"choices"'));
    expect(call.seen()).toMatch(seen);
    call.socket.destroy();
  });

  test('of embeddings has the same faults', async () => {
    await played.fault([
      { kind: 'usage', as: 'missing', times: 1 },
      { kind: 'http', status: 500 },
    ]);
    const ask = async (): Promise<Response> =>
      fetch(`${played.url}/v1/embeddings`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk-a' },
        body: JSON.stringify({ model: 'text-embedding-3-small', input: 'sky', dimensions: 4 }),
      });
    expect(await (await ask()).json()).toEqual({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: expect.anything() as unknown }],
      model: 'text-embedding-3-small',
    });
    expect((await ask()).status).toBe(500);
  });
});

test('a script is set, listed and cleared while calls come', async () => {
  expect(await played.fault({ kind: 'reset', p: 2 })).toMatchObject({
    status: 400,
    json: { error: { message: 'body:1:21 p: expected a number of at most 1, found 2' } },
  });
  const set = await played.fault([{ kind: 'reset', models: ['gpt-4.1'] }, { kind: 'stall' }]);
  expect(set).toMatchObject({ status: 200, json: [{ id: 'fault-1' }, { id: 'fault-2' }] });
  const request = async (method: string, path = ''): Promise<unknown> =>
    (await fetch(`${played.url}/simulator/faults${path}`, { method })).json();
  expect(await request('GET')).toEqual(set.json);
  expect(await request('DELETE', '?id=fault-9')).toHaveProperty('error');
  expect(await request('DELETE', '?id=fault-1')).toMatchObject([{ id: 'fault-2' }]);
  expect(await request('DELETE')).toEqual([]);
  expect((await played.ask('a')).status).toBe(200);
});
