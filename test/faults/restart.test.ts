import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MASTER_KEY } from '../kit/gateway.ts';
import { spillway } from '../kit/program.ts';
import { STREAM, type Script, answer, sendEvents, startUpstream } from '../kit/upstream.ts';

let folder: string;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-restart-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true });
});

/** A vendor that tells its limits, and a config for it. */
const world = async (script: Script = answer) => {
  const upstream = await startUpstream((call, res) => {
    res.setHeader('x-ratelimit-limit-requests', '600');
    res.setHeader('x-ratelimit-remaining-requests', '100');
    res.setHeader('x-ratelimit-reset-requests', '50s');
    return script(call, res);
  });
  closing.push(() => upstream.close());
  const config = join(folder, 'config.yaml');
  const params = `{model: openai/gpt-4.1, api_key: sk-1, api_base: "${upstream.url}"}`;
  const write = (more: string): void =>
    writeFileSync(
      config,
      `model_list:\n  - model_name: gpt-4.1\n    litellm_params: ${params}\n` +
        `general_settings: {master_key: ${MASTER_KEY}}\n${more}`,
    );
  write('spillway_settings: {shutdown: {lag_s: 0}}\n');
  const start = async (dataDir: string, env: Record<string, string> = {}) => {
    const program = spillway(['serve', '-c', config, '--port', '0', '--data-dir', dataDir], env);
    closing.push(() => program.stop());
    return { ...program, url: await program.ready() };
  };
  return { upstream, start, config, write };
};

const headers = { authorization: `Bearer ${MASTER_KEY}` };
const chat = (url: string, more: object = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'gpt-4.1', messages: [], ...more }),
  });

interface Limit {
  readonly limit: number;
  readonly level: number;
  readonly known_from: string;
}

const limits = async (url: string): Promise<Limit[]> => {
  const reply = await fetch(`${url}/spillway/quota`, { headers });
  const { pools } = (await reply.json()) as { pools: { limits: Limit[] }[] };
  return pools.flatMap((pool) => pool.limits);
};

test('why a request went where it went is known after a process was killed', async () => {
  const { start } = await world();
  const data = join(folder, 'data');
  const first = await start(data);
  const id = (await chat(first.url)).headers.get('x-litellm-call-id')!;
  const written = (): string => readFileSync(join(data, 'decisions.tsv'), 'utf8');
  await vi.waitFor(() => expect(written()).toContain(id), { timeout: 5_000 });
  first.signal('SIGKILL');
  await first.ended;
  // Of the line that was being written.
  appendFileSync(join(data, 'decisions.tsv'), 'half-a-line\t{"id":');
  const second = await start(data);
  const found = await fetch(`${second.url}/spillway/decisions/${id}`, { headers });
  expect([found.status, await found.json()]).toMatchObject([
    200,
    { id, group: 'gpt-4.1', attempts: [{ outcome: 'ok' }] },
  ]);
});

describe('a restart', () => {
  test('71 keeps what was learned of limits, and what is left of them', async () => {
    const { start } = await world();
    const data = join(folder, 'data');
    const first = await start(data);
    expect((await chat(first.url)).status).toBe(200);
    const [before] = await limits(first.url);
    expect(before).toMatchObject({ limit: 600 });
    expect((await first.stop('SIGTERM')).code).toBe(0);
    const second = await start(data);
    const [after] = await limits(second.url);
    expect(after).toMatchObject({ limit: 600, known_from: before!.known_from });
    expect(after!.level).toBeGreaterThanOrEqual(before!.level);
    // What comes back in between is ten a second: far from all of it.
    expect(after!.level).toBeLessThan(500);
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['of another kind', () => '{"at": "yesterday"}'],
    ['no text', () => '\u0000\u0001\u0002'],
  ])('goes on with a file that is %s, and writes a good one', async (_, spoil) => {
    const { start } = await world();
    const data = join(folder, 'data');
    const file = join(data, 'ledger.json');
    const first = await start(data);
    await chat(first.url);
    await first.stop();
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, spoil(good));
    const second = await start(data);
    expect((await chat(second.url)).status).toBe(200);
    const { code, err } = await second.stop();
    expect(code).toBe(0);
    expect(err.match(/the saved ledger cannot be read/g)).toHaveLength(1);
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object)).toContain('ledger');
  });

  test('65 goes on without a folder to write to, and says so once', async () => {
    const { start } = await world();
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const program = await start(join(file, 'data'));
    for (let i = 0; i < 2; i++) {
      expect((await chat(program.url)).status).toBe(200);
      // Longer than the time between two writes.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    }
    const { code, err } = await program.stop();
    expect(code).toBe(0);
    expect(err.match(/the ledger cannot be saved/g)).toHaveLength(1);
  });
});

const held = () => {
  const { promise, resolve: finish } = Promise.withResolvers<void>();
  const script: Script = async (_, res) => {
    sendEvents(res, STREAM.slice(0, 2));
    await promise;
    sendEvents(res, STREAM.slice(2));
    res.end();
  };
  return { script, finish };
};

describe('a signal', () => {
  test('71 lets a stream come to its end, and the process ends well', async () => {
    const { script, finish } = held();
    const { start } = await world(script);
    const program = await start(join(folder, 'data'));
    const stream = await chat(program.url, { stream: true });
    const ended = program.stop('SIGTERM');
    await expect.poll(() => fetch(program.url).catch(() => 'closed')).toBe('closed');
    finish();
    expect(await stream.text()).toContain('[DONE]');
    expect((await ended).code).toBe(0);
  });

  test('71 that comes twice leaves it ten seconds, and the third one none', async () => {
    const { script } = held();
    const { start } = await world(script);
    const program = await start(join(folder, 'data'));
    const stream = await chat(program.url, { stream: true });
    program.signal('SIGTERM');
    await program.complains(/a second signal leaves it 10 s/);
    await expect.poll(() => fetch(program.url).catch(() => 'closed')).toBe('closed');
    program.signal('SIGTERM');
    const stillThere = await Promise.race([program.ended, sleep(500).then(() => 'there')]);
    expect(stillThere).toBe('there');
    const { code } = await program.stop('SIGTERM');
    expect(code).toBe(130);
    await expect(stream.text()).rejects.toThrow('terminated');
  });

  test('71 of a supervisor leaves load balancers time, and one of a person does not', async () => {
    const { start, write } = await world();
    write('spillway_settings: {shutdown: {lag_s: 60}}\n');
    const program = await start(join(folder, 'data'));
    program.signal('SIGTERM');
    await program.complains(/"lagMs":60000/);
    expect((await fetch(`${program.url}/health/readiness`)).status).toBe(503);
    expect((await chat(program.url)).status).toBe(200);
    // Said again, it waits no longer: nothing is under way.
    expect((await program.stop('SIGTERM')).code).toBe(0);
    const other = await start(join(folder, 'data'));
    const { code, err } = await other.stop('SIGINT');
    expect([code, err]).toEqual([0, expect.stringContaining('"lagMs":0')]);
  });
});

/** What a callback of somebody else's may do to the process, when a signal says so. */
const CARELESS =
  "process.on('SIGUSR2', () => { Promise.reject(new Error('nobody waits')); " +
  "setImmediate(() => { throw new Error('nobody catches'); }); });";

test('74 a task and a callback that fail inside end no process: they are told, and counted', async () => {
  const { script, finish } = held();
  const { start } = await world(script);
  const careless = `--import=data:text/javascript,${encodeURIComponent(CARELESS)}`;
  const program = await start(join(folder, 'data'), { NODE_OPTIONS: careless });
  const stream = await chat(program.url, { stream: true });
  program.signal('SIGUSR2');
  await program.complains(/nobody waits[^]*nobody catches/);
  finish();
  expect(await stream.text()).toContain('[DONE]');
  expect(await (await fetch(`${program.url}/metrics`, { headers })).text()).toMatch(
    /survived_errors_total\{kind="rejection"\} 1\n.*kind="exception"\} 1\n/,
  );
  expect((await program.stop()).code).toBe(0);
});

test('70 SIGHUP takes a vendor’s new key for new calls, and those under way end as they would', async () => {
  let finish = (): void => {};
  const { start, config, upstream } = await world((call, res) => {
    if (!call.body['stream']) return answer(call, res);
    sendEvents(res, STREAM.slice(0, 2));
    finish = () => {
      sendEvents(res, STREAM.slice(2));
      res.end();
    };
    return undefined;
  });
  const program = await start(join(folder, 'data'));
  const under = await chat(program.url, { stream: true });
  writeFileSync(config, readFileSync(config, 'utf8').replace('api_key: sk-1', 'api_key: sk-2'));
  program.signal('SIGHUP');
  await program.complains(/new keys are in use/);
  expect((await chat(program.url)).status).toBe(200);
  finish();
  expect(await under.text()).toContain('[DONE]');
  expect(upstream.calls.map(({ headers: its }) => its.authorization)).toEqual([
    'Bearer sk-1',
    'Bearer sk-2',
  ]);
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace('model: openai/gpt-4.1', 'model: openai/gpt-5'),
  );
  program.signal('SIGHUP');
  await program.complains(/restart to use it/);
});

test('69 SIGHUP says whether the config could be served as it is now, and ends nothing', async () => {
  const { start, config } = await world();
  const program = await start(join(folder, 'data'));
  const good = readFileSync(config, 'utf8');
  program.signal('SIGHUP');
  await program.complains(/the config was read again: nothing has changed/);
  writeFileSync(config, good.replace('model_name', 'model_nam'));
  program.signal('SIGHUP');
  await program.complains(/config\.yaml:2:\d+ .*The one that was read at the start serves on/);
  expect((await chat(program.url)).status).toBe(200);
  expect((await program.stop()).code).toBe(0);
});
