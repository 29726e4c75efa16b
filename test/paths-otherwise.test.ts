import { request } from 'node:http';
import { expect, it } from 'vitest';
import { keyWorlds } from './kit/key-world.ts';

const world = keyWorlds();

/** With the path as it is written here: `fetch` would write it as others do. */
const post = (url: URL, path: string, key: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { hostname: host, port } = url;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const asked = request({ host, port, path, method: 'POST', headers }, (reply) => {
      reply.resume().on('end', () => resolve(reply.statusCode));
    });
    asked.on('error', reject).end('{}');
  });

it('a key that opens models alone opens nothing else, however the path is written', async () => {
  const { generate, gateway } = await world();
  const url = new URL(gateway.url);
  const confined = await generate({ user_id: 'ann', key_type: 'llm_api' });
  const free = await generate({ user_id: 'ann' });
  for (const path of [
    '/key/generate',
    '/%6bey/generate',
    '/./key/generate',
    '/x/../key/generate',
    '/x/%2e%2e/key/generate',
    `http://${url.host}/key/generate`,
  ]) {
    expect([path, await post(url, path, free.key)]).toEqual([path, 200]);
    expect([path, await post(url, path, confined.key)]).toEqual([path, 403]);
  }
});
