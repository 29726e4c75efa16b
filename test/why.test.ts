import { afterEach, beforeEach, expect, it } from 'vitest';
import { MASTER_KEY } from './kit/gateway.ts';
import { read } from './kit/files.ts';
import { spillway } from './kit/program.ts';
import { startScene } from './kit/scene.ts';

/** Three keys of 30,000 tokens a minute each, of a simulated vendor whose clock stands still. */
let scene: Awaited<ReturnType<typeof startScene>>;
let refusal: string;
let id: string;

beforeEach(async () => {
  scene = await startScene(read('examples/litellm_config.yaml'));
  const ask = (user: string) =>
    fetch(`${scene.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER_KEY}`, 'x-queue-timeout': '2' },
      body: JSON.stringify({
        model: 'gpt-4.1',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 28_000,
        user,
      }),
    });
  for (let i = 0; i < 3; i++) await scene.finish(ask('batch'));
  const reply = await ask('ann');
  refusal = await reply.text();
  id = reply.headers.get('x-litellm-call-id')!;
  expect(reply.status).toBe(429);
});
afterEach(() => scene.close());

const why = (args: readonly string[], input = '') =>
  spillway(['why', '--url', scene.url, ...args], { LITELLM_MASTER_KEY: MASTER_KEY }, input).ended;

it('says who filled the quota, from an id, from an error that is pasted, and from a pipe', async () => {
  const all = await Promise.all([why([id]), why([refusal]), why(['-'], `> ${refusal}\n`)]);
  for (const { code, out, err } of all) {
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trim().split('\n');
    expect(lines[0]).toMatch(
      /^At \d\d:\d\d:\d\d UTC a request for gpt-4\.1 was refused with 429, after \d+ ms\.$/,
    );
    expect(lines[1]).toMatch(/^It was told: All deployments of gpt-4\.1 are at their limits /);
    expect(out).toMatch(
      /^In the minute before, tokens went to: master\/batch 84,\d{3} \(100 %\)\.$/m,
    );
    expect(lines.at(-1)).toMatch(
      /^Now one like it would be refused again: its turn would come in about [\d.]+ s\.$/,
    );
  }
});

it('gives programs the whole record', async () => {
  const { code, out } = await why(['--json', id]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    id,
    group: 'gpt-4.1',
    tenant: 'master/ann',
    status: 429,
    wait: { in_vain: true, used: [{ tenant: 'master/batch' }] },
  });
});

it('says what to do where it cannot tell', async () => {
  const [none, unknown, stranger] = await Promise.all([
    why(['there is nothing to go by']),
    why(['00000000']),
    why(['--key', 'sk-wrong', id]),
  ]);
  for (const { code, out } of [none, unknown, stranger])
    expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(none.err).toContain('There is no id in this text. Errors end with one');
  expect(unknown.err).toContain('No request with this id is remembered. The last 10,000 are');
  expect(stranger.err).toContain('refuses this key. Give its master key with --key');
});
