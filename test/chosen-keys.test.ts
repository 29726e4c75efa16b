import { expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, MASTER_KEY, startGateway } from './kit/gateway.ts';

const closing = closedAfterEach();

const MOST = 60;

it('who chooses keys to learn which there are is told to wait, with all their keys', async () => {
  const gateway = await startGateway(configOf([]), undefined, { keeps: true });
  closing.push(() => gateway.close());
  const post = async (path: string, body: object, key = MASTER_KEY) => {
    const reply = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const told = (await reply.json()) as { key?: string; error?: { message: string } };
    return { status: reply.status, told, wait: Number(reply.headers.get('retry-after')) };
  };
  const keyOf = async (user: string) => (await post('/key/generate', { user_id: user })).told.key!;
  const [eve, more, ann] = [await keyOf('eve'), await keyOf('eve'), await keyOf('ann')];
  const taken = 'sk-somebody-has-this-key-already';
  await post('/key/generate', { key: taken });

  // Whether there is such a key or not, it counts.
  for (let n = 1; n < MOST; n++) {
    const key = n % 2 === 0 ? taken : `sk-nobody-has-this-key-yet-${n}`;
    expect((await post('/key/generate', { key }, eve)).status).toBe(key === taken ? 409 : 200);
  }
  const rotated = await post('/key/regenerate', { key: more, new_key: taken }, eve);
  expect(rotated.status).toBe(400);

  for (const [path, body] of [
    ['/key/generate', { key: taken }],
    ['/key/service-account/generate', { key: taken }],
    ['/key/regenerate', { key: more, new_key: taken }],
  ] as const) {
    const refused = await post(path, body, more);
    expect([path, refused.status]).toEqual([path, 429]);
    expect(refused.told.error!.message).toMatch(/More than 60 keys were chosen.*leave `key`/);
    expect(refused.wait).toBeGreaterThan(50);
    expect(refused.wait).toBeLessThanOrEqual(60);
  }
  expect((await post('/key/generate', {}, eve)).status).toBe(200);
  expect((await post('/key/generate', { key: taken }, ann)).status).toBe(409);
  expect((await post('/key/generate', { key: taken })).status).toBe(409);
});
