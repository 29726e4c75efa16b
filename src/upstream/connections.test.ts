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

/** Sends a request; resolves when it is over, in whichever way. */
const send = () => {
  const over = Promise.withResolvers<void>();
  let abort = (): void => {};
  connections.dispatch(
    { path: '/', method: 'POST', body: '{}' },
    {
      onRequestStart(controller) {
        abort = () => controller.abort(new Error('enough'));
      },
      onResponseStart() {},
      onResponseData() {},
      onResponseEnd: () => over.resolve(),
      onResponseError: () => over.resolve(),
    },
  );
  return { over: over.promise, abort: () => abort() };
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
