import { expect } from 'vitest';
import { type Fields, fresh, of, startLitellm } from '../kit/litellm.ts';

const { ask, send, get, chat, params, masterKey } = startLitellm();

const SECRET = 'sk-a-secret-of-a-vendor';

/** A credential with what a vendor's row needs but for its model. */
const credential = async (info: Fields = {}): Promise<string> => {
  const name = fresh();
  const { model: _, ...values } = params({ api_key: SECRET });
  await get('/credentials', {
    credential_name: name,
    credential_values: values,
    credential_info: info,
  });
  return name;
};

of('POST /credentials', 'lends the models that name it what they lack [C]', async () => {
  const name = fresh();
  const { model: vendorModel, ...values } = params({ api_key: SECRET });
  const made = await get('/credentials', {
    credential_name: name,
    credential_values: values,
    credential_info: {},
  });
  expect(made).toEqual({ success: true, message: 'Credential created successfully' });
  const [group, id] = [fresh(), fresh()];
  await get('/model/new', {
    model_name: group,
    litellm_params: { model: vendorModel, litellm_credential_name: name },
    model_info: { id },
  });
  expect((await chat(masterKey, { model: group })).status).toBe(200);
});

of('POST /credentials', 'needs values, or a model that has some [S]', async () => {
  const { status } = await ask('/credentials', { credential_name: fresh(), credential_info: {} });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
});

of('GET /credentials', 'lists all, and no secret [S]', async () => {
  const name = await credential({ description: 'ours' });
  const body = await get<{ credentials: Fields[] }>('/credentials');
  expect(body).toMatchObject({ success: true });
  expect(body.credentials.find((one) => one['credential_name'] === name)).toMatchObject({
    credential_info: { description: 'ours' },
    credential_values: { api_key: expect.stringContaining('****') },
  });
  expect(JSON.stringify(body)).not.toContain(SECRET);
});

of('GET /credentials/by_name/{credential_name}', 'tells of one, and no secret [S]', async () => {
  const name = await credential();
  const body = await get(`/credentials/by_name/${name}`);
  expect(body['credential_name']).toBe(name);
  expect(JSON.stringify(body)).not.toContain(SECRET);
  expect((await ask(`/credentials/by_name/${fresh()}`)).status).toBe(404);
});

of(
  'GET /credentials/by_model/{model_id}',
  'tells what a model uses, and no secret [S]',
  async () => {
    const [group, id] = [fresh(), fresh()];
    await get('/model/new', {
      model_name: group,
      litellm_params: params({ api_key: SECRET }),
      model_info: { id },
    });
    const body = await get(`/credentials/by_model/${id}`);
    expect(body['credential_name']).toBe(`${group}-credential-${id}`);
    expect(body['credential_values']).toHaveProperty('api_key');
    expect(JSON.stringify(body)).not.toContain(SECRET);
    expect((await ask(`/credentials/by_model/${fresh()}`)).status).toBe(404);
  },
);

of('PATCH /credentials/{credential_name}', 'changes what is named alone [S]', async () => {
  const name = await credential({ description: 'ours' });
  const { status, body } = await send('PATCH', `/credentials/${name}`, {
    credential_name: name,
    credential_values: { api_version: '2025-02-01' },
    credential_info: {},
  });
  expect(status).toBe(200);
  expect(body).toEqual({ success: true, message: 'Credential updated successfully' });
  expect(await get(`/credentials/by_name/${name}`)).toMatchObject({
    credential_values: { api_version: '2025-02-01', api_key: expect.any(String) },
    credential_info: { description: 'ours' },
  });
});

of('DELETE /credentials/{credential_name}', 'nobody finds it then [S]', async () => {
  const name = await credential();
  const { body } = await send('DELETE', `/credentials/${name}`);
  expect(body).toEqual({ success: true, message: 'Credential deleted successfully' });
  expect((await ask(`/credentials/by_name/${name}`)).status).toBe(404);
});
