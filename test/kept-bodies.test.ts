import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

type Fields = Record<string, unknown>;

const world = async (bodies?: LoadedConfig['keeping']['bodies']) => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const base = configOf([deployment('PJ1', upstream.url)]);
  const keeping = { ...base.keeping, ...(bodies && { bodies }) };
  const gateway = await startGateway({ ...base, keeping }, undefined, { keeps: true });
  closing.push(() => gateway.close());
  const get = async (path: string, key = MASTER_KEY) => {
    const reply = await fetch(`${gateway.url}${path}`, { headers: { 'x-api-key': key } });
    return { status: reply.status, body: (await reply.json()) as Fields };
  };
  /** The last record, as it is told when it is asked for by its id. */
  const last = async () => {
    await gateway.keeping!.writer.flush();
    const { body } = await get('/spend/logs/v2');
    const [row] = body['data'] as Fields[];
    const one = await get(`/spend/logs/ui/${String(row!['request_id'])}`);
    return { row: row!, one: one.body };
  };
  return { gateway, upstream, get, last };
};

const BODIES = { bytes: 2_000 };

describe('what is asked and answered', () => {
  it('is kept nowhere unless somebody has said so', async () => {
    const { gateway, last } = await world();
    await gateway.chat();
    expect((await last()).one).toMatchObject({ messages: {}, response: {} });
  });

  it('is kept where it is asked for, whole and streamed, in no list and in no export', async () => {
    const { gateway, get, last } = await world(BODIES);
    await gateway.chat({ messages: [{ role: 'user', content: 'a question' }] });
    const whole = await last();
    expect(whole.one).toMatchObject({
      messages: [{ role: 'user', content: 'a question' }],
      response: { choices: [{ message: { content: 'Hello world' } }] },
    });
    expect(whole.row).toMatchObject({ messages: {}, response: {} });
    await (await gateway.chat({ stream: true })).text();
    expect((await last()).one).toMatchObject({ response: expect.stringMatching(/^Hello/) });
    const log = await fetch(`${gateway.url}/spend/logs/export`, {
      headers: { 'x-api-key': MASTER_KEY },
    });
    expect(await log.text()).not.toContain('a question');
    const made = await gateway.post('/key/generate', {});
    const { key } = (await made.json()) as { key: string };
    const id = String(whole.row['request_id']);
    expect((await get(`/spend/logs/ui/${id}`, key)).status).toBe(404);
  });

  it('is without keys and files, and cut where it is long', async () => {
    const { gateway, last } = await world(BODIES);
    const picture = `data:image/png;base64,${'A'.repeat(5_000)}`;
    const messages = [
      { role: 'user', content: 'my key is sk-abcdefghijklmnop, Bearer abc.def' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: picture } }] },
      { role: 'user', content: 'x', api_key: 'secret-word' },
    ];
    await gateway.chat({ messages });
    const kept = JSON.stringify((await last()).one['messages']);
    expect(kept).toContain('my key is [key], [key]');
    expect(kept).toContain('[image/png, 5022 characters]');
    expect(kept).not.toContain('secret-word');
    await gateway.chat({ messages: [{ role: 'user', content: '\u{1f600}'.repeat(5_000) }] });
    const long = (await last()).one['messages'] as string;
    expect(long).toMatch(/… \[20030 bytes\]$/);
    expect(Buffer.byteLength(long)).toBeLessThan(BODIES.bytes + 30);
    expect(long).not.toContain('\uFFFD');
  });

  it('of a request that failed is what was asked', async () => {
    const { gateway, upstream, last } = await world(BODIES);
    upstream.script = (_, res) => void res.writeHead(400).end('{"error": {"message": "no"}}');
    await gateway.chat({ messages: [{ role: 'user', content: 'odd' }] });
    expect((await last()).one).toMatchObject({
      status: 'failure',
      messages: [{ role: 'user', content: 'odd' }],
      response: {},
    });
  });
});
