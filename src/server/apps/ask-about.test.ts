import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { addressGuard } from '#net/address-guard.ts';
import { createGuardedClient } from '#net/guarded-client.ts';
import { askAboutBy } from '#server/apps/ask-about.ts';

test('a server that says nothing is waited for five seconds, and no longer', async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const clock = new VirtualClock();
  const client = createGuardedClient({ guard: addressGuard(['127.0.0.1']), clock });
  try {
    const asked = once(server, 'request');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.txt`;
    let isOver = false;
    const told = askAboutBy(client)(url, new AbortController().signal).finally(() => {
      isOver = true;
    });
    await asked;
    await clock.advance(4_999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(await told).toBeUndefined();
  } finally {
    server.closeAllConnections();
    server.close();
    await client.close();
  }
});
