import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './kit/gateway.ts';
import { answer, type Script, sendJson, startUpstream, USAGE } from './kit/upstream.ts';

const closing = closedAfterEach();

/** `amount`: of each deployment, tokens a minute. */
const world = async (script: Script = answer, more: Partial<LoadedConfig> = {}, amount = 1_000) => {
  const limit = { dimension: 'tokens', amount, windowMs: 60_000, refill: 'linear' } as const;
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const rows = ['PJ1', 'PJ2'].map((name) => deployment(name, upstream.url, { limits: [limit] }));
  const gateway = await startGateway(configOf(rows, more));
  closing.push(() => gateway.close());
  const decision = async (id: string) => {
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    const reply = await fetch(`${gateway.url}/spillway/decisions/${id}`, { headers });
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
  };
  return { upstream, gateway, decision };
};

const idOf = (reply: Response): string => reply.headers.get('x-litellm-call-id')!;

describe('GET /spillway/decisions/{id}', () => {
  it('tells who served a request, whole or streamed, and why', async () => {
    const { gateway, decision } = await world();
    for (const stream of [false, true]) {
      const reply = await gateway.chat({ stream, user: 'ann' });
      await reply.text();
      const { status, body } = await decision(idOf(reply));
      expect(status).toBe(200);
      expect(body).toMatchObject({
        id: idOf(reply),
        group: 'gpt-4.1',
        policy: 'simple-shuffle',
        tenant: 'master/ann',
        status: 200,
        error: null,
        queue_s: 0,
        input_tokens: USAGE.prompt_tokens,
        output_tokens: USAGE.completion_tokens,
        wait: null,
        candidates: [
          { deployment: 'PJ1', scarcest: { dimension: 'tokens', capacity: 1_000 } },
          { deployment: 'PJ2' },
        ],
        attempts: [{ outcome: 'ok', status: 200, refusal: null }],
      });
      expect(Date.now() - Date.parse(String(body['time']))).toBeLessThan(10_000);
      const [first, second] = body['why'] as string[];
      expect(first).toMatch(/^At \S+ UTC a request for gpt-4\.1 was served by PJ[12] in \d+ ms: /);
      expect(second).toMatch(
        /^simple-shuffle chose PJ[12] of PJ1 \([\d,]+ of 1,000 tokens left\), /,
      );
    }
  });

  it('is found by the short id at the end of an error, and says who filled the quota', async () => {
    const { gateway, decision } = await world();
    for (let i = 0; i < 2; i++) await gateway.chat({ max_tokens: 900, user: 'batch' });
    const refused = await gateway.chat({ max_tokens: 900 }, { 'x-queue-timeout': '2' });
    expect(refused.status).toBe(429);
    const { error } = (await refused.json()) as { error: { message: string } };
    const [, short = ''] = /\(id (\w{8})\)$/.exec(error.message)!;
    expect(idOf(refused)).toMatch(new RegExp(`^${short}`));
    const { body } = await decision(short);
    expect(body).toMatchObject({
      status: 429,
      tenant: 'master',
      attempts: [],
      wait: {
        might_wait_s: expect.closeTo(2, 1) as number,
        requests_in_line: 0,
        dimension: 'tokens',
        used: [{ tenant: 'master/batch' }],
        used_elsewhere: 0,
      },
    });
    const why = (body['why'] as string[]).join('\n');
    expect(why).toMatch(/was refused with 429, after \d+ ms/);
    expect(why).toMatch(/It was told: All deployments of gpt-4\.1 are at their limits/);
    expect(why).toMatch(
      /What it waited for was tokens of the pool deployment\/PJ[12]\.\nNobody else/,
    );
    expect(why).toMatch(/tokens went to: master\/batch 1,\d+ \(100 %\)/);
    expect(why).toMatch(
      /Now one like it would be refused again: its turn would come in about [\d.]+ s\.$/,
    );
  });

  it('says what a request waited for, of which deployment, and behind whom', async () => {
    const { gateway, decision } = await world(answer, {}, 60_000);
    for (let i = 0; i < 2; i++) await gateway.chat({ max_tokens: 59_000, user: 'batch-X' });
    const [, last] = await Promise.all([
      gateway.chat({ max_tokens: 900, user: 'batch-X' }),
      gateway.chat({ max_tokens: 900, user: 'batch-X' }),
    ]);
    expect(last.status).toBe(200);
    const { body } = await decision(idOf(last));
    expect((body['why'] as string[])[0]).toMatch(
      /served by PJ[12] in [\d.]+ m?s: [\d.]+ m?s waiting for PJ[12] tokens behind master\/batch-X, \d/,
    );
  });

  it('tells what was tried, and what the upstream said of its limit', async () => {
    const refusal = {
      error: {
        message:
          'Rate limit reached for gpt-4.1 in organization org-1 on tokens per min (TPM): ' +
          'Limit 30000, Used 29500, Requested 800. Please try again in 600ms.',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    };
    let calls = 0;
    const { gateway, decision } = await world((call, res) =>
      calls++ === 0 ? sendJson(res, 429, refusal) : answer(call, res),
    );
    const reply = await gateway.chat();
    expect(reply.status).toBe(200);
    const { body } = await decision(idOf(reply));
    expect(body['attempts']).toMatchObject([
      {
        outcome: 'minute-quota',
        status: 429,
        refusal: {
          class: 'minute',
          dimension: 'tokens',
          limit: 30_000,
          used: 29_500,
          requested: 800,
        },
      },
      { outcome: 'ok' },
    ]);
    expect((body['why'] as string[]).join('\n')).toMatch(
      /Tried: PJ[12] refused it after \d+ ms, because of its upstream's limit of tokens: limit 30,000, used 29,500, asked 800, room in 600 ms\./,
    );
  });

  it('tells of what was refused before a deployment was looked for, but not of strangers', async () => {
    const { gateway, decision } = await world();
    const unknown = await gateway.chat({ model: 'nobody' });
    expect(unknown.headers.get('x-spillway-error')).toBe('unknown_model');
    expect(await decision(idOf(unknown))).toMatchObject({
      status: 200,
      body: { group: '', status: 400, error: expect.stringContaining('Invalid model') as string },
    });
    const stranger = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST' });
    expect(stranger.status).toBe(401);
    expect((await decision(idOf(stranger))).status).toBe(404);
  });

  it('tells which model was asked for in vain, of whom, and no more of it than a name', async () => {
    const { gateway, decision } = await world();
    const name = `<b>no\u0000body</b>${'x'.repeat(5_000)}`;
    const refused = await gateway.chat({ model: name, user: 'ann' });
    const { body } = await decision(idOf(refused));
    expect(body).toMatchObject({ group: '', tenant: 'master/ann' });
    expect(body['asked_model']).toMatch(/^<b>no\?body<\/b>x{1,40}…$/);
    const served = await gateway.chat();
    expect((await decision(idOf(served))).body).toMatchObject({ asked_model: null });
    const unread = await gateway.chat({ model: 7 });
    expect((await decision(idOf(unread))).body).toMatchObject({ group: '', asked_model: null });
  });

  it('remembers so many, the latest of one id, and none where none are wanted', async () => {
    const { gateway, decision } = await world(answer, { decisions: { max: 2 } });
    for (const id of ['one', 'two', 'two', 'three-of-them'])
      await gateway.chat({ user: id }, { 'x-litellm-call-id': id });
    expect((await decision('one')).status).toBe(404);
    expect((await decision('two')).body).toMatchObject({ id: 'two' });
    expect((await decision('three-of')).body).toMatchObject({ tenant: 'master/three-of-them' });
    const { status, body } = await decision('nonsense%20%00');
    expect([status, JSON.stringify(body)]).toMatchObject([
      404,
      expect.stringContaining('The last 2 are (spillway_settings.decisions.max)') as string,
    ]);
    const none = await world(answer, { decisions: { max: 0 } });
    const reply = await none.gateway.chat();
    expect((await none.decision(idOf(reply))).status).toBe(404);
  });

  it('needs the key', async () => {
    const { gateway } = await world();
    expect((await fetch(`${gateway.url}/spillway/decisions/x`)).status).toBe(401);
  });
});
