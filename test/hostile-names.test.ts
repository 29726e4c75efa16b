import { afterAll, beforeAll, expect, test } from 'vitest';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

type Fields = Record<string, unknown>;

let gateway: Awaited<ReturnType<typeof startGateway>>;
let close: () => Promise<void>;
beforeAll(async () => {
  const upstream = await startUpstream(answer);
  gateway = await startGateway(configOf([deployment('PJ1', upstream.url)]), undefined, {
    keeps: true,
  });
  close = async () => {
    await gateway.close();
    await upstream.close();
  };
});
afterAll(() => close());

const ask = async (path: string, body?: Fields, key = MASTER_KEY) => {
  const reply = await fetch(`${gateway.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Fields };
};
const at = (text: string): string => encodeURIComponent(text);

/** Each is another one, however much it looks like its neighbour. */
const NAMES = [
  `'; DROP TABLE s_keys; --`,
  `" OR "1"="1`,
  '%_',
  '<script>alert(1)</script>',
  '{{7*7}}${7*7}',
  '../../etc/passwd',
  'admin',
  'аdmin',
  'ａdmin',
  'adm\u0131n',
  'ﬁle',
  'file',
  'e\u0301t\u00e9',
  '\u00e9t\u00e9',
  '\u202enimda',
  '=1+1',
];

test.each(NAMES)('%s is a name like any other', async (name) => {
  await ask('/user/new', { user_id: name, auto_create_key: false });
  await ask('/team/new', { team_id: name, team_alias: name });
  const made = await ask('/key/generate', {
    key_alias: name,
    user_id: name,
    team_id: name,
    tags: [name],
    metadata: { [name]: name },
  });
  expect(made.status).toBe(200);
  const { key, token } = made.body as { key: string; token: string };
  const chat = { model: 'gpt-4.1', messages: [], user: name, tags: [name] };
  expect((await ask('/v1/chat/completions', chat, key)).status).toBe(200);
  expect((await ask(`/key/info?key=${at(name)}`)).body).toMatchObject({
    info: { token, key_alias: name, metadata: { [name]: name } },
  });
  expect((await ask(`/team/info?team_id=${at(name)}`)).body).toMatchObject({ team_id: name });
  await gateway.keeping!.writer.flush();
  const logs = await ask(`/spend/logs/v2?end_user=${at(name)}&team_id=${at(name)}`);
  expect(logs.body['data']).toMatchObject([{ api_key: token, user: name, request_tags: [name] }]);
});

test('all of them are there, each once, and go as they came', async () => {
  const { body } = await ask('/key/list?size=100&return_full_object=true');
  const keys = body['keys'] as { key_alias: string; token: string }[];
  const aliases = keys.map(({ key_alias: alias }) => alias);
  expect(aliases.toSorted()).toEqual(NAMES.toSorted());
  const gone = await ask('/key/delete', { key_aliases: ['admin'] });
  expect(gone.body['deleted_keys']).toHaveLength(1);
  expect((await ask('/key/list?size=100')).body['total_count']).toBe(NAMES.length - 1);
});

test.each(['a\r\nx-evil: 1', 'a\nb', 'a\u0000b', 'a\u2028b', '', 'x'.repeat(300)])(
  'what is no line of a sensible length is refused with its field: %j',
  async (name) => {
    const { status, body } = await ask('/key/generate', { key_alias: name });
    expect(status).toBe(422);
    expect(body).toMatchObject({ detail: [{ loc: ['body', 'key_alias'] }] });
    expect((await ask('/team/new', { team_id: name })).status).toBe(422);
  },
);

test.each([-1, 1e308, 9e15, '5'])('a budget of %j is none', async (budget) => {
  for (const path of ['/key/generate', '/team/new', '/user/new', '/customer/new', '/budget/new']) {
    const { status } = await ask(path, { user_id: 'x', max_budget: budget });
    expect([path, status]).toEqual([path, 422]);
  }
});
