import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { closedAfterEach } from '../kit/closing.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from '../kit/gateway.ts';
import { STREAM, type Script, sendEvents, sendJson, startUpstream } from '../kit/upstream.ts';

/** Within this an upstream has heard that nobody waits any more, ms. */
const PROMPT_MS = 100;
/** A machine that is busy with other things may miss that now and then, not every time. */
const TRIES = 5;

const closing = closedAfterEach();

const world = async (script: Script) => {
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const gateway = await startGateway(configOf([deployment('PJ1', upstream.url)]));
  closing.push(() => gateway.close());
  return { upstream, gateway };
};

const BODIES = {
  '/v1/chat/completions': { model: 'gpt-4.1', messages: [] },
  '/v1/embeddings': { model: 'gpt-4.1', input: 'Hi' },
};

/** A request whose caller can leave. */
const ask = (url: string, path: keyof typeof BODIES, more: object = {}) => {
  const leave = new AbortController();
  const reply = fetch(url + path, {
    method: 'POST',
    signal: leave.signal,
    headers: { authorization: `Bearer ${MASTER_KEY}` },
    body: JSON.stringify({ ...BODIES[path], ...more }),
  });
  reply.catch(() => {});
  return { reply, leave: () => leave.abort() };
};

describe('a caller who leaves frees the upstream at once', () => {
  const silent: Script = () => {};
  const begun: Script = (_, res) => sendEvents(res, STREAM.slice(0, 2));
  const opened: Script = (_, res) => sendEvents(res, STREAM.slice(0, 1));

  test.each<[string, keyof typeof BODIES, object, Script]>([
    ['38 waiting for a whole reply', '/v1/chat/completions', {}, silent],
    ['38 waiting for embeddings', '/v1/embeddings', {}, silent],
    ['38 waiting for a stream to begin', '/v1/chat/completions', { stream: true }, silent],
    ['38 waiting for its first content', '/v1/chat/completions', { stream: true }, opened],
    ['39 in the middle of a stream', '/v1/chat/completions', { stream: true }, begun],
  ])('%s', async (_, path, more, script) => {
    const { upstream, gateway } = await world(script);
    const once = async (): Promise<number> => {
      const { reply, leave } = ask(gateway.url, path, more);
      await vi.waitFor(() => expect(upstream.calls).toHaveLength(1), { interval: 1 });
      if (script === begun) await (await reply).body!.getReader().read();
      const leftAt = performance.now();
      leave();
      await upstream.calls.pop()!.cutOff;
      return performance.now() - leftAt;
    };
    let leastMs = Infinity;
    for (let i = 0; i < TRIES && leastMs >= PROMPT_MS; i++)
      leastMs = Math.min(leastMs, await once());
    expect(leastMs).toBeLessThan(PROMPT_MS);
    await vi.waitFor(() =>
      expect(JSON.stringify(gateway.log.lines)).toMatch(/client_closed|abandoned/),
    );
    expect(gateway.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});

test('a caller who leaves in the pause between two tries ends them', async () => {
  const { upstream, gateway } = await world((_, res) => {
    res.setHeader('retry-after-ms', '20000');
    sendJson(res, 429, { error: { message: 'Rate limit reached' } });
  });
  const { leave } = ask(gateway.url, '/v1/chat/completions');
  await vi.waitFor(() => expect(JSON.stringify(gateway.log.lines)).toContain('attempt failed'));
  leave();
  await vi.waitFor(() => expect(gateway.log.lines.at(-1)?.fields['code']).toBe('client_closed'));
  expect(upstream.calls).toHaveLength(1);
});

test('a caller who leaves before it has said everything costs no call', async () => {
  const { upstream, gateway } = await world(() => {});
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${MASTER_KEY}\r\n`;
  socket.write(`${head}content-length: 100\r\n\r\n{"model":`, () => socket.destroy());
  await vi.waitFor(() => expect(gateway.log.lines.at(-1)?.fields['code']).toBe('client_closed'));
  expect(upstream.calls).toHaveLength(0);
});
