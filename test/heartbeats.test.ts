import { describe, expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './kit/gateway.ts';
import { type Script, answer, sendJson, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

/** One call at once: a first one holds the place until it is told to end. */
const world = async (script: Script = answer, heartbeatMs?: number) => {
  const first = Promise.withResolvers<void>();
  const upstream = await startUpstream(async (call, res) => {
    if (upstream.calls.length > 1) return script(call, res);
    await first.promise;
    return answer(call, res);
  });
  closing.push(() => upstream.close());
  const base = configOf([deployment('PJ1', upstream.url, { maxParallelRequests: 1 })]);
  const queue = { ...base.queue, ...(heartbeatMs !== undefined && { heartbeatMs }) };
  const gateway = await startGateway({ ...base, queue });
  closing.push(() => gateway.close());
  const holding = gateway.chat();
  while (upstream.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const release = async () => {
    first.resolve();
    expect((await holding).status).toBe(200);
  };
  return { gateway, release };
};

const readUntil = async (reader: ReadableStreamDefaultReader, part: string): Promise<string> => {
  let text = '';
  while (!text.includes(part)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += Buffer.from(value as Uint8Array).toString();
  }
  return text;
};

describe('a stream that waits in line', () => {
  it('hears comments after the configured time, then its answer', async () => {
    const { gateway, release } = await world(answer, 20);
    const reply = await gateway.chat({ stream: true });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const reader = reply.body!.getReader();
    expect(await readUntil(reader, ': waiting\n\n: waiting\n\n')).not.toContain('data:');
    await release();
    const text = await readUntil(reader, 'data: [DONE]\n\n');
    expect(text.replaceAll(/^:.*\n/gm, '').trimStart()).toMatch(/^data: \{.*\n\n/);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('is told in comments what came too late for its headers, and what was dropped', async () => {
    const { gateway, release } = await world(answer, 20);
    const dropping = { drop_params: true, additional_drop_params: ['seed'], seed: 7 };
    const reply = await gateway.chat({ stream: true, ...dropping });
    const reader = reply.body!.getReader();
    await readUntil(reader, ': waiting');
    await release();
    const text = await readUntil(reader, 'data: [DONE]\n\n');
    expect(text).toMatch(/^: x-spillway-deployment: PJ1$/m);
    expect(text).toMatch(/^: x-spillway-dropped-params: seed$/m);
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    const id = reply.headers.get('x-litellm-call-id')!;
    expect(
      await (await fetch(`${gateway.url}/spillway/decisions/${id}`, { headers })).json(),
    ).toMatchObject({
      dropped: ['seed'],
      why: expect.arrayContaining([
        'Left out, as the vendor has no word for it: seed.',
      ]) as string[],
    });
  });

  it('hears an error as an event once it has heard a comment, and never an end mark', async () => {
    const refuse: Script = (_, res) => sendJson(res, 400, { error: { message: 'not so' } });
    const { gateway, release } = await world(refuse, 20);
    const reply = await gateway.chat({ stream: true });
    const reader = reply.body!.getReader();
    await readUntil(reader, ': waiting');
    await release();
    const text = (await readUntil(reader, 'never')).replaceAll(': waiting\n\n', '');
    expect(text).not.toContain('[DONE]');
    const { error } = JSON.parse(text.slice('data: '.length)) as { error: { code: string } };
    expect(error).toMatchObject({ code: '400', type: 'invalid_request_error' });
    const refused = gateway.log.lines.find((line) => line.text.startsWith('refused'));
    expect(refused!.fields).toMatchObject({ status: 400 });
  });

  it('has a status of its own where nothing is configured, or nothing streamed', async () => {
    const refuse: Script = (_, res) => sendJson(res, 400, { error: { message: 'not so' } });
    const silent = await world(refuse);
    const waiting = silent.gateway.chat({ stream: true });
    await silent.release();
    expect((await waiting).status).toBe(400);
    const whole = await world(refuse, 20);
    const reply = whole.gateway.chat();
    await whole.release();
    expect((await reply).status).toBe(400);
  });
});
