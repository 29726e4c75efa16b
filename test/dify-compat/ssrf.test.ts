import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import dns from 'node:dns';
import { createServer, type Server } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { startApp, textOf } from '../kit/apps.ts';

/** Names that lead inside, as whoever owns a domain can make them. */
const NAMES = {
  'inside.test': () => ['127.0.0.1'],
  'both.test': () => ['10.0.0.7', '::1', '127.0.0.1'],
  'metadata.test': () => ['169.254.169.254'],
  // Named by the operator: what it answers may be fetched, where it sends to may not.
  'open.test': () => ['127.0.0.1'],
  // The first look-ups find what the operator allows, every later one what nobody does.
  'rebinds.test': () => [rebound++ < allowed ? '127.0.0.2' : '127.0.0.1'],
};
let rebound = 0;
let allowed = 1;

const systemLookup = dns.lookup;
const lookup = (host: string, options: object, done: (...found: unknown[]) => void): void => {
  const own = (NAMES as Readonly<Record<string, (() => string[]) | undefined>>)[host];
  if (!own) return systemLookup(host, options, done);
  const found = own().map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  done(null, found);
};

/** For whoever asks this process's resolver, whatever was imported before. */
const resolveWith = (way: typeof dns.lookup): void => {
  dns.lookup = way;
  syncBuiltinESMExports();
};
beforeAll(() => resolveWith(lookup as typeof dns.lookup));
afterAll(() => resolveWith(systemLookup));

const SECRET = 'the-inside-secret';
/** Requests that reached what stands inside, by where they came from. */
const reached: string[] = [];
let inside: Server;
let port: number;

const listening = (server: Server, at: object): Promise<void> =>
  new Promise((resolve) => server.listen(at, resolve));

beforeAll(async () => {
  inside = createServer((req, res) => {
    const host = req.headers.host ?? '';
    if (host.startsWith('open.test')) {
      const to = decodeURIComponent((req.url ?? '').slice('/to/'.length));
      res.writeHead(302, { location: to, connection: 'close' }).end();
      return;
    }
    if (req.socket.localAddress?.endsWith('127.0.0.2')) {
      res.writeHead(200, { connection: 'close' }).end('allowed');
      return;
    }
    reached.push(`${req.method} ${host}${req.url}`);
    res.end(SECRET);
  });
  await listening(inside, { port: 0, host: '::' });
  ({ port } = inside.address() as AddressInfo);
});
afterAll(() => new Promise((resolve) => inside.close(resolve)));

/** A page that sends its caller on. */
const away = (to: string): string => `http://open.test:${port}/to/${encodeURIComponent(to)}`;

/** Where no flow may go, by whatever way. */
const targets = (): readonly (readonly [name: string, url: string])[] => [
  ['loopback', `http://127.0.0.1:${port}/x`],
  ['loopback by its name', `http://localhost:${port}/x`],
  ['loopback as a number', `http://2130706433:${port}/x`],
  ['loopback in short', `http://127.1:${port}/x`],
  ['loopback in octal digits', `http://0177.0.0.1:${port}/x`],
  ['every address', `http://0.0.0.0:${port}/x`],
  ['loopback of IPv6', `http://[::1]:${port}/x`],
  ['loopback in IPv6’s clothes', `http://[::ffff:127.0.0.1]:${port}/x`],
  ['a private network', 'http://10.0.0.7/x'],
  ['the metadata of a cloud', 'http://169.254.169.254/latest/meta-data/'],
  ['a name that leads inside', `http://inside.test:${port}/x`],
  ['a name with several addresses', `http://both.test:${port}/x`],
  ['a name of the metadata', 'http://metadata.test/latest/meta-data/'],
  ['a redirect', away(`http://127.0.0.1:${port}/x`)],
  ['a redirect to the metadata', away(`http://169.254.169.254/`)],
  ['a redirect to a name', away(`http://inside.test:${port}/x`)],
];

const chat = (data: object, answer: string): string =>
  dsl({ start: { type: 'start' }, node: data, answer: { type: 'answer', answer } }, [
    'start>node',
    'node>answer',
  ]);

const program = (language: string, code: string): string =>
  chat(
    {
      type: 'code',
      code_language: language,
      code,
      variables: [{ variable: 'url', value_selector: ['sys', 'query'] }],
      outputs: { text: { type: 'string' } },
    },
    '{{#node.text#}}',
  );

interface Way {
  readonly name: string;
  readonly app: (url: string) => string;
  /** What is asked of the app, the address apart. */
  readonly body?: (url: string) => object;
  /** Whether it can be asked for any path, and follows where it is sent. */
  readonly isFixed?: boolean;
  /** Its server is asked what it is before it is asked for it. */
  readonly isAskedAbout?: true;
}

const PYTHON = `import requests
def main(url):
  try:
    return {"text": requests.get(url).text}
  except Exception as error:
    return {"text": str(error)}`;

const WAYS: readonly Way[] = [
  {
    name: 'a request of a node',
    app: () =>
      chat({ type: 'http-request', method: 'get', url: '{{#sys.query#}}' }, '{{#node.body#}}'),
  },
  {
    name: 'a program in JavaScript',
    app: () =>
      program(
        'javascript',
        'async function main({url}) { return {text: await (await fetch(url)).text()} }',
      ),
  },
  {
    name: 'a program in Python',
    app: () => program('python3', PYTHON),
  },
  {
    name: 'a file with an address',
    app: () =>
      chat(
        {
          type: 'document-extractor',
          variable_selector: ['sys', 'files'],
          is_array_file: true,
        },
        '{{#node.text#}}',
      ),
    body: (url) => ({ files: [{ type: 'document', transfer_method: 'remote_url', url }] }),
    isAskedAbout: true,
  },
  {
    name: 'a tool of an API',
    app: () =>
      chat(
        {
          type: 'tool',
          provider_type: 'api',
          provider_name: 'api',
          provider_id: 'api',
          tool_name: 'get',
          tool_parameters: {},
          tool_configurations: {},
        },
        '{{#node.text#}}',
      ),
    isFixed: true,
  },
];

/** Whatever became of it, as one text. */
const replyOf = async (response: Response): Promise<string> =>
  JSON.stringify(await response.json());

describe('whatever way a flow takes, it gets nowhere inside', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'openapi-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(() => {
    reached.length = 0;
    rebound = 0;
  });

  const openApi = async (url: string) => {
    const { origin, pathname } = new URL(url);
    const paths = { [pathname]: { get: { operationId: 'get' } } };
    const openapi = join(folder, 'api.yml');
    await writeFile(openapi, JSON.stringify({ servers: [{ url: origin }], paths }));
    return [{ name: 'api', openapi, headers: {} }];
  };

  const asked = async (way: Way, url: string, times = 1): Promise<string[]> => {
    const tools = way.isFixed ? await openApi(url) : [];
    const app = await startApp(way.app(url), { allow: ['open.test', '127.0.0.2'], tools });
    const body = { inputs: {}, query: url, user: 'u', ...way.body?.(url) };
    const said: string[] = [];
    try {
      for (let i = 0; i < times; i++)
        said.push(await replyOf(await app.call('POST', '/v1/chat-messages', { body })));
    } finally {
      await app.close();
    }
    return said;
  };

  test.each(WAYS)('$name', async (way) => {
    const all = way.isFixed ? targets() : [];
    // Where the address is asked for, one app is asked for all of them.
    const app = way.isFixed
      ? undefined
      : await startApp(way.app(''), { allow: ['open.test', '127.0.0.2'] });
    const told: [string, string][] = [];
    for (const [name, url] of all) told.push([name, (await asked(way, url))[0]!]);
    if (app)
      for (const [name, url] of targets()) {
        const body = { inputs: {}, query: url, user: 'u', ...way.body?.(url) };
        told.push([name, await replyOf(await app.call('POST', '/v1/chat-messages', { body }))]);
      }
    await app?.close();
    expect(told.length).toBe(targets().length);
    for (const [name, text] of told) {
      expect([name, text]).toEqual([name, expect.stringContaining('is on a private network')]);
      expect(text).not.toContain(SECRET);
    }
    expect(reached).toEqual([]);
  });

  test.each(WAYS)('$name, when a name has turned since it was looked at', async (way) => {
    allowed = way.isAskedAbout ? 2 : 1;
    const [first, second] = await asked(way, `http://rebinds.test:${port}/file.txt`, 2);
    expect(first).toContain('allowed');
    expect(second).toContain('is on a private network');
    expect(reached).toEqual([]);
  });
});

describe('what is fetched for apps', () => {
  let app: Awaited<ReturnType<typeof startApp>>;
  beforeAll(async () => {
    const text = chat(llmData(), '{{#node.text#}}');
    app = await startApp(text, { allow: ['open.test', '127.0.0.2'] });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    reached.length = 0;
    rebound = 0;
  });

  test('an app by its address', async () => {
    for (const [name, url] of targets()) {
      const body = { yaml_url: url };
      const response = await app.call('POST', '/spillway/apps', { body, key: app.master });
      const text = await replyOf(response);
      expect([name, text]).toEqual([name, expect.stringContaining('is on a private network')]);
      expect(text).not.toContain(SECRET);
    }
    expect(reached).toEqual([]);
  });

  test('a model at an address of its own', async () => {
    const key = app.master;
    for (const [name, url] of targets()) {
      // Its own path is put behind an address: there is no redirect to follow but at that path.
      const { origin } = new URL(url);
      const form = { provider: 'openai', name: 'gpt-4.1', type: 'llm', endpoint_url: origin };
      const trial = await app.call('POST', '/spillway/app-models/check', { body: form, key });
      const put = await app.call('PUT', '/spillway/app-models', { body: form, key });
      const body = { inputs: {}, query: 'x', user: 'u' };
      const answer = await replyOf(await app.call('POST', '/v1/chat-messages', { body }));
      const text = (await replyOf(trial)) + (await replyOf(put)) + answer;
      expect([name, text.includes(SECRET)]).toEqual([name, false]);
      if (put.status === 200)
        expect([name, answer]).toEqual([name, expect.stringMatching(/Run failed/)]);
      else expect([name, text]).toEqual([name, expect.stringContaining('is on a private network')]);
    }
    expect(reached).toEqual([]);
  });
});

test('a name that this test made up leads where it says', async () => {
  // So that a refusal above means the guard, and not a name that nobody knows.
  const app = await startApp(WAYS[0]!.app(''), { allow: ['inside.test'] });
  const body = { inputs: {}, query: `http://inside.test:${port}/x`, user: 'u' };
  const reply = (await (
    await app.call('POST', '/v1/chat-messages', { body })
  ).json()) as JsonObject;
  await app.close();
  expect(textOf(reply['answer'])).toBe(SECRET);
});
