import { expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

type Fields = Record<string, unknown>;

const MESSAGES = [{ role: 'user', content: 'Hi' }];

const world = async () => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const rows = ['gpt-4.1', 'other'].map((group) => deployment(group, upstream.url, { group }));
  const gateway = await startGateway(configOf(rows), undefined, { keeps: true });
  closing.push(() => gateway.close());
  const ask = async (
    path: string,
    body?: Fields | string,
    headers: Record<string, string> = {},
  ) => {
    const reply = await fetch(`${gateway.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${MASTER_KEY}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: reply.status, headers: reply.headers, text: await reply.text() };
  };
  const made = async (fields: Fields = {}) => {
    const { text } = await ask('/key/generate', fields);
    return JSON.parse(text) as { key: string; token: string };
  };
  const as = (key: string) => ({ authorization: `Bearer ${key}` });
  const chat = (key: string, body: Fields = {}) =>
    ask('/v1/chat/completions', { model: 'gpt-4.1', messages: MESSAGES, ...body }, as(key));
  const rowsOf = async (query = '') => {
    await gateway.keeping!.writer.flush();
    const { text } = await ask(`/spend/logs/v2?page_size=100${query}`);
    return (JSON.parse(text) as { data: Fields[] }).data;
  };
  const expire = async (token: string): Promise<void> => {
    const { directory } = gateway.keeping!;
    const row = directory.byToken(token)!;
    await directory.keys.put(row.id, { ...row, expires: '2020-01-01T00:00:00.000Z' });
  };
  return { ask, made, as, chat, rowsOf, expire, upstream };
};

const errorIn = (row: Fields | undefined): unknown =>
  (row?.['metadata'] as Fields | undefined)?.['error_information'];

it('a model that a key may not use, and one that nobody has, leave one record each', async () => {
  const { made, chat, rowsOf, upstream } = await world();
  const { key, token } = await made({ models: ['other'], user_id: 'ann', tags: ['blue'] });
  const denied = await chat(key, { user: 'eve', metadata: { tags: ['red'], note: 1 } });
  expect(denied.status).toBe(401);
  const [row, ...more] = await rowsOf();
  expect(more).toEqual([]);
  expect(row).toMatchObject({
    status: 'failure',
    api_key: token,
    user: 'ann',
    end_user: 'eve',
    model_group: 'gpt-4.1',
    model: 'gpt-4.1',
    call_type: 'acompletion',
    spend: 0,
    total_tokens: 0,
    request_tags: ['blue', 'red'],
    litellm_call_id: denied.headers.get('x-litellm-call-id'),
    requester_ip_address: expect.stringContaining('127.0.0.1'),
    metadata: {
      spend_logs_metadata: { tags: ['red'], note: 1 },
      error_information: { error_code: '401', error_class: 'key_model_denied' },
    },
  });
  const open = await made();
  // Names that nobody has make no group of sums.
  expect((await chat(open.key, { model: "gpt-'; drop table" })).status).toBe(400);
  expect((await chat(MASTER_KEY, { model: 'x'.repeat(9_000) })).status).toBe(400);
  const rows = await rowsOf();
  const [unknown, master] = [open.token, ''].map((of) => rows.find((one) => one['api_key'] === of));
  expect(unknown).toMatchObject({
    api_key: open.token,
    model_group: '',
    model: "gpt-'; drop table",
  });
  expect(errorIn(unknown)).toMatchObject({ error_class: 'unknown_model', error_code: '400' });
  expect(master).toMatchObject({ api_key: '', user: 'default_user_id', model: 'x'.repeat(200) });
  expect(upstream.calls).toEqual([]);
});

it('every endpoint of models writes it down, by its own name', async () => {
  const { ask, made, as, rowsOf } = await world();
  const { key } = await made({ models: ['other'] });
  const model = 'gpt-4.1';
  const asked: readonly [path: string, body: Fields][] = [
    ['/v1/completions', { model, prompt: 'Hi' }],
    ['/v1/messages', { model, max_tokens: 1, messages: MESSAGES }],
    ['/v1/responses', { model, input: 'Hi' }],
    ['/v1/embeddings', { model, input: 'Hi' }],
    ['/v1/rerank', { model, query: 'Hi', documents: ['a'] }],
    [`/v1beta/models/${model}:generateContent`, { contents: [{ parts: [{ text: 'Hi' }] }] }],
    [`/v1beta/models/${model}:streamGenerateContent`, { contents: [] }],
    [`/openai/deployments/${model}/chat/completions`, { messages: MESSAGES }],
  ];
  for (const [path, body] of asked) expect((await ask(path, body, as(key))).status).toBe(401);
  // What is asked of ourselves is no request to a model.
  for (const path of ['/v1/messages/count_tokens', '/spillway/route/explain', '/key/info'])
    await ask(path, { model, messages: MESSAGES }, as(key));
  const rows = await rowsOf();
  expect(rows.map(({ call_type: type }) => String(type)).toSorted()).toEqual([
    'acompletion',
    'aembedding',
    'agenerate_content',
    'agenerate_content_stream',
    'anthropic_messages',
    'arerank',
    'aresponses',
    'atext_completion',
  ]);
  expect(new Set(rows.map(({ model_group: group }) => group))).toEqual(new Set([model]));
});

it('what cannot be read, and what its end user may not, leave one too', async () => {
  const { ask, made, as, chat, rowsOf } = await world();
  const { key, token } = await made();
  expect((await ask('/v1/chat/completions', '{', as(key))).status).toBe(400);
  expect((await chat(key, { timeout: 'soon' })).status).toBe(400);
  expect((await chat(key, { messages: undefined })).status).toBe(400);
  await ask('/customer/new', { user_id: 'eve' });
  await ask('/customer/block', { user_ids: ['eve'] });
  expect((await chat(key, { user: 'eve' })).status).toBe(401);
  const rows = await rowsOf(`&api_key=${token}`);
  expect(rows.map((row) => [row['end_user'], row['model_group']].join(' ')).toSorted()).toEqual([
    ' ',
    ' gpt-4.1',
    ' gpt-4.1',
    'eve gpt-4.1',
  ]);
  expect(rows.every(({ status }) => status === 'failure')).toBe(true);
  expect(new Set(rows.map(({ request_id: id }) => id)).size).toBe(4);
});

it('a key that opens nothing any more is known by its record, and cannot fill the log', async () => {
  const { ask, made, chat, rowsOf, expire } = await world();
  const blocked = await made({ user_id: 'ann' });
  await ask('/key/block', { key: blocked.key });
  const expired = await made({ duration: '30d' });
  await expire(expired.token);
  const elsewhere = await made({ allowed_ips: ['10.0.0.1'] });
  const managing = await made({ key_type: 'management' });
  const tried = [blocked, expired, elsewhere, managing];
  const statuses = [];
  for (const { key } of tried) statuses.push((await chat(key)).status);
  expect(statuses).toEqual([401, 400, 403, 403]);
  const rows = await rowsOf();
  expect(rows).toHaveLength(4);
  const rowOf = ({ token }: { token: string }) => rows.find((one) => one['api_key'] === token);
  expect(rowOf(blocked)).toMatchObject({ user: 'ann', model_group: '', call_type: 'acompletion' });
  expect(errorIn(rowOf(expired))).toMatchObject({ error_class: 'expired_key', error_code: '400' });
  for (const one of [elsewhere, managing])
    expect(errorIn(rowOf(one))).toMatchObject({ error_class: 'forbidden' });
  for (let n = 1; n < 70; n++) await chat(blocked.key);
  expect(await rowsOf(`&api_key=${blocked.token}`)).toHaveLength(60);
});

it('strangers leave none, and are counted', async () => {
  const { ask, made, chat, rowsOf } = await world();
  const gone = await made();
  await ask('/key/delete', { keys: [gone.key] });
  for (const key of ['sk-wrong', gone.key, gone.token]) expect((await chat(key)).status).toBe(401);
  expect(await rowsOf()).toEqual([]);
  const metrics = await ask('/metrics');
  expect(metrics.text).toContain('spillway_refused_total{reason="unknown_key"} 3');
});
