import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { direct, inTime } from '#upstream/connect.ts';
import { Connections } from '#upstream/connections.ts';

interface Asked {
  /** Tells the connections apart. */
  readonly port: number | undefined;
  readonly res: ServerResponse;
}

let asked: Asked[];
let wake: () => void;
let vendor: ReturnType<typeof createServer>;
let connections: Connections;

beforeEach(async () => {
  asked = [];
  vendor = createServer((req, res) => {
    asked.push({ port: req.socket.remotePort, res });
    wake();
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  const { port } = vendor.address() as AddressInfo;
  const connect = inTime(direct({ rejectUnauthorized: true }), {
    clock: systemClock,
    connectMs: 2_000,
  });
  connections = new Connections(`http://127.0.0.1:${port}`, connect);
});
afterEach(async () => {
  await connections.destroy();
  vendor.closeAllConnections();
  await new Promise((resolve) => vendor.close(resolve));
});

/** Sends a request; resolves when it is over: with its error, if it had one. */
const send = () => {
  const over = Promise.withResolvers<Error | undefined>();
  const begun = Promise.withResolvers<void>();
  let abort = (): void => {};
  connections.dispatch(
    { path: '/', method: 'POST', body: '{}' },
    {
      onRequestStart(controller) {
        abort = () => controller.abort(new Error('enough'));
      },
      onResponseStart() {},
      onResponseData: () => begun.resolve(),
      onResponseEnd: () => over.resolve(undefined),
      onResponseError: (_, error) => over.resolve(error),
    },
  );
  return { over: over.promise, begun: begun.promise, abort: () => abort() };
};

/** Until the vendor has been asked so often. */
const arrivals = async (count: number): Promise<Asked[]> => {
  while (asked.length < count) await new Promise<void>((resolve) => (wake = resolve));
  return asked.splice(0);
};

/** So many at once; returns the connections they came on. */
const atOnce = async (count: number): Promise<(number | undefined)[]> => {
  const sent = Array.from({ length: count }, send);
  const all = await arrivals(count);
  // The last to come ends last: its connection is then the one that was used last.
  for (const { res } of all) {
    res.end();
    await new Promise((resolve) => res.once('close', resolve));
  }
  await Promise.all(sent.map(({ over }) => over));
  return all.map(({ port }) => port);
};

describe('connections', () => {
  test('carry one request at a time, and one after another', async () => {
    const [first] = await atOnce(1);
    expect(await atOnce(1)).toEqual([first]);
    const three = await atOnce(3);
    expect(new Set(three).size).toBe(3);
    expect(three).toContain(first);
    expect(await atOnce(1)).toEqual([three[2]]);
    expect(new Set(await atOnce(3))).toEqual(new Set(three));
  });

  test('that the vendor has closed are replaced', async () => {
    vendor.maxRequestsPerSocket = 1;
    const before = await atOnce(2);
    const after = await atOnce(2);
    expect(new Set([...before, ...after]).size).toBe(4);
  });

  test('that broke off do not serve two at once', async () => {
    for (const end of ['abort', 'destroy'] as const) {
      const { over, abort } = send();
      const [call] = await arrivals(1);
      if (end === 'abort') abort();
      else call?.res.destroy();
      await over;
    }
    expect(new Set(await atOnce(3)).size).toBe(3);
  });
});

describe('a connection that is closed without an answer', () => {
  test('has its request sent once more, on a new one, if it had carried one before', async () => {
    const [used] = await atOnce(1);
    const { over } = send();
    const [closed] = await arrivals(1);
    closed?.res.destroy();
    const [again] = await arrivals(1);
    expect(closed?.port).toBe(used);
    expect(again?.port).not.toBe(used);
    again?.res.destroy();
    expect(await over).toBeInstanceOf(Error);
    expect(asked).toEqual([]);
  });

  test('fails if it is new, or had begun to answer, or was given up', async () => {
    const fresh = send();
    const [first] = await arrivals(1);
    first?.res.destroy();
    expect(await fresh.over).toBeInstanceOf(Error);
    await atOnce(1);
    const begun = send();
    const [second] = await arrivals(1);
    second?.res.write('half');
    await begun.begun;
    second?.res.destroy();
    expect(await begun.over).toBeInstanceOf(Error);
    await atOnce(1);
    const left = send();
    await arrivals(1);
    left.abort();
    expect(await left.over).toMatchObject({ message: 'enough' });
    expect(asked).toEqual([]);
  });
});
