import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '#cli/commands.ts';
import { pairs, read } from './kit/files.ts';
import { MASTER_KEY } from './kit/gateway.ts';
import { spillway } from './kit/program.ts';
import { environmentFor, startVendor } from './kit/scene.ts';

const CONFIG = 'examples/litellm_config.yaml';
const FLOW = 'examples/six-branches.yml';

let folder: string;
let vendor: Awaited<ReturnType<typeof startVendor>>;
let env: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-cli-'));
  vendor = await startVendor();
  env = environmentFor(vendor.url);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await vendor.simulator.close();
});

/** A file with this text; returns its path. */
const fileOf = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const KEYLESS = read(CONFIG).replace(/^general_settings:[^]*/m, '');

const chat = (url: string) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER_KEY}` },
    body: JSON.stringify({
      model: 'gpt-4.1',
      messages: [{ role: 'user', content: 'canary-prompt' }],
    }),
  });

describe.concurrent('demo', () => {
  test('--once shows the spread, two by two, and ends well', async () => {
    const { code, out, err } = await spillway(['demo', '--once', '--port', '0']).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const n of [1, 2, 3])
      expect(out).toMatch(new RegExp(`^project-${n} +2 +2 +33\\.3 %`, 'm'));
    expect(out).toMatch(/master key +sk-[\w-]{32} /);
  });
});

describe.concurrent('serve', () => {
  test('says when it is ready, answers, keeps secrets to itself, and ends well', async () => {
    const program = spillway(['--config', CONFIG, '--port', '0', '--debug'], env);
    const reply = await chat(await program.ready());
    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-spillway-deployment')).toMatch(/^PJ[123]$/);
    const { code, out, err } = await program.stop();
    expect(code).toBe(0);
    expect(err).toContain('"decided"');
    expect(out + err).not.toMatch(new RegExp(`canary|sk-|${new URL(vendor.url).host}`));
  });

  test('with a port for the admin, the console and its API are there and nowhere else', async () => {
    const program = spillway(['--config', CONFIG, '--port', '0', '--admin-port', '0'], env);
    const data = await program.ready();
    const admin = /^console (\S+)\/ui\/$/m.exec(program.output())?.[1];
    expect(admin).not.toBe(data);
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    const API = ['/spillway/deployments', '/spillway/session', '/key/list', '/openapi.json'];
    const statuses = (url: string, paths: readonly string[]): Promise<number[]> =>
      Promise.all(paths.map(async (path) => (await fetch(`${url}${path}`, { headers })).status));
    expect(await statuses(data, ['/ui/', ...API])).toEqual([404, 404, 404, 404, 404]);
    expect(await statuses(admin!, API)).toEqual([200, 200, 200, 200]);
    expect((await chat(data)).status).toBe(200);
    expect((await program.stop()).code).toBe(0);
  });

  test.runIf(process.platform === 'linux')(
    'without a master key it is there for this machine only, unless told otherwise',
    async () => {
      const file = fileOf('keyless.yaml', KEYLESS);
      const { LITELLM_MASTER_KEY: _, ...keyless } = env;
      const near = spillway(['serve', '-c', file, '--port', '0', '--num_workers', '4'], keyless);
      const far = spillway(['serve', '-c', file, '--port', '0', '--host', '0.0.0.0'], keyless);
      const elsewhere = (url: string) => chat(url.replace('127.0.0.1', '127.0.0.2'));
      await expect(elsewhere(await near.ready())).rejects.toThrow('fetch failed');
      expect((await elsewhere(await far.ready())).status).toBe(200);
      const { err } = await near.stop();
      expect(err).toContain('no master key is configured');
      expect(err).toContain('whatever --num_workers says');
      await far.stop();
    },
  );

  test('starts with what is usable and names the rest', async () => {
    const { OPENAI_API_KEY_PJ2: _, ...partial } = env;
    const program = spillway(['--config', CONFIG, '--port', '0'], partial);
    await program.ready();
    const { err } = await program.stop();
    expect(err).toMatch(
      /litellm_config\.yaml:\d+:\d+ model_list\.1.*OPENAI_API_KEY_PJ2 is not set/,
    );
  });

  test('a taken port says so, and names the way out', async () => {
    const { port } = new URL(vendor.url);
    const { code, err } = await spillway(
      ['--config', CONFIG, '--port', port, '--host', '127.0.0.1'],
      env,
    ).ended;
    expect(code).toBe(1);
    expect(err).toMatch(`spillway: Port ${port} is in use, most likely by another Spillway`);
    expect(err).toContain('--port');
  });
});

describe.concurrent('what cannot start says where and why', () => {
  test.each<[string, string, Record<string, string>, RegExp]>([
    [
      'a config with errors',
      'model_list:\n  - model_name: a\n    litellm_params: {model: openai/x, rpm: lots}\nrouter_settings: 7\n',
      {},
      /^\S+:3:44 model_list\.0\.litellm_params\.rpm: expected a number, .*\n\S+:4:18 router_settings: expected a map/,
    ],
    ['YAML that is none', 'model_list:\n  - "a\n', {}, /^\S+:2:5 a quote is opened/],
    ['no models', '', {}, /^\S+:1:1 there are no models/],
    [
      'a master key that is referred to and missing',
      read(CONFIG),
      { LITELLM_MASTER_KEY: '' },
      /^\S+:\d+:\d+ general_settings\.master_key: LITELLM_MASTER_KEY is empty/,
    ],
    [
      'a key with a line break',
      KEYLESS.replaceAll(/PJ[123]/g, 'PJ1'),
      { OPENAI_API_KEY_PJ1: 'sk-canary\r\nx: y' },
      /the key in OPENAI_API_KEY_PJ1 contains a line break/,
    ],
  ])('%s', async (name, text, change, says) => {
    const file = fileOf(`${name.replaceAll(/\W+/g, '-')}.yaml`, text);
    const [served, checked] = await Promise.all([
      spillway(['--config', file, '--port', '0'], { ...env, ...change }).ended,
      spillway(['check', file], { ...env, ...change }).ended,
    ]);
    for (const { code, out, err } of [served, checked]) {
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(says);
      expect(err).not.toMatch(/canary|\n +at /);
    }
  });
});

describe.concurrent('check', () => {
  test.for(pairs)('shows the deployments of $name, and no key', async (pair, { skip }) => {
    const { config, isThere } = pair;
    skip(!isThere, 'the files are not there');
    const { code, out, err } = await spillway(['check', config], env).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const n of [1, 2, 3])
      expect(out).toMatch(
        new RegExp(`^gpt-4\\.1 +PJ${n} +openai/gpt-4\\.1 +openai-chat +OPENAI_API_KEY_PJ${n}`, 'm'),
      );
    expect(out).not.toContain('sk-');
  });
});

describe.concurrent('simulate', () => {
  test('plays the projects of a file', async () => {
    const file = fileOf(
      'vendor.yaml',
      'projects: [{id: only, key: sk-only, models: [m], rpm: 1}]\n',
    );
    const program = spillway(['simulate', '--config', file, '--port', '0']);
    const url = await program.ready();
    const headers = { authorization: 'Bearer sk-only' };
    const { data } = (await (await fetch(`${url}/v1/models`, { headers })).json()) as {
      data: { id: string }[];
    };
    expect(data.map(({ id }) => id)).toEqual(['m']);
    expect(await (await fetch(`${url}/simulator`)).text()).toContain('only');
    expect((await program.stop()).code).toBe(0);
  });
});

describe.concurrent('run', () => {
  test.for(pairs)('runs $name and reports for machines', async (pair, { skip }) => {
    const { config, chatflow, isThere } = pair;
    skip(!isThere, 'the files are not there');
    const args = ['run', chatflow, '--query', 'Why?', '--config', config, '--json'];
    const { code, out } = await spillway(args, env).ended;
    expect(code).toBe(0);
    const { status, answer, trace } = JSON.parse(out) as {
      status: string;
      answer: string;
      trace: { type: string; deployment?: string; output_tokens?: number }[];
    };
    expect(status).toBe('succeeded');
    expect(answer.match(/“Why\?”/g)).toHaveLength(6);
    const served = trace.filter(({ type }) => type === 'llm');
    expect(served.map(({ deployment }) => deployment)).toHaveLength(6);
    for (const { output_tokens: tokens } of served) expect(tokens).toBeGreaterThan(0);
  });

  test('without a config it needs no key, and shows answer and trace', async () => {
    const { code, out } = await spillway(['run', FLOW, '-q', 'Why?']).ended;
    expect(code).toBe(0);
    expect(out).toMatch(/^node +type +start +duration +tokens in +out +deployment +status$/m);
    expect(out).toMatch(/^Facts +llm +\d+ ms +\d+ ms +\d+ +\d+ +PJ[123] +succeeded$/m);
  });

  const flow = read(FLOW);
  /** The flow with one more edge. */
  const withEdge = (source: string, target: string): string =>
    flow.replace(/^ {4}edges:\n/m, `$&    - {id: x, source: ${source}, target: ${target}}\n`);
  test.each([
    ['no app', 'hello: world\n', /^\S+:1:1 this is not an app/],
    ['an app without its model', flow.replace('advanced-chat', 'chat'), /model_config: missing/],
    ['a dangling edge', withEdge('facts', 'nowhere'), /hangs loose/],
    ['a cycle', withEdge('answer', 'facts'), /closes a cycle/],
  ])('refuses %s', async (name, text, says) => {
    expect(text).not.toBe(flow);
    const file = fileOf(`${name.replaceAll(' ', '-')}.yml`, text);
    const { code, out, err } = await spillway(['run', file, '-q', 'x', '-c', CONFIG], env).ended;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(says);
  });

  test('fails at an unknown node when its turn comes, and says why', async () => {
    const file = fileOf('unknown-node.yml', flow.replace('type: llm', 'type: oracle'));
    const { code, out, err } = await spillway(['run', file, '-q', 'x', '-c', CONFIG], env).ended;
    expect(code).toBe(1);
    expect(out + err).toMatch(
      /failed: Node "Facts" failed: Nodes of the type "oracle" cannot be run/,
    );
  });
});

describe.concurrent('help', () => {
  test.each(['', ...commands.map(({ name }) => name)])('spillway %s --help', async (name) => {
    const { code, out } = await spillway([...(name === '' ? [] : [name]), '--help']).ended;
    expect(code).toBe(0);
    expect(out.split('\n').length).toBeGreaterThan(12);
  });

  test('an unknown command and an unknown flag point the way', async () => {
    const [command, flag] = await Promise.all([
      spillway(['sreve']).ended,
      spillway(['--confg', 'x']).ended,
    ]);
    expect(command).toMatchObject({ code: 1, out: '' });
    expect(command.err).toContain('there are serve, check');
    expect(flag.code).toBe(1);
    expect(flag.err).toContain('--config');
  });
});
