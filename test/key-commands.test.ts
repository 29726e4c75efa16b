import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MASTER_KEY } from './kit/gateway.ts';
import { spillway } from './kit/program.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const env = { LITELLM_MASTER_KEY: MASTER_KEY };
let folder: string;
let upstream: Awaited<ReturnType<typeof startUpstream>>;
let config: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-keys-'));
  upstream = await startUpstream(answer);
  config = join(folder, 'config.yaml');
  const params = `{model: openai/gpt-4.1, api_key: sk-x, api_base: "${upstream.url}"}`;
  writeFileSync(config, `model_list:\n  - model_name: gpt-4.1\n    litellm_params: ${params}\n`);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await upstream.close();
});

const serve = (dataDir: string) =>
  spillway(['serve', '--config', config, '--port', '0', '--data-dir', dataDir], env);

const chat = async (url: string, key: string, user: string) => {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'gpt-4.1', messages: [], user }),
  });
  await reply.text();
  return reply.status;
};

test('a key that is made lasts over a restart, a backup and a restore', async () => {
  const [first, second, copy] = ['first', 'second', 'copy.db'].map((name) => join(folder, name));
  let gateway = serve(first!);
  let url = await gateway.ready();
  const asked = ['key', 'create', '--url', url, '--for', 'dify', '--alias', 'app', '--rpm', '100'];
  const made = await spillway(asked, env).ended;
  expect(made.code).toBe(0);
  expect(made.err).toContain(`API endpoint URL ${url}/v1`);
  const key = made.out.trim();
  expect(await chat(url, key, 'eve')).toBe(200);
  const info = await fetch(`${url}/key/info?key=app`, {
    headers: { authorization: `Bearer ${MASTER_KEY}` },
  });
  expect(await info.json()).toMatchObject({
    info: { queue: true, always_include_usage: true, rpm_limit: 100, tags: ['dify'] },
  });
  const busy = await serve(first!).ended;
  expect(busy.err).toContain('is in use by another Spillway');
  const saved = await spillway(['backup', copy!, '--data-dir', first!]).ended;
  expect(saved).toMatchObject({ code: 0, err: '' });
  const early = await spillway(['restore', copy!, '--data-dir', first!]).ended;
  expect(early.err).toContain('in use by a running Spillway');
  await gateway.stop();

  gateway = serve(first!);
  url = await gateway.ready();
  expect(await chat(url, key, 'eve')).toBe(200);
  const purged = await spillway(['purge', '--url', url, '--user', 'eve'], env).ended;
  expect(purged.out).toBe('2 records of eve are gone\n');
  await gateway.stop();

  const back = await spillway(['restore', copy!, '--data-dir', second!]).ended;
  expect(back).toMatchObject({ code: 0, err: '' });
  gateway = serve(second!);
  url = await gateway.ready();
  expect(await chat(url, key, '')).toBe(200);
  await gateway.stop();
});

test('what cannot be done is told with what to do', async () => {
  const wrong = await spillway(['key', 'create', '--for', 'nothing'], env).ended;
  expect(wrong.err).toContain('known apps are dify');
  const none = await spillway(['backup', join(folder, 'x.db'), '--data-dir', '/nowhere'], env)
    .ended;
  expect(none.err).toMatch(/There is no store at .*--data-dir/);
  const odd = await spillway(['restore', config, '--data-dir', join(folder, 'odd')], env).ended;
  expect(odd.err).toContain('is no copy that `spillway backup` made');
});

test('every control route of a whole gateway is in its description', async () => {
  const gateway = serve(join(folder, 'described'));
  const reply = await fetch(`${await gateway.ready()}/openapi.json`);
  expect(reply.status).toBe(200);
  const { paths } = (await reply.json()) as { paths: Record<string, object> };
  for (const path of ['/key/generate', '/model/new', '/spillway/requests', '/spillway/apps'])
    expect(paths).toHaveProperty([path]);
  await gateway.stop();
});
