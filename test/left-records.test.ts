import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, vi } from 'vitest';
import { keyWorlds } from './kit/key-world.ts';
import { STREAM, type Script, sendEvents } from './kit/upstream.ts';

/* Who left is written down and is nobody's failure: records, their filters and all sums say the same. */

const opened = keyWorlds();
const silent: Script = () => {};
/** A stream that stays open behind its first content. */
const holds: Script = (_, res) => sendEvents(res, STREAM.slice(0, 2));

type Row = Record<string, unknown>;

const world = async (script: Script) => {
  const w = await opened({}, script);
  const { key } = await w.generate({ user_id: 'ann' });
  const ask = async (path: string) => (await w.ask(path)).body;
  /** Every place that counts failures, once there is a record. */
  const counted = async () => {
    await vi.waitFor(
      async () => {
        await w.gateway.keeping!.writer.flush();
        expect((await ask('/spend/logs/v2'))['total']).toBe(1);
      },
      { interval: 5 },
    );
    const [row] = (await ask('/spend/logs/v2'))['data'] as Row[];
    const failed = await ask('/spend/logs/v2?status_filter=failure');
    const usage = (await ask('/spillway/usage?per=all'))['usage'] as Row[];
    const daily = (await ask('/user/daily/activity'))['metadata'] as Row;
    return { row: row!, failed, usage: usage[0], daily };
  };
  const chat = (body: Row, signal: AbortSignal) =>
    fetch(`${w.gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4.1', messages: [], ...body }),
      signal,
    });
  return { ...w, key, chat, counted };
};

const isNobodysFailure = ({ row, failed, usage, daily }: Awaited<ReturnType<CountedOf>>): void => {
  expect(row).toMatchObject({
    status: 'success',
    metadata: { error_information: { error_code: '499', error_class: 'client_closed' } },
  });
  expect(failed['total']).toBe(0);
  expect(usage).toMatchObject({ api_requests: 1, failed_requests: 0, successful_requests: 1 });
  expect(daily).toMatchObject({ total_api_requests: 1, total_failed_requests: 0 });
};
type CountedOf = Awaited<ReturnType<typeof world>>['counted'];

it.each([
  ['before an answer', silent, false],
  ['in the middle of one', holds, true],
] as const)('whoever leaves %s did not fail', async (_, script, stream) => {
  const { ask, chat, upstream, counted } = await world(script);
  const leaving = new AbortController();
  const reply = chat({ stream }, leaving.signal);
  reply.catch(() => {});
  await vi.waitFor(() => expect(upstream.calls).toHaveLength(1), { interval: 1 });
  if (stream) await (await reply).body!.getReader().read();
  leaving.abort();
  const all = await counted();
  isNobodysFailure(all);
  const { body } = await ask(`/spillway/decisions/${String(all.row['request_id'])}`);
  expect(body).toMatchObject({ attempts: [{ outcome: 'abandoned', status: 499 }] });
});

it('nor did whoever leaves with the body half sent', async () => {
  const { gateway, key, counted } = await world(silent);
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${key}\r\n` +
      'content-type: application/json\r\ncontent-length: 1000\r\nexpect: 100-continue\r\n\r\n{"model":',
  );
  const [said] = await once(socket, 'data');
  expect(String(said)).toContain('100 Continue');
  socket.destroy();
  isNobodysFailure(await counted());
});

it('a vendor that breaks off has failed', async () => {
  const breaks: Script = (_, res) => {
    sendEvents(res, STREAM.slice(0, 2));
    setImmediate(() => res.destroy());
  };
  const { chat, counted } = await world(breaks);
  await (await chat({ stream: true }, new AbortController().signal)).text();
  const { row, failed, usage } = await counted();
  expect(row['status']).toBe('failure');
  expect(failed['total']).toBe(1);
  expect(usage).toMatchObject({ failed_requests: 1, successful_requests: 0 });
});
