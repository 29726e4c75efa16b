import { startWholeGateway } from './whole-gateway.ts';

export type Fields = Record<string, unknown>;

/** People of each role; each has a key, and the owner one more, in a team. */
export const USERS = {
  viewer: 'proxy_admin_viewer',
  owner: 'internal_user',
  lead: 'internal_user',
  member: 'internal_user',
  stranger: 'internal_user',
  reader: 'internal_user_viewer',
};

/** A gateway with somebody of each role, and something that is theirs. */
export const startRoles = async () => {
  const gateway = await startWholeGateway();
  const keys: Record<string, string> = { admin: gateway.masterKey };
  const send = (route: string, body?: Fields, key?: string) => {
    const [method = '', path] = route.split(' ');
    return fetch(`${gateway.url}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  };
  const ask = async (path: string, body: Fields | undefined, key?: string) => {
    const reply = await send(`${body === undefined ? 'GET' : 'POST'} ${path}`, body, key);
    return { status: reply.status, body: (await reply.json()) as Fields };
  };
  const asAdmin = async (path: string, body: Fields): Promise<Record<string, string>> =>
    (await ask(path, body, keys['admin'])).body as Record<string, string>;
  for (const [id, role] of Object.entries(USERS)) {
    const made = await asAdmin('/user/new', { user_id: id, user_role: role, max_budget: 9 });
    keys[id] = made['key']!;
  }
  const members = [
    { user_id: 'lead', role: 'admin' },
    { user_id: 'owner', role: 'user' },
    { user_id: 'member', role: 'user' },
  ];
  await asAdmin('/team/new', { team_id: 'team', members_with_roles: members });
  const of = { user_id: 'owner', team_id: 'team', key_alias: 'owned', max_budget: 7 };
  const { key = '', token: owned = '' } = await asAdmin('/key/generate', of);
  const own = await asAdmin('/key/service-account/generate', { team_id: 'team' });
  const models = await asAdmin('/key/generate', { user_id: 'owner', key_type: 'llm_api' });
  keys['service'] = own['key']!;
  keys['nobody'] = (await asAdmin('/key/generate', {}))['key']!;
  keys['models'] = models['key']!;
  const chat = { model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 };
  const { status } = await send('POST /v1/chat/completions', chat, key);
  if (status !== 200) throw new Error(`The example request was answered with ${status}.`);
  await gateway.keeping.writer.flush();
  const [only] = await gateway.keeping.store.spend.list({ token: owned }, { limit: 1, offset: 0 });
  return {
    url: gateway.url,
    close: gateway.close,
    send,
    ask,
    asAdmin,
    /** By role: `service` is the team's own, `nobody` nobody's, `models` opens models alone. */
    keys,
    /** Public tokens of the owner's key in the team, and of the team's own. */
    owned,
    service: own['token']!,
    /** The record of a request that was made with the owner's key. */
    record: only!.id,
  };
};
