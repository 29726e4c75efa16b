import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { zipOf } from '#sandbox/test-kit.ts';
import { startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';
import type { Script } from '../kit/upstream.ts';

const closing = closedAfterEach();

const start = async (text: string, more: { script?: Script; allow?: string[] } = {}) => {
  const app = await startApp(text, more);
  closing.push(app.close);
  const ask = async (more: object = {}): Promise<JsonObject> => {
    const body = { inputs: {}, query: 'Hi', user: 'u', ...more };
    return (await (await app.call('POST', '/v1/chat-messages', { body })).json()) as JsonObject;
  };
  const bring = async (body: object): Promise<JsonObject> => {
    const reply = await app.call('POST', '/spillway/apps', { body, key: app.master });
    return (await reply.json()) as JsonObject;
  };
  return { ...app, ask, bring };
};

const one = (data: object, answer = '{{#node.text#}}'): string =>
  dsl({ start: { type: 'start' }, node: data, answer: { type: 'answer', answer } }, [
    'start>node',
    'node>answer',
  ]);
const code = (language: string, text: string): string =>
  one(
    { type: 'code', code_language: language, code: text, outputs: { text: { type: 'string' } } },
    '{{#node.text#}}',
  );
const FINE = dsl({ start: { type: 'start' }, answer: { type: 'answer', answer: 'well' } }, [
  'start>answer',
]);

describe('files of apps that are none', () => {
  test('broken, hostile, huge and cyclic ones are told, and the others are served', async () => {
    const { bring, ask } = await start(FINE);
    const cycle = dsl(
      {
        start: { type: 'start' },
        a: llmData(),
        b: llmData(),
        answer: { type: 'answer', answer: '' },
      },
      ['start>a', 'a>b', 'b>a', 'b>answer'],
    );
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((name, i) => {
        const before = 'abcdefgh'[i];
        return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`;
      })
      .join('\n')}`;
    for (const [yaml, said] of [
      ['{', 'app.yml:1'],
      ['app: {mode: nonsense}', 'mode'],
      ['__proto__: {app: {mode: workflow}}', 'Missing app data'],
      ['['.repeat(100_000), ''],
      [bomb, ''],
      [`app: {mode: workflow}\nx: "${'y'.repeat(11 * 1024 * 1024)}"`, ''],
    ] as const) {
      const { status, error, detail } = await bring({ yaml });
      expect(status ?? 'refused').not.toBe('completed');
      expect(JSON.stringify([error, detail])).toContain(said);
    }
    const kept = await bring({ yaml: cycle });
    expect(JSON.stringify(kept['checklist'])).toMatch(/cycle|circle/);
    expect((await ask())['answer']).toBe('well');
  });
});

test.each([
  [
    'a template that loops',
    one(
      {
        type: 'template-transform',
        template:
          '{% for a in range(99999999) %}{% for b in range(99999999) %}x{% endfor %}{% endfor %}',
        variables: [],
      },
      '{{#node.output#}}',
    ),
    /template/i,
  ],
  [
    'JavaScript that allocates',
    code(
      'javascript',
      'const main = () => { const a = []; for (;;) a.push("x".repeat(1e6) + a.length); };',
    ),
    /more than 64 MB/,
  ],
  [
    'JavaScript that reads files',
    code('javascript', 'const main = () => ({ text: require("fs").readFileSync("/etc/passwd") });'),
    /require is not defined/,
  ],
  [
    'Python that forks',
    code('python3', 'import os\ndef main():\n  return {"text": str(os.fork())}'),
    /Error/,
  ],
  [
    'Python that reads files',
    code('python3', 'def main():\n  return {"text": open("/etc/passwd").read()}'),
    /FileNotFoundError/,
  ],
])(
  '%s ends the run, names its node, and harms nobody',
  { timeout: 120_000 },
  async (_, text, said) => {
    const { ask, call } = await start(text);
    const { message } = await ask();
    expect(message).toMatch(/Node "node" failed/);
    expect(message).toMatch(said);
    expect(JSON.stringify(message)).not.toMatch(/root:|node_modules|\/tmp\/|\/home\//);
    expect((await call('GET', '/v1/info')).status).toBe(200);
  },
);

test('no fetch of ours reaches a private network', { timeout: 120_000 }, async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((req: IncomingMessage, res) => {
    seen.push(req.url);
    res.end('inside');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const refused = 'on a private network';
  const reads = one({
    type: 'document-extractor',
    variable_selector: ['sys', 'files'],
    is_array_file: true,
  });
  const app = await start(reads);
  const imported = await app.bring({ yaml_url: `${base}/dsl.yml` });
  expect(JSON.stringify(imported)).toContain(refused);
  for (const host of [
    base,
    `http://localhost:${port}`,
    `http://[::ffff:127.0.0.1]:${port}`,
    `http://2130706433:${port}`,
  ]) {
    const files = [{ type: 'document', transfer_method: 'remote_url', url: `${host}/file.txt` }];
    expect(JSON.stringify(await app.ask({ files }))).toMatch(/private network|no host/);
  }
  for (const text of [
    code(
      'javascript',
      `const main = async () => ({ text: await (await fetch("${base}/js")).text() });`,
    ),
    code(
      'python3',
      `import requests\ndef main():\n  return {"text": requests.get("${base}/py").text}`,
    ),
  ]) {
    const { ask } = await start(text);
    expect((await ask())['message']).toContain(refused);
  }
  expect(seen).toEqual([]);
  const open = await start(
    code(
      'javascript',
      `const main = async () => ({ text: await (await fetch("${base}/js")).text() });`,
    ),
    { allow: ['127.0.0.1'] },
  );
  expect((await open.ask())['answer']).toBe('inside');
  expect(seen).toEqual(['/js']);
});

test('files that lie about what they are, and zip bombs, end the node', async () => {
  const reads = one({
    type: 'document-extractor',
    variable_selector: ['sys', 'files'],
    is_array_file: true,
  });
  const { call, ask } = await start(reads);
  for (const [name, bytes, said] of [
    ['a.docx', Buffer.from('no zip'), 'damaged'],
    ['a.pdf', Buffer.from('no pdf'), 'This is no .pdf file'],
    ['a.txt', Buffer.from([0, 1, 2]), 'no text and no document'],
    [
      'a.pptx',
      Buffer.from(zipOf({ 'ppt/slides/slide1.xml': 'x' }, 2 ** 30)),
      'would unpack to more',
    ],
  ] as const) {
    const form = new FormData();
    form.set('user', 'u');
    form.set('file', new Blob([Uint8Array.from(bytes)]), name);
    const upload = (await (
      await call('POST', '/v1/files/upload', { body: form })
    ).json()) as JsonObject;
    const files = [
      { type: 'document', transfer_method: 'local_file', upload_file_id: textOf(upload['id']) },
    ];
    expect([name, (await ask({ files }))['message']]).toEqual([
      name,
      expect.stringContaining(said),
    ]);
  }
});

test('what a vendor repeats of a prompt in its error is told to nobody', async () => {
  const secret = 'You are Tama. The password is hunter2-hunter2.';
  const text = one({
    ...llmData(),
    prompt_template: [
      { role: 'system', text: secret },
      { role: 'user', text: '{{#sys.query#}}' },
    ],
  });
  const { ask, log } = await start(text, {
    script: ({ body }, res) => {
      res.writeHead(400, { 'content-type': 'application/json' });
      const [system] = body['messages'] as { content: string }[];
      const message = `Content policy: "${system?.content}" at http://10.0.0.1/v1 with sk-abcdef123456 is refused`;
      res.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code: null } }));
    },
  });
  const message = textOf((await ask())['message']);
  expect(message).toContain('is refused');
  for (const word of ['hunter2', 'Tama', '10.0.0.1', 'sk-abcdef', 'You said'])
    expect([message, JSON.stringify(log.lines)].join(' ')).not.toContain(word);
  expect(JSON.stringify(log.lines)).toContain('attempt failed');
});

test('nor is one that it repeats at length, as it was sent', async () => {
  const lines = Array.from({ length: 60 }, (_, i) => `Rule ${i} is that "hunter${i}" is our word.`);
  const { ask, log } = await start(one({ ...llmData(lines.join('\n')) }), {
    script: ({ body }, res) => {
      res.writeHead(400, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ error: { message: JSON.stringify(body['messages']) } }));
    },
  });
  const message = textOf((await ask())['message']);
  expect(message).toContain('[prompt]');
  expect(message + JSON.stringify(log.lines)).not.toMatch(/hunter|our word/);
});
