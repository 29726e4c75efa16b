import { describe, expect } from 'vitest';
import { type Fields, fresh, of, startLitellm } from '../kit/litellm.ts';

const { ask, get, chat, masterKey } = startLitellm();

const customer = async (base: string, more: Fields = {}): Promise<string> => {
  const id = fresh();
  await get(`${base}/new`, { user_id: id, ...more });
  return id;
};
const created = async (base: string): Promise<void> => {
  const id = fresh();
  const body = await get(`${base}/new`, { user_id: id, alias: 'Eve', max_budget: 3 });
  expect(body).toMatchObject({ user_id: id, alias: 'Eve', blocked: false });
  expect((await ask(`${base}/new`, { user_id: id })).status).toBeGreaterThanOrEqual(400);
};
const changed = async (base: string): Promise<void> => {
  const id = await customer(base, { alias: 'Eve' });
  await get(`${base}/update`, { user_id: id, default_model: 'm' });
  const info = await get(`${base}/info?end_user_id=${id}`);
  expect(info).toMatchObject({ user_id: id, alias: 'Eve', default_model: 'm' });
};
const deleted = async (base: string): Promise<void> => {
  const id = await customer(base);
  const body = await get(`${base}/delete`, { user_ids: [id] });
  expect(body).toMatchObject({ deleted_customers: 1, message: expect.stringContaining(id) });
  expect((await ask(`${base}/info?end_user_id=${id}`)).status).toBeGreaterThanOrEqual(400);
};
const blocked = async (base: string): Promise<void> => {
  const id = await customer(base);
  const body = await get<{ blocked_users: Fields[] }>(`${base}/block`, { user_ids: [id] });
  expect(body.blocked_users).toHaveLength(1);
  expect((await chat(masterKey, { user: id })).status).toBeGreaterThanOrEqual(400);
};
const unblocked = async (base: string): Promise<void> => {
  const id = await customer(base, { blocked: true });
  await get(`${base}/unblock`, { user_ids: [id] });
  expect((await chat(masterKey, { user: id })).status).toBe(200);
};
const told = async (base: string): Promise<void> => {
  const id = await customer(base);
  expect(await get(`${base}/info?end_user_id=${id}`)).toMatchObject({ user_id: id, spend: 0 });
};
const listed = async (base: string): Promise<void> => {
  const id = await customer(base);
  const all = await get<Fields[]>(`${base}/list`);
  expect(all.map(({ user_id: one }) => one)).toContain(id);
};

describe('end users by their newer name', () => {
  const base = '/customer';
  of('POST /customer/new', 'writes one down, once [S]', () => created(base));
  of('POST /customer/update', 'changes what is named alone [S]', () => changed(base));
  of('POST /customer/delete', 'says how many are gone [S]', () => deleted(base));
  of('POST /customer/block', 'refuses them [D]', () => blocked(base));
  of('POST /customer/unblock', 'serves them again [D]', () => unblocked(base));
  of('GET /customer/info', 'tells what they have spent [A]', () => told(base));
  of('GET /customer/list', 'lists all [A]', () => listed(base));
});

describe('end users by their older name', () => {
  const base = '/end_user';
  of('POST /end_user/new', 'writes one down, once [S]', () => created(base));
  of('POST /end_user/update', 'changes what is named alone [S]', () => changed(base));
  of('POST /end_user/delete', 'says how many are gone [S]', () => deleted(base));
  of('POST /end_user/block', 'refuses them [D]', () => blocked(base));
  of('POST /end_user/unblock', 'serves them again [D]', () => unblocked(base));
  of('GET /end_user/info', 'tells what they have spent [A]', () => told(base));
  of('GET /end_user/list', 'lists all [A]', () => listed(base));
});
