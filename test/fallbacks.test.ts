import { describe, expect, it } from 'vitest';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import type { FallbackTarget } from '#config/loaded-routing.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import {
  STREAM,
  WHOLE,
  type Script,
  type SeenCall,
  answer,
  chunk,
  sendEvents,
  sendJson,
  startUpstream,
} from './kit/upstream.ts';

const closing = closedAfterEach();

const to = (...models: string[]): FallbackTarget[] =>
  models.map((model) => ({ model, params: {} }));

const refuse =
  (status: number, error: object = { message: 'no', type: 'x', code: 'y' }): Script =>
  (_, res) =>
    sendJson(res, status, { error });

const TOO_LONG = { message: 'This model reads 8192 tokens', code: 'context_length_exceeded' };
const POLICY = { message: 'Not this', code: 'content_policy_violation' };

type Row = readonly [name: string, group: string, more?: Partial<Deployment>];

/** Three groups, the first with two deployments; each answers as its script says, or well. */
const world = async (
  scripts: Readonly<Record<string, Script>>,
  routing: Partial<LoadedConfig['routing']> = {},
  more: Partial<LoadedConfig> & { readonly rows?: readonly Row[] } = {},
) => {
  const nameOf = (call: SeenCall): string =>
    call.headers.authorization?.replace('Bearer sk-secret-', '') ?? '';
  const upstream = await startUpstream((call, res) => (scripts[nameOf(call)] ?? answer)(call, res));
  closing.push(() => upstream.close());
  const { rows = [], ...config } = more;
  const all: readonly Row[] = [
    ['m1', 'main'],
    ['m2', 'main'],
    ['backup', 'backup'],
    ['spare', 'spare'],
    ...rows,
  ];
  const base = configOf(
    all.map(([name, group, own]) => deployment(name, upstream.url, { group, ...own })),
    config,
  );
  const gateway = await startGateway({
    ...base,
    routing: { ...base.routing, fallbacks: { main: to('backup') }, ...routing },
  });
  closing.push(() => gateway.close());
  const chat = async (body: object = {}, headers: Record<string, string> = {}) => {
    const reply = await gateway.chat({ model: 'main', ...body }, headers);
    const text = await reply.text();
    return {
      status: reply.status,
      by: reply.headers.get('x-spillway-deployment'),
      group: reply.headers.get('x-litellm-model-group'),
      fallbacks: reply.headers.get('x-litellm-attempted-fallbacks'),
      retries: reply.headers.get('x-litellm-attempted-retries'),
      headers: reply.headers,
      text,
      message: () => (JSON.parse(text) as { error: { message: string } }).error.message,
    };
  };
  const calls = () => upstream.calls.map(nameOf).toSorted();
  return { gateway, upstream, chat, calls };
};

const BOTH_FAIL = { m1: refuse(500), m2: refuse(500) };

describe('a fallback', () => {
  it('runs when the retries of a group are spent, and the headers say so', async () => {
    const { chat, calls, gateway } = await world(BOTH_FAIL);
    const reply = await chat();
    expect(reply).toMatchObject({ status: 200, by: 'backup', group: 'backup' });
    expect(reply).toMatchObject({ fallbacks: '1', retries: '0' });
    expect(reply.headers.get('x-litellm-model-id')).toBe('id-backup');
    expect(reply.headers.get('x-spillway-attempts')).toBe('3');
    expect(reply.headers.get('x-spillway-decision')).toContain('; fallback backup');
    // A third try of the group would have needed a pause.
    expect(calls()).toEqual(['backup', 'm1', 'm2']);
    const answered = gateway.log.lines.find(({ text }) => text === 'answered');
    expect(answered!.fields).toMatchObject({ group: 'main', fallback: 'backup', attempts: 3 });
  });

  it.each([400, 401, 403, 404, 429, 503])('follows a %i, as with LiteLLM', async (status) => {
    const { chat } = await world({ m1: refuse(status), m2: refuse(status) });
    expect(await chat({ num_retries: 0 })).toMatchObject({ status: 200, by: 'backup' });
  });

  it('has fallbacks of its own, and each is asked once, however the lists lead', async () => {
    const circle = { main: to('main', 'backup'), backup: to('main', 'spare'), spare: to('main') };
    const nested = await world({ ...BOTH_FAIL, backup: refuse(500) }, { fallbacks: circle });
    expect(await nested.chat()).toMatchObject({ status: 200, by: 'spare', fallbacks: '2' });
    const { chat, calls } = await world(
      { ...BOTH_FAIL, backup: refuse(503), spare: refuse(503) },
      { fallbacks: circle, numRetries: 0 },
    );
    expect((await chat()).status).toBe(500);
    expect(calls().filter((name) => !name.startsWith('m'))).toEqual(['backup', 'spare']);
  });

  it('passes over names that nobody has, and gives the default where a name has none', async () => {
    const { chat } = await world(BOTH_FAIL, { fallbacks: { '*': to('nobody', 'spare') } });
    expect(await chat()).toMatchObject({ status: 200, by: 'spare', fallbacks: '1' });
  });

  it('is found by the name without its vendor', async () => {
    const { chat } = await world(
      { odd: refuse(500) },
      { fallbacks: { 'gpt-5': to('spare'), '*': to('backup') }, numRetries: 0 },
      { rows: [['odd', 'acme/gpt-5']] },
    );
    expect(await chat({ model: 'acme/gpt-5' })).toMatchObject({ by: 'spare' });
  });

  it('opens no further list once so many groups have been asked', async () => {
    const { chat, calls } = await world(
      { ...BOTH_FAIL, backup: refuse(500) },
      { fallbacks: { main: to('backup'), backup: to('spare') }, maxFallbacks: 1 },
    );
    expect((await chat({ num_retries: 0 })).status).toBe(500);
    expect(calls()).not.toContain('spare');
    expect(await chat({ num_retries: 0, max_fallbacks: 2 })).toMatchObject({ by: 'spare' });
  });

  it('takes over a stream that has said nothing yet', async () => {
    const failing: Script = (_, res) =>
      sendEvents(res, [chunk({ role: 'assistant' }), '{"error":{"message":"overloaded"}}']);
    const { chat } = await world({ m1: failing, m2: failing });
    const reply = await chat({ stream: true });
    expect(reply).toMatchObject({ status: 200, by: 'backup', fallbacks: '1' });
    expect(reply.text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(reply.text).toContain(STREAM[1]);
  });

  it('serves embeddings, too', async () => {
    const vectors: Script = (_, res) => sendJson(res, 200, { object: 'list', data: [] });
    const { gateway } = await world({ ...BOTH_FAIL, backup: vectors });
    const reply = await gateway.post('/v1/embeddings', { model: 'main', input: 'x' });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-litellm-model-group')).toBe('backup');
  });

  it('to a name that fits a pattern asks for that model', async () => {
    const { chat, upstream } = await world(
      BOTH_FAIL,
      { fallbacks: { main: to('any-mini') }, numRetries: 0 },
      { rows: [['star', 'any-*', { model: 'gpt-*' }]] },
    );
    expect(await chat()).toMatchObject({ by: 'star' });
    expect(upstream.calls.at(-1)!.body['model']).toBe('gpt-mini');
  });

  it('to a deployment’s own name asks that one', async () => {
    const { chat } = await world(
      { backup: refuse(500) },
      { fallbacks: { backup: to('id-m2') }, numRetries: 0 },
    );
    expect(await chat({ model: 'backup' })).toMatchObject({ by: 'm2', fallbacks: '1' });
  });
});

describe('when everybody has failed', () => {
  it('the first error comes back, with what was asked instead', async () => {
    const { chat } = await world(
      {
        ...BOTH_FAIL,
        backup: refuse(429, { message: 'Rate limit reached' }),
        spare: refuse(400, { message: 'I know no such field' }),
      },
      { fallbacks: { main: to('backup', 'spare') } },
    );
    const reply = await chat({ num_retries: 0 });
    expect(reply.status).toBe(500);
    expect(reply.message()).toMatch(/^The upstream of deployment m[12] failed \(status 500\)/);
    expect(reply.message()).toMatch(/It said: no\. Asked instead, in vain: /);
    expect(reply.message()).toMatch(/backup \(.*Rate limit reached\.\)/);
    expect(reply.message()).toMatch(/spare \(.*I know no such field\.\)/);
    expect(reply.message()).toMatch(/\(id [0-9a-f]{8}\)$/);
  });

  it('the caller’s own deadline holds over all', async () => {
    const { chat, calls } = await world({ m1: () => {}, m2: () => {} });
    const reply = await chat({ timeout: 0.2 });
    expect(reply.status).toBe(408);
    expect(calls()).toHaveLength(1);
  });

  it('nobody else is asked for a caller who has left', async () => {
    const left = new AbortController();
    const { gateway, calls } = await world({
      m1: () => left.abort(),
      m2: () => left.abort(),
    });
    const reply = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test-master' },
      body: JSON.stringify({ model: 'main', messages: [] }),
      signal: left.signal,
    });
    await expect(reply).rejects.toThrow(/abort/i);
    while (!gateway.log.lines.some(({ text }) => text.startsWith('refused')))
      await new Promise((resolve) => setImmediate(resolve));
    expect(calls()).toHaveLength(1);
  });
});

describe('a failure with a list of its own', () => {
  const own = {
    fallbacks: { main: to('backup') },
    contextWindowFallbacks: { main: to('spare') },
    contentPolicyFallbacks: { main: to('spare') },
  };
  it.each([
    ['a prompt that is too long', TOO_LONG],
    ['a refusal of the content', POLICY],
  ])('%s goes by it, and by no other', async (_, error) => {
    const scripts = { m1: refuse(400, error), m2: refuse(400, error) };
    const listed = await world(scripts, own);
    expect(await listed.chat()).toMatchObject({ by: 'spare', fallbacks: '1' });
    expect(listed.calls()).toHaveLength(2);
    const missing = await world(scripts, {
      ...own,
      contextWindowFallbacks: { other: to('spare') },
      contentPolicyFallbacks: { other: to('spare') },
    });
    expect((await missing.chat()).status).toBe(400);
    const general = await world(scripts);
    expect(await general.chat()).toMatchObject({ by: 'backup' });
  });

  it('is not asked for other failures', async () => {
    const { chat } = await world(BOTH_FAIL, own);
    expect(await chat()).toMatchObject({ by: 'backup' });
  });
});

describe('an answer that its vendor’s filter has cut', () => {
  const filtered: Script = (_, res) => {
    const choice = { ...WHOLE.choices[0], finish_reason: 'content_filter' };
    sendJson(res, 200, { ...WHOLE, choices: [choice] });
  };
  const scripts = { m1: filtered, m2: filtered };

  it('goes to a fallback for such, or to the default', async () => {
    const listed = await world(scripts, { contentPolicyFallbacks: { main: to('spare') } });
    expect(await listed.chat()).toMatchObject({ by: 'spare', fallbacks: '1' });
    expect(listed.calls()).toHaveLength(2);
    const standard = await world(scripts, { fallbacks: { '*': to('spare') } });
    expect(await standard.chat()).toMatchObject({ by: 'spare' });
  });

  it('comes back as it is where there is none', async () => {
    const { chat, calls } = await world(scripts);
    const reply = await chat();
    expect(reply).toMatchObject({ status: 200, group: 'main' });
    expect(reply.text).toContain('content_filter');
    expect(calls()).toHaveLength(1);
  });
});

describe('what a caller says of fallbacks', () => {
  it('replaces the config: names, and maps with fields of their own', async () => {
    const { chat, upstream } = await world({ ...BOTH_FAIL, backup: refuse(500) });
    const messages = [{ role: 'user', content: 'Shorter' }];
    const fallbacks = [
      'backup',
      { model: 'spare', messages, temperature: 0, stream: true, api_key: 'sk-evil' },
    ];
    const reply = await chat({ fallbacks, num_retries: 0, temperature: 1 });
    expect(reply).toMatchObject({ status: 200, by: 'spare', fallbacks: '2' });
    expect(upstream.calls.at(-1)!.body).toEqual({
      model: 'gpt-4.1-upstream',
      messages,
      temperature: 0,
    });
    expect(JSON.stringify(upstream.calls)).not.toContain('sk-evil');
  });

  it('may be a map from names, as in the config', async () => {
    const { chat } = await world({ ...BOTH_FAIL, backup: refuse(500) });
    const fallbacks = [{ main: ['backup'] }, { backup: [{ model: 'spare' }] }];
    expect(await chat({ fallbacks })).toMatchObject({ by: 'spare' });
    const tooLong = await world({ m1: refuse(400, TOO_LONG), m2: refuse(400, TOO_LONG) });
    const context_window_fallbacks = [{ main: ['spare'] }];
    expect(await tooLong.chat({ context_window_fallbacks })).toMatchObject({ by: 'spare' });
  });

  it('turns them off', async () => {
    const { chat } = await world(BOTH_FAIL);
    expect((await chat({ disable_fallbacks: true, num_retries: 1 })).status).toBe(500);
    expect((await chat({ fallbacks: [], num_retries: 1 })).status).toBe(500);
  });

  it.each([
    [{ fallbacks: 'backup' }, 'fallbacks'],
    [{ fallbacks: [7] }, 'fallbacks'],
    [{ fallbacks: [{ main: 'backup' }] }, 'fallbacks'],
    [{ context_window_fallbacks: ['backup'] }, 'context_window_fallbacks'],
    [{ max_fallbacks: 'two' }, 'max_fallbacks'],
  ])('is refused where it has no form: %j', async (body, param) => {
    const { chat } = await world({});
    const reply = await chat(body);
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.text)).toMatchObject({ error: { param } });
  });

  it.each([
    [{ mock_testing_fallbacks: true }, 'backup'],
    [{ mock_testing_context_fallbacks: true }, 'spare'],
    [{ mock_testing_content_policy_fallbacks: true }, 'spare'],
    [{ mock_testing_rate_limit_error: true, num_retries: 0 }, 'backup'],
  ])('plays a failure: %j', async (body, by) => {
    const { chat, calls } = await world(
      {},
      {
        contextWindowFallbacks: { main: to('spare') },
        contentPolicyFallbacks: { main: to('spare') },
      },
    );
    expect(await chat(body)).toMatchObject({ status: 200, by, fallbacks: '1' });
    expect(calls()).toEqual([by]);
  });

  it('plays a refusal for quota as one try of several', async () => {
    const { chat } = await world({});
    const reply = await chat({ mock_testing_rate_limit_error: true, num_retries: 1 });
    expect(reply).toMatchObject({ status: 200, group: 'main' });
  });

  it('sees the failure that it plays where nothing follows', async () => {
    const { chat } = await world({});
    const reply = await chat({ mock_testing_fallbacks: true, fallbacks: [] });
    expect(reply.status).toBe(500);
    expect(reply.message()).toContain('mock_testing');
  });
});

describe('a group that is out of quota', () => {
  const limited = {
    limits: [{ dimension: 'requests', amount: 1, windowMs: 60_000, refill: 'linear' }],
  } as const;
  const rows: readonly Row[] = [['small', 'small', limited]];

  it('hands on at once to a fallback that has room', async () => {
    const { chat, calls } = await world({}, { fallbacks: { small: to('backup') } }, { rows });
    expect(await chat({ model: 'small' })).toMatchObject({ by: 'small', fallbacks: '0' });
    const second = await chat({ model: 'small' });
    expect(second).toMatchObject({ by: 'backup', group: 'backup', fallbacks: '1', retries: '0' });
    expect(second.headers.get('x-spillway-queue-ms')).toBe('0');
    expect(second.headers.get('x-spillway-decision')).toContain('; fallback backup');
    expect(calls()).toEqual(['backup', 'small']);
  });

  it('hands on to one that needs another body when its own time is up', async () => {
    const target = { model: 'backup', params: { temperature: 0 } };
    const { chat, upstream } = await world({}, { fallbacks: { small: [target] } }, { rows });
    await chat({ model: 'small' });
    expect(await chat({ model: 'small' }, { 'x-queue-timeout': '0' })).toMatchObject({
      by: 'backup',
      fallbacks: '1',
    });
    expect(upstream.calls.at(-1)!.body).toMatchObject({ temperature: 0 });
  });

  it('refuses with the shortest wait of all', async () => {
    const tighter = { limits: [{ ...limited.limits[0], amount: 60, burstMs: 1_000 }] };
    const { chat } = await world(
      {},
      { fallbacks: { small: to('quick') } },
      { rows: [...rows, ['quick', 'quick', tighter]] },
    );
    for (const model of ['small', 'quick']) await chat({ model });
    const reply = await chat({ model: 'small' }, { 'x-queue-timeout': '0' });
    expect(reply.status).toBe(429);
    expect(Number(reply.headers.get('retry-after-ms'))).toBeLessThanOrEqual(1_000);
  });
});
