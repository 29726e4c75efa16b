interface Served {
  readonly url: string;
  readonly masterKey: string;
}

type Fields = Readonly<Record<string, unknown>>;

const caller =
  ({ url }: Served, key: string) =>
  async (path: string, body: Fields): Promise<Record<string, string>> => {
    const reply = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
    return (await reply.json()) as Record<string, string>;
  };

/** One request to a model, small. */
export const askOnce = (served: Served, key: string, more: Fields = {}) =>
  caller(served, key)('/v1/chat/completions', {
    model: 'gpt-4.1',
    max_tokens: 20,
    messages: [{ role: 'user', content: 'What is a spillway?' }],
    ...more,
  });

/** Two teams, three people, keys of each kind, a shared budget, and what they have used. */
export const fillPeople = async (served: Served) => {
  const admin = caller(served, served.masterKey);
  const budget = { budget_id: 'trial', max_budget: 5, budget_duration: '7d', rpm_limit: 20 };
  await admin('/budget/new', budget);
  const yuki = await admin('/user/new', {
    user_id: 'yuki',
    user_email: 'yuki@example.com',
    user_role: 'internal_user',
    max_budget: 20,
    budget_duration: '30d',
    key_alias: 'yuki-laptop',
  });
  await admin('/user/new', {
    user_id: 'sam',
    user_role: 'internal_user',
    auto_create_key: false,
  });
  const auditor = await admin('/user/new', {
    user_id: 'auditor',
    user_role: 'proxy_admin_viewer',
    key_alias: 'audit',
  });
  await admin('/team/new', {
    team_id: 'search',
    team_alias: 'Search',
    max_budget: 0.02,
    budget_duration: '1mo',
    tpm_limit: 400_000,
    members_with_roles: [
      { user_id: 'yuki', role: 'admin' },
      { user_id: 'sam', role: 'user' },
    ],
  });
  await admin('/team/new', { team_id: 'support', team_alias: 'サポート', models: ['gpt-4.1'] });
  const crawler = await admin('/key/service-account/generate', {
    key_alias: 'search-crawler',
    team_id: 'search',
    max_budget: 0.004,
    budget_duration: '1d',
    rpm_limit: 600,
    tags: ['batch'],
  });
  const dify = await admin('/key/generate', {
    key_alias: 'dify',
    max_budget: 50,
    soft_budget: 40,
    budget_duration: '1mo',
    models: ['gpt-4.1'],
    tags: ['dify'],
    queue: true,
    key_type: 'llm_api',
  });
  await admin('/key/generate', {
    key_alias: 'old-prototype',
    duration: '3d',
    budget_id: 'trial',
    blocked: true,
  });
  const keys = [crawler, dify, yuki].map(({ key = '' }) => key);
  for (const [place, key] of keys.entries())
    for (let i = 0; i < 6 - place; i++) await askOnce(served, key, { user: `guest-${i % 2}` });
  const keyOf = (made: Record<string, string>): string => made['key'] ?? '';
  return {
    yuki: keyOf(yuki),
    auditor: keyOf(auditor),
    dify: keyOf(dify),
    crawler: keyOf(crawler),
  };
};
