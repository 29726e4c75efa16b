import { expect, it } from 'vitest';
import { errorOf, type Fields, keyWorlds } from './kit/key-world.ts';

const world = keyWorlds();

it('a key keeps what it is told of things that are not here, and says it again', async () => {
  const { generate, ask } = await world();
  const kept = {
    object_permission: { vector_stores: ['a'], mcp_servers: [] },
    prompts: ['p'],
    guardrails: ['g'],
    allowed_passthrough_routes: ['/x'],
    allowed_vector_store_indexes: [{ index_name: 'i', index_permissions: ['read'] }],
    rpm_limit_type: 'dynamic',
    tpm_limit_type: 'guaranteed_throughput',
    project_id: 'p1',
    access_group_ids: ['a1'],
    router_settings: { num_retries: 1 },
  };
  const made = await generate(kept);
  expect(made).toMatchObject(kept);
  const changed = await ask('/key/update', { key: made.key, prompts: ['q'] });
  expect(changed.body).toMatchObject({ ...kept, prompts: ['q'] });
  const info = await ask(`/key/info?key=${made.token}`);
  expect(info.body['info']).toMatchObject({ ...kept, prompts: ['q'] });
});

it('a key may demand fields of every body, inside of others too', async () => {
  const { generate, chat, upstream } = await world();
  const { key } = await generate({ enforced_params: ['user', 'metadata.job'] });
  const without = await chat(key, { metadata: { job: 'j' } });
  expect(without.status).toBe(400);
  expect(errorOf(without.body)).toMatchObject({
    message: expect.stringContaining('please pass param=user in request body'),
    param: 'user',
  });
  const shallow = await chat(key, { user: 'eve', metadata: { jobs: 1 } });
  expect(errorOf(shallow.body)).toMatchObject({
    message: expect.stringContaining('please pass param=[metadata][job]'),
    param: 'metadata.job',
  });
  const hidden = await chat(key, { user: 'eve', metadata: 'job' });
  expect(hidden.status).toBe(400);
  expect(upstream.calls).toEqual([]);
  expect((await chat(key, { user: 'eve', metadata: { job: 'j' } })).status).toBe(200);
});

it('a key that is made for a member of a team opens for as long as the team says', async () => {
  const { generate, ask } = await world();
  const members = [{ user_id: 'ann', role: 'user' }];
  const team = { team_id: 't', members_with_roles: members, team_member_key_duration: '1d' };
  await ask('/team/new', team);
  const { key: anns } = await generate({ user_id: 'ann' });
  const days = ({ expires }: Fields): number =>
    (Date.parse(String(expires)) - Date.now()) / 86_400_000;
  expect(days(await generate({ team_id: 't' }, anns))).toBeCloseTo(1, 2);
  expect(days(await generate({ team_id: 't', duration: null }, anns))).toBeCloseTo(1, 2);
  expect(days(await generate({ team_id: 't', duration: '7d' }, anns))).toBeCloseTo(7, 2);
  expect((await generate({ team_id: 't' }))['expires']).toBeNull();
  expect((await generate({}, anns))['expires']).toBeNull();
});

it('a key that has been blocked is let open again by an admin alone', async () => {
  const { generate, ask, chat } = await world();
  await ask('/user/new', { user_id: 'ann', auto_create_key: false });
  const [one, other] = [await generate({ user_id: 'ann' }), await generate({ user_id: 'ann' })];
  await ask('/key/block', { key: one.token });
  for (const blocked of [false, null]) {
    const tried = await ask('/key/update', { key: one.token, blocked }, other.key);
    expect([blocked, tried.status]).toEqual([blocked, 403]);
  }
  expect((await ask('/key/update', { key: one.token, tags: ['a'] }, other.key)).status).toBe(200);
  expect((await chat(one.key)).status).toBe(401);
  await ask('/key/unblock', { key: one.token });
  expect((await chat(one.key)).status).toBe(200);
});

it('a budget that is named is there, whoever it is for', async () => {
  const { ask } = await world();
  const bodies: readonly [string, Fields][] = [
    ['/key/generate', {}],
    ['/team/new', {}],
    ['/user/new', {}],
    ['/customer/new', { user_id: 'eve' }],
  ];
  for (const [path, body] of bodies) {
    const refused = await ask(path, { ...body, budget_id: 'none' });
    expect([path, refused.status, errorOf(refused.body).param]).toEqual([path, 400, 'budget_id']);
  }
  await ask('/budget/new', { budget_id: 'small', max_budget: 1 });
  for (const [path, body] of bodies)
    expect((await ask(path, { ...body, budget_id: 'small' })).status).toBe(200);
});

it('what LiteLLM keeps in metadata is one thing, wherever it is said; what does not fit is a note', async () => {
  const { generate, ask } = await world();
  const { token } = await generate({ metadata: { tags: ['a'], prompts: 'none', note: 1 } });
  const shown = async (): Promise<Fields> =>
    (await ask(`/key/info?key=${token}`)).body['info'] as Fields;
  expect(await shown()).toMatchObject({
    tags: ['a'],
    metadata: { tags: ['a'], prompts: 'none', note: 1 },
  });
  // What is read and sent back is no second list.
  const { metadata } = await shown();
  await ask('/key/update', { key: token, metadata: { ...(metadata as Fields), tags: ['b'] } });
  expect(await shown()).toMatchObject({ tags: ['b'], metadata: { tags: ['b'], note: 1 } });
  await ask('/key/update', { key: token, tags: [] });
  expect((await shown())['metadata']).toEqual({ prompts: 'none', note: 1 });
});

it('the tags of a key and of its team stand in its records, each once', async () => {
  const { generate, chat, ask, gateway } = await world();
  await ask('/team/new', { team_id: 'red', tags: ['team', 'both'] });
  await ask('/team/new', { team_id: 'blue', metadata: { tags: ['noted'] } });
  const { key } = await generate({ team_id: 'red', tags: ['own', 'both'] });
  const { key: other } = await generate({ team_id: 'blue' });
  await chat(key, { tags: ['asked'], metadata: { tags: ['noted', 'asked'] } });
  await chat(other);
  await gateway.keeping!.writer.flush();
  const rows = (await ask('/spend/logs')).body as unknown as { request_tags: string[] }[];
  expect(rows.map(({ request_tags: tags }) => tags.toSorted())).toEqual([
    ['noted'],
    ['asked', 'both', 'noted', 'own', 'team'],
  ]);
});

it('notes for records are what a header or a field of the metadata says, else all the metadata', async () => {
  const { generate, gateway, ask } = await world();
  const { key } = await generate();
  const chat = async (metadata: Fields, header?: string): Promise<void> => {
    const reply = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        ...(header !== undefined && { 'x-litellm-spend-logs-metadata': header }),
      },
      body: JSON.stringify({ model: 'gpt-4.1', messages: [], metadata }),
    });
    expect(reply.status).toBe(200);
    await reply.arrayBuffer();
  };
  await chat({ a: 1 });
  await chat({ a: 1, spend_logs_metadata: { b: 2 } });
  await chat({ a: 1, spend_logs_metadata: { b: 2 } }, '{"c": 3}');
  for (const wrong of ['{"c"', '[1]', '7']) await chat({ a: 1 }, wrong);
  await gateway.keeping!.writer.flush();
  const rows = (await ask('/spend/logs')).body as unknown as { metadata: Fields }[];
  const notes = rows.toReversed().map(({ metadata }) => metadata['spend_logs_metadata']);
  expect(notes).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }, { a: 1 }, { a: 1 }, { a: 1 }]);
  expect(rows.at(-3)?.metadata['requester_metadata']).toMatchObject({ a: 1 });
});
