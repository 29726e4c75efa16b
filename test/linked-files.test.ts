import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { valueAt } from '#core/json.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { type Script, answer, sendJson, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB', 'base64');
const LARGE = Buffer.concat([PNG, Buffer.alloc(200_000)]);
const PDF = Buffer.from('%PDF-1.7 of two pages');

/** A server of files, some of which lie about what they are. */
const serveFiles: Script = ({ path }, res) => {
  const [bytes, type] = FILES[path.replace('/v1/', '')] ?? [];
  if (!bytes) return sendJson(res, 404, {});
  res.writeHead(200, { 'content-type': type });
  res.end(bytes);
};

const FILES: Readonly<Record<string, readonly [Buffer, string]>> = {
  'cat.jpg': [PNG, 'image/jpeg'],
  'paper.pdf': [PDF, 'application/octet-stream'],
  'notes.md': [Buffer.from('# 猫'), 'text/markdown; charset=utf-8'],
  'page.png': [Buffer.from('<html>not here</html>'), 'image/png'],
  'large.png': [LARGE, 'image/png'],
};

const converse: Script = (_, res) =>
  sendJson(res, 200, {
    output: { message: { role: 'assistant', content: [{ text: 'A cat.' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 5, outputTokens: 3, totalTokens: 8 },
  });

const message: Script = (_, res) =>
  sendJson(res, 200, {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [{ type: 'text', text: 'A cat.' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 5, output_tokens: 3 },
  });

const VERTEX: Partial<Deployment> = {
  provider: 'vertex_ai',
  model: 'claude-sonnet-4-5',
  settings: { vertex_project: 'p-1', vertex_location: 'global' },
};

const world = async (
  {
    script = converse,
    row = { provider: 'bedrock', model: 'us.amazon.nova-pro-v1:0' },
  }: {
    readonly script?: Script;
    readonly row?: Partial<Deployment>;
  } = {},
  settings: Partial<LoadedConfig['files']> = {},
) => {
  const [upstream, files] = await Promise.all([startUpstream(script), startUpstream(serveFiles)]);
  const base = upstream.url.replace(/\/v1$/, '');
  const config = configOf([deployment('A', base, { group: 'g', ...row })]);
  const gateway = await startGateway({
    ...config,
    files: { ...config.files, allow: ['127.0.0.1'], ...settings },
  });
  closing.push(
    () => gateway.close(),
    () => upstream.close(),
    () => files.close(),
  );
  const image = (name: string): JsonObject => ({
    type: 'image_url',
    image_url: { url: `${files.url}/${name}` },
  });
  const ask = (content: readonly JsonObject[], more: JsonObject = {}) =>
    gateway.post('/v1/chat/completions', {
      model: 'g',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What?' }, ...content] }],
      ...more,
    });
  return { gateway, upstream, files, image, ask };
};

const refusedWith = async (reply: Response): Promise<JsonObject> => {
  expect(reply.status).toBe(400);
  return ((await reply.json()) as { error: JsonObject }).error;
};

describe('files by their addresses, and a vendor that takes bytes only', () => {
  it('come as bytes, each fetched once, under the type that they have', async () => {
    const { ask, image, upstream, files } = await world();
    const file = (name: string): JsonObject => ({
      type: 'file',
      file: { file_id: `${files.url}/${name}` },
    });
    const sent = [image('cat.jpg'), image('cat.jpg'), file('paper.pdf'), file('notes.md')];
    expect((await ask(sent)).status).toBe(200);
    expect(valueAt(upstream.calls[0]!.body, ['messages', 0, 'content'])).toMatchObject([
      { text: 'What?' },
      { image: { format: 'png', source: { bytes: PNG.toString('base64') } } },
      { image: { format: 'png' } },
      { document: { format: 'pdf', source: { bytes: PDF.toString('base64') } } },
      { document: { format: 'md' } },
    ]);
    expect(files.calls).toHaveLength(3);
    expect(Object.keys(files.calls[0]!.headers)).not.toContain('authorization');
  });

  it('come for streams, too', async () => {
    const { ask, image, upstream } = await world({ script: (_, res) => sendJson(res, 400, {}) });
    expect((await ask([image('cat.jpg')], { stream: true })).status).toBe(400);
    expect(upstream.calls[0]!.path).toMatch(/converse-stream$/);
    const sent = valueAt(upstream.calls[0]!.body, ['messages', 0, 'content', 1, 'image', 'format']);
    expect(sent).toBe('png');
  });

  it.each([
    ['page.png', /`messages\.0\.content\.1`.*no image of a kind that is known/],
    ['nothing.png', /answered with status 404/],
    ['large.png', /larger than 100000 bytes/],
  ])('%s is refused, by its place', async (name, said) => {
    const { ask, image, upstream } = await world();
    const error = await refusedWith(await ask([image(name)]));
    expect(error).toMatchObject({
      param: 'messages.0.content.1',
      message: expect.stringMatching(said) as string,
    });
    expect(upstream.calls).toHaveLength(0);
  });

  it('are not fetched from private networks, nor at all where the config says so', async () => {
    const guarded = await world({}, { allow: [] });
    const error = await refusedWith(await guarded.ask([guarded.image('cat.jpg')]));
    expect(error['message']).toMatch(/private network.*spillway_settings\.files\.allow/);
    expect(guarded.files.calls).toHaveLength(0);
    const off = await world({}, { isOn: false });
    const told = await refusedWith(await off.ask([off.image('cat.jpg')]));
    expect(told['message']).toMatch(/Send the image at `messages\.0\.content\.1` as bytes/);
    expect(off.files.calls).toHaveLength(0);
  });

  it('are no more than a few', async () => {
    const { ask, image, files } = await world();
    const many = Array.from({ length: 21 }, (_, i) => image(`${i}.png`));
    const error = await refusedWith(await ask(many));
    expect(error).toMatchObject({ param: 'messages.0.content.21' });
    expect(files.calls).toHaveLength(0);
  });

  it('come for one that speaks the caller’s own dialect', async () => {
    const { gateway, upstream, files } = await world({ script: message, row: VERTEX });
    const source = { type: 'url', url: `${files.url}/cat.jpg` };
    const reply = await gateway.post('/v1/messages', {
      model: 'g',
      max_tokens: 9,
      messages: [{ role: 'user', content: [{ type: 'image', source }] }],
    });
    expect(reply.status).toBe(200);
    expect(upstream.calls[0]!.body).toMatchObject({
      messages: [
        {
          content: [
            {
              source: { type: 'base64', media_type: 'image/png', data: PNG.toString('base64') },
            },
          ],
        },
      ],
    });
  });

  it('stay addresses for one that takes them', async () => {
    const row = { provider: 'openai', model: 'gpt-4.1' };
    const { ask, image, upstream, files } = await world({ script: answer, row });
    expect((await ask([image('cat.jpg')])).status).toBe(200);
    expect(valueAt(upstream.calls[0]!.body, ['messages', 0, 'content', 1])).toEqual(
      image('cat.jpg'),
    );
    expect(files.calls).toHaveLength(0);
  });
});

it('a caller who leaves ends the fetching', async () => {
  const { gateway, upstream, files } = await world();
  const asked = Promise.withResolvers<{ readonly cutOff: Promise<void> }>();
  files.script = ({ cutOff: ended }) => asked.resolve({ cutOff: ended });
  const leaving = new AbortController();
  const image_url = { url: `${files.url}/cat.jpg` };
  const reply = fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test-master', 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'g',
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url }] }],
    }),
    signal: leaving.signal,
  });
  const { cutOff } = await asked.promise;
  leaving.abort();
  await expect(reply).rejects.toThrow();
  await cutOff;
  expect(upstream.calls).toHaveLength(0);
});
