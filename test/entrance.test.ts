import { expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { errorOf, keyWorlds } from './kit/key-world.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const world = keyWorlds();
const closing = closedAfterEach();

/** A gateway behind a proxy that says who comes. */
const behindProxy = async (addresses: readonly string[]) => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const entrance = { addresses, isForwarded: true } as const;
  const gateway = await startGateway(
    configOf([deployment('a', upstream.url)], { entrance }),
    undefined,
    { keeps: true },
  );
  closing.push(() => gateway.close());
  return async (path: string, forwarded?: string, body?: object) => {
    const reply = await fetch(`${gateway.url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${MASTER_KEY}`,
        'content-type': 'application/json',
        ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
  };
};

it('only addresses that are listed come in, with the master key too; probes are answered', async () => {
  const { ask, chat, upstream } = await world({ entrance: { addresses: ['10.0.0.0/8'] } });
  for (const path of ['/v1/models', '/key/list', '/openapi.json', '/metrics', '/nothing-here']) {
    const { status, body } = await ask(path);
    expect([path, status]).toEqual([path, 403]);
    expect(errorOf(body).message).toMatch(/IP address .*127\.0\.0\.1 not allowed/);
  }
  expect((await chat(MASTER_KEY)).status).toBe(403);
  expect((await ask('/health/liveliness')).status).toBe(200);
  expect(upstream.calls).toEqual([]);
  const near = await world({ entrance: { addresses: ['127.0.0.1'] } });
  expect((await near.chat(MASTER_KEY)).status).toBe(200);
});

it('behind a proxy the last address that it names counts, not what a client wrote before', async () => {
  const ask = await behindProxy(['192.0.2.7', '2001:db8::/32']);
  for (const said of ['192.0.2.7', '198.51.100.1, 192.0.2.7', '192.0.2.7:4711', '[2001:db8::1]:80'])
    expect([said, (await ask('/v1/models', said)).status]).toEqual([said, 200]);
  for (const said of ['192.0.2.7, 198.51.100.1', 'nobody', '', '192.0.2.7,'])
    expect([said, (await ask('/v1/models', said)).status]).toEqual([said, 403]);
  // It came past the proxy.
  expect((await ask('/v1/models')).status).toBe(403);
});

it('behind a proxy the addresses that a key lists are those of its users', async () => {
  const ask = await behindProxy(['0.0.0.0/0']);
  const { body } = await ask('/key/generate', '192.0.2.1', { allowed_ips: ['192.0.2.9'] });
  const other = await ask(`/key/info?key=${String(body['token'])}`, '192.0.2.1');
  expect(other.status).toBe(200);
});

it('there are only the routes that are listed', async () => {
  const { ask, chat } = await world({
    entrance: { routes: ['/v1/models', 'spend_tracking_routes', '/key/*'] },
  });
  expect((await ask('/v1/models')).status).toBe(200);
  expect((await ask('/spend/logs')).status).toBe(200);
  expect((await ask('/key/list')).status).toBe(200);
  const { status, body } = await chat(MASTER_KEY);
  expect(status).toBe(403);
  expect(errorOf(body).message).toContain('Route /v1/chat/completions not allowed');
  expect((await ask('/team/list')).status).toBe(403);
  expect((await ask('/health/readiness')).status).toBe(200);
});

it('routes may be the proxy admins’ alone, models too', async () => {
  const adminRoutes = ['/key/generate', '/v1/chat/completions'];
  const { ask, generate, chat } = await world({ entrance: { adminRoutes } });
  const { key } = await generate({ user_id: 'ann' });
  const refused = await ask('/key/generate', {}, key);
  expect(refused.status).toBe(403);
  expect(errorOf(refused.body).message).toContain('Route=/key/generate is an admin only route');
  expect((await chat(key)).status).toBe(403);
  expect((await ask('/key/info', undefined, key)).status).toBe(200);
  await ask('/user/new', { user_id: 'boss', user_role: 'proxy_admin', auto_create_key: false });
  const boss = await generate({ user_id: 'boss' });
  expect((await chat(boss.key)).status).toBe(200);
});

it('routes may open without a key; who comes so is nobody, and changes nothing', async () => {
  const publicRoutes = ['/v1/models', '/key/*', '/spend/*', '/global/spend'];
  const { ask, chat, generate } = await world({ entrance: { publicRoutes } });
  const { token } = await generate();
  await chat(MASTER_KEY);
  for (const none of ['', 'sk-dummy']) {
    expect((await ask('/v1/models', undefined, none)).status).toBe(200);
    expect((await ask('/key/list', undefined, none)).body).toMatchObject({ keys: [] });
    expect((await ask('/key/generate', {}, none)).status).toBe(403);
    expect((await ask('/key/delete', { keys: [token] }, none)).status).toBe(404);
    expect((await ask('/key/block', { key: token }, none)).status).toBe(403);
    expect((await ask('/global/spend', undefined, none)).status).toBe(403);
    expect((await ask('/spend/logs/v2', undefined, none)).body).toMatchObject({ data: [] });
    expect((await chat(none)).status).toBe(401);
  }
});

it('fields may be demanded of every body, whatever key it comes with', async () => {
  const { generate, chat, upstream } = await world({
    entrance: { params: ['user', 'metadata.job'] },
  });
  const { key } = await generate({ enforced_params: ['seed'] });
  for (const one of [MASTER_KEY, key]) {
    const refused = await chat(one, { user: 'eve', metadata: {} });
    expect(refused.status).toBe(400);
    expect(errorOf(refused.body).message).toContain('please pass param=[metadata][job]');
  }
  const whole = { user: 'eve', metadata: { job: 'j' } };
  expect(errorOf((await chat(key, whole)).body).message).toContain('param=seed');
  expect(upstream.calls).toEqual([]);
  expect((await chat(MASTER_KEY, whole)).status).toBe(200);
  expect((await chat(key, { ...whole, seed: 1 })).status).toBe(200);
});
