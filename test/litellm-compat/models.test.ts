import { expect } from 'vitest';
import { errorOf, type Fields, fresh, of, startLitellm } from '../kit/litellm.ts';

const { ask, send, get, chat, params, masterKey, model } = startLitellm();

interface Row {
  readonly model_name: string;
  readonly litellm_params: Fields;
  readonly model_info: Fields;
}

/** A model of its own, under its own id. */
const added = async (more: Fields = {}) => {
  const [name, id] = [fresh(), fresh()];
  const body = await get('/model/new', {
    model_name: name,
    litellm_params: params(more),
    model_info: { id },
  });
  return { name, id, body };
};
const rowOf = async (id: string, path = '/model/info'): Promise<Row | undefined> => {
  const { data } = await get<{ data: Row[] }>(path);
  return data.find(({ model_info: info }) => info['id'] === id);
};

of('POST /model/new', 'a model serves at once, and its key is shown to nobody [S]', async () => {
  const { name, id, body } = await added();
  expect(body).toMatchObject({ model_id: id, model_name: name });
  expect(JSON.stringify(body)).not.toContain('sk-of-a-vendor');
  expect((await chat(masterKey, { model: name })).status).toBe(200);
});

of('POST /model/update', 'changes what is named alone [S]', async () => {
  const { name, id } = await added({ rpm: 77 });
  const { status } = await ask('/model/update', {
    model_info: { id },
    litellm_params: { tpm: 5_000 },
  });
  expect(status).toBe(200);
  const row = await rowOf(id);
  expect(row).toMatchObject({ model_name: name, litellm_params: { rpm: 77, tpm: 5_000 } });
});

of('PATCH /model/{model_id}/update', 'the same with its id in the path [A]', async () => {
  const { id } = await added({ rpm: 77 });
  const { status } = await send('PATCH', `/model/${id}/update`, { litellm_params: { rpm: 78 } });
  expect(status).toBe(200);
  expect((await rowOf(id))?.litellm_params).toMatchObject({ rpm: 78 });
});

of('POST /model/delete', 'a model that is gone serves nothing [S]', async () => {
  const { name, id } = await added();
  const body = await get('/model/delete', { id });
  expect(body['message']).toBe(`Model: ${id} deleted successfully`);
  expect((await chat(masterKey, { model: name })).status).toBe(400);
});

of('POST /model/block', 'a model is kept and shown, and 403 to callers [S]', async () => {
  const { name, id } = await added();
  expect(await get('/model/block', { model_id: id })).toMatchObject({
    model_id: id,
    blocked: true,
  });
  const refused = await chat(masterKey, { model: name });
  expect(refused.status).toBe(403);
  expect(errorOf(refused)['message']).toContain('Model is blocked');
  expect((await rowOf(id))?.model_info).toMatchObject({ blocked: true });
  const { data } = await get<{ data: Fields[] }>('/v1/models');
  expect(data.map((one) => one['id'])).not.toContain(name);
  expect((await ask('/model/block', { model_id: fresh() })).status).toBe(404);
});

of('POST /model/unblock', 'a model serves again [S]', async () => {
  const { name, id } = await added();
  await get('/model/block', { model_id: id });
  expect(await get('/model/unblock', { model_id: id })).toMatchObject({ blocked: false });
  expect((await chat(masterKey, { model: name })).status).toBe(200);
});

of('GET /model/info', 'tells of each deployment, and of one by its id [C]', async () => {
  const { name, id } = await added();
  expect(await rowOf(id)).toMatchObject({
    model_name: name,
    litellm_params: { model: 'openai/gpt-4.1' },
    model_info: { id, db_model: true },
  });
  const { data } = await get<{ data: Row[] }>(`/model/info?litellm_model_id=${id}`);
  expect(data.map((row) => row.model_name)).toEqual([name]);
});

of('GET /v1/model/info', 'is the same [A]', async () => {
  const { name, id } = await added();
  expect(await rowOf(id, '/v1/model/info')).toMatchObject({ model_name: name });
});

of('GET /v2/model/info', 'tells of deployments a page at a time [S]', async () => {
  const { name, id } = await added();
  const body = await get<{ data: Row[] }>(`/v2/model/info?search=${name}&page=1&size=10`);
  expect(body).toMatchObject({ total_count: 1, current_page: 1, total_pages: 1, size: 10 });
  expect(body.data.map(({ model_info: info }) => info['id'])).toEqual([id]);
  expect((await get<{ data: Row[] }>(`/v2/model/info?model=${name}`)).data).toHaveLength(1);
  expect((await get<{ data: Row[] }>(`/v2/model/info?modelId=${fresh()}`)).data).toEqual([]);
});

of('GET /model_group/info', 'tells of a group as a whole [A]', async () => {
  const { data } = await get<{ data: Fields[] }>(`/model_group/info?model_group=${model}`);
  expect(data).toHaveLength(1);
  expect(data[0]).toMatchObject({ model_group: model, providers: expect.any(Array) });
});

of('GET /health', 'tells which deployments are well, of all or of one model [C]', async () => {
  const { id } = await added();
  interface Health {
    readonly healthy_endpoints: Fields[];
    readonly unhealthy_endpoints: Fields[];
    readonly healthy_count: number;
    readonly unhealthy_count: number;
  }
  const all = await get<Health>('/health');
  expect(all.healthy_endpoints).toHaveLength(all.healthy_count);
  expect(all.unhealthy_endpoints).toHaveLength(all.unhealthy_count);
  expect(JSON.stringify(all)).not.toContain('sk-of-a-vendor');
  const one = await get<Health>(`/health?model_id=${id}`);
  expect(one).toMatchObject({ healthy_count: 1, unhealthy_count: 0 });
  expect(one.healthy_endpoints[0]).toMatchObject({ model: 'openai/gpt-4.1', model_id: id });
});

of(
  'POST /utils/token_counter',
  'counts a prompt for a model, as texts or messages [A]',
  async () => {
    for (const asked of [{ prompt: 'a b c' }, { messages: [{ role: 'user', content: 'a b c' }] }]) {
      const body = await get('/utils/token_counter', { model, ...asked });
      expect(body).toMatchObject({ request_model: model, model_used: expect.any(String) });
      expect(body['total_tokens']).toBeGreaterThan(2);
      expect(body['total_tokens']).toBeLessThan(30);
      expect(body).toMatchObject({ tokenizer_type: expect.any(String), original_response: null });
    }
    expect((await ask('/utils/token_counter', { model })).status).toBe(400);
  },
);
