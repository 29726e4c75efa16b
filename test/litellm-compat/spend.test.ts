import { expect } from 'vitest';
import { eventually, type Fields, fresh, of, startLitellm } from '../kit/litellm.ts';

const { ask, get, chat, model } = startLitellm();

const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const dates = (): string =>
  `start_date=${dayAt(Date.now() - 86_400_000)}&end_date=${dayAt(Date.now() + 86_400_000)}`;

const times = (): string => dates().replaceAll(/=([\d-]+)/g, '=$1 00:00:00');
const pageOf = async (query: string): Promise<Fields[]> =>
  (await get<{ data: Fields[] }>(`/spend/logs/v2?${times()}&${query}`)).data;

/** A call of a key, a user, a team, an end user and a tag of its own, once it is written down. */
const spend = async () => {
  const [team, user, endUser, tag] = [fresh(), fresh(), fresh(), fresh()];
  await get('/team/new', { team_id: team, team_alias: team });
  await get('/user/new', { user_id: user, auto_create_key: false });
  const made = await get('/key/generate', { user_id: user, team_id: team, key_alias: fresh() });
  const [key, token] = [String(made['key']), String(made['token'])];
  const asked = { user: endUser, metadata: { tags: [tag] } };
  expect((await chat(key, asked)).status).toBe(200);
  const row = await eventually(async () => {
    const rows = await get<Fields[]>(`/spend/logs?api_key=${token}&summarize=false`);
    return rows[0];
  });
  return { team, user, endUser, tag, key, token, row };
};
type Spent = Awaited<ReturnType<typeof spend>>;

let once: Promise<Spent> | undefined;
/** The same for all who only look. */
const spent = (): Promise<Spent> => (once ??= spend());

/** Where LiteLLM sums up what was spent some time after it was. */
const found = <T extends Fields>(path: string, fits: (row: T) => boolean): Promise<T> =>
  eventually(async () => (await get<T[]>(path)).find(fits));

of('GET /spend/logs', 'rows have the columns of LiteLLM’s table [C]', async () => {
  const { row, token, user, team, endUser } = await spent();
  const columns = 'request_id call_type api_key spend total_tokens prompt_tokens completion_tokens';
  const more = 'startTime endTime model model_group user end_user metadata request_tags status';
  const rest =
    'completionStartTime model_id custom_llm_provider api_base cache_hit cache_key team_id organization_id requester_ip_address messages response session_id mcp_namespaced_tool_name proxy_server_request';
  for (const name of `${columns} ${more} ${rest}`.split(' ')) expect(row).toHaveProperty(name);
  expect(row).toMatchObject({
    api_key: token,
    user,
    team_id: team,
    end_user: endUser,
    status: 'success',
    messages: {},
    response: {},
    metadata: { user_api_key: token, user_api_key_user_id: user, user_api_key_team_id: team },
  });
});

of('GET /spend/logs', 'between two dates sums by day, with users and models [S]', async () => {
  const { user, token } = await spent();
  const days = await get<Fields[]>(`/spend/logs?${dates()}`);
  const day = days.find(({ users }) => Object.hasOwn(users as object, user));
  expect(day).toMatchObject({ startTime: expect.any(String), spend: expect.any(Number) });
  expect(day).toHaveProperty('models');
  expect(day).toHaveProperty([token]);
});

of('GET /spend/logs/v2', 'rows a page at a time [A]', async () => {
  const { token } = await spent();
  const body = await get<{ data: Fields[] }>(
    `/spend/logs/v2?api_key=${token}&${times()}&page=1&page_size=10`,
  );
  expect(body).toMatchObject({ total: 1, page: 1, page_size: 10, total_pages: 1 });
  expect(body.data[0]).toMatchObject({ api_key: token });
});

of('GET /spend/logs/v2', 'a session, by a part of its id [C+]', async () => {
  const session = fresh();
  for (const more of [{ litellm_session_id: session }, { metadata: { session_id: session } }])
    expect((await chat(undefined, more)).status).toBe(200);
  const rowsOf = (part: string) => pageOf(`session_id=${part}`);
  const rows = await eventually(async () => {
    const found = await rowsOf(session.slice(0, -4));
    return found.length === 2 ? found : undefined;
  });
  for (const row of rows) expect(row['session_id']).toBe(session);
  expect(await rowsOf(fresh())).toEqual([]);
  // One may be pasted without a word of what it is.
  expect(await pageOf(`search=${session}`)).toHaveLength(2);
});

of('GET /spend/logs/v2', 'what failed, by code and message [A]', async () => {
  const name = fresh();
  await get('/key/generate', { key_alias: name, models: ['none'] }).then(({ key }) =>
    chat(String(key)),
  );
  const error = await eventually(async () => {
    const [row] = await pageOf(`key_alias=${name}`);
    return (row?.['metadata'] as { error_information?: Fields })?.error_information;
  });
  const { error_code: code, error_message: message } = error;
  const part = encodeURIComponent(String(message).slice(3, 20));
  const rowsOf = (query: string) => pageOf(`key_alias=${name}&${query}`);
  expect(await rowsOf(`error_code=${code as string}`)).toHaveLength(1);
  expect(await rowsOf('error_code=418')).toEqual([]);
  expect(await rowsOf(`error_message=${part}`)).toHaveLength(1);
  expect(await rowsOf(`error_message=${fresh()}`)).toEqual([]);
});

of('GET /spend/keys', 'keys by what they have spent [S]', async () => {
  const { token } = await spent();
  const rows = await get<Fields[]>('/spend/keys');
  expect(rows.find((row) => row['token'] === token)).toHaveProperty('spend');
});

of('GET /spend/users', 'users by what they have spent, and one alone [S]', async () => {
  const { user } = await spent();
  const rows = await get<Fields[]>(`/spend/users?user_id=${user}`);
  expect(rows.map((row) => row['user_id'])).toEqual([user]);
});

of('GET /spend/tags', 'what was spent by tag [S]', async () => {
  const { tag } = await spent();
  const row = await found('/spend/tags', (one) => one['individual_request_tag'] === tag);
  expect(row).toMatchObject({ log_count: 1, total_spend: expect.any(Number) });
});

of('POST /spend/calculate', 'what a request costs, for what goes in [C]', async () => {
  const messages = [{ role: 'user', content: 'Hello there' }];
  const body = await get('/spend/calculate', { model, messages });
  expect(body['cost']).toBeGreaterThan(0);
});

of(
  'POST /spend/calculate',
  'also of a model that nobody serves, whose vendor its name gives away [C]',
  async () => {
    const usage = { prompt_tokens: 1_000_000, completion_tokens: 0 };
    for (const name of ['gpt-4o-mini', 'openai/gpt-4o-mini']) {
      const asked = { completion_response: { model: name, usage } };
      expect(await get('/spend/calculate', asked)).toEqual({ cost: 0.15 });
    }
    const unknown = { completion_response: { model: fresh(), usage } };
    expect((await ask('/spend/calculate', unknown)).status).toBeGreaterThanOrEqual(400);
  },
);

of('GET /global/spend', 'what everybody has spent, and may [S]', async () => {
  await spent();
  const body = await get('/global/spend');
  expect(body).toHaveProperty('max_budget');
  expect(body['spend']).toBeGreaterThanOrEqual(0);
});

of('GET /global/spend/logs', 'spend by day [S]', async () => {
  await spent();
  const row = await found('/global/spend/logs', () => true);
  expect(row).toMatchObject({ date: expect.any(String), spend: expect.any(Number) });
});

of('GET /global/spend/keys', 'keys by their spend, with their names [S]', async () => {
  const { token } = await spent();
  const row = await found('/global/spend/keys', (one) => one['api_key'] === token);
  expect(row).toMatchObject({ key_alias: expect.any(String), key_name: expect.any(String) });
  expect(row).toHaveProperty('total_spend');
  expect(await get<Fields[]>('/global/spend/keys?limit=1')).toHaveLength(1);
});

of('GET /global/spend/teams', 'spend by day and team, and in all [S]', async () => {
  const { team } = await spent();
  const body = await eventually(async () => {
    const all = await get<{
      daily_spend: Fields[];
      teams: string[];
      total_spend_per_team: Fields[];
    }>('/global/spend/teams');
    return all.teams.includes(team) ? all : undefined;
  });
  const day = body.daily_spend.find((one) => Object.hasOwn(one, team));
  expect(day).toHaveProperty('date');
  expect(body.total_spend_per_team[0]).toHaveProperty('team_id');
  expect(body.total_spend_per_team[0]).toHaveProperty('total_spend');
});

of('POST /global/spend/end_users', 'end users by their spend, of a key [S]', async () => {
  const { endUser, token } = await spent();
  const rows = await eventually(async () => {
    const all = await get<Fields[]>('/global/spend/end_users', { api_key: token });
    return all.length > 0 ? all : undefined;
  });
  expect(rows).toEqual([{ end_user: endUser, total_count: 1, total_spend: expect.any(Number) }]);
});

of('GET /global/spend/models', 'models by their spend [S]', async () => {
  await spent();
  const row = await found('/global/spend/models', () => true);
  expect(row).toMatchObject({ model: expect.any(String), total_spend: expect.any(Number) });
});

of('GET /global/spend/provider', 'vendors by their spend [S]', async () => {
  await spent();
  const row = await found(`/global/spend/provider?${dates()}`, () => true);
  expect(row).toMatchObject({ provider: expect.any(String), spend: expect.any(Number) });
});

of('GET /global/spend/tags', 'spend by tag, of those that are named [A]', async () => {
  const { tag } = await spent();
  const body = await get<{ spend_per_tag: Fields[] }>(`/global/spend/tags?${dates()}&tags=${tag}`);
  expect(body.spend_per_tag).toEqual([{ name: tag, spend: expect.any(Number), log_count: 1 }]);
});

of('GET /global/spend/all_tag_names', 'every tag there was [S]', async () => {
  const { tag } = await spent();
  const body = await get<{ tag_names: string[] }>('/global/spend/all_tag_names');
  expect(body.tag_names).toContain(tag);
});

of('GET /global/spend/report', 'by day and team, and by key [S]', async () => {
  const { team, token } = await spent();
  // LiteLLM has it for those who pay alone.
  const { status, body } = await ask(`/global/spend/report?${dates()}`);
  if (status === 400 && JSON.stringify(body).includes('premium')) return;
  const days = body as unknown as { group_by_day: string; teams: Fields[] }[];
  const row = days.flatMap(({ teams }) => teams).find((one) => one['team_name'] === team);
  expect(row).toMatchObject({ total_spend: expect.any(Number) });
  expect((row!['metadata'] as Fields[])[0]).toMatchObject({ api_key: token });
  const [one] = await get<Fields[]>(`/global/spend/report?${dates()}&api_key=${token}`);
  expect(one).toMatchObject({
    api_key: token,
    total_cost: expect.any(Number),
    total_input_tokens: expect.any(Number),
    total_output_tokens: expect.any(Number),
  });
  expect((one!['model_details'] as Fields[])[0]).toHaveProperty('total_cost');
});

of('POST /global/spend/reset', 'says that it is done; records stay [S]', async () => {
  const { token } = await spend();
  expect(await get('/global/spend/reset', {})).toEqual({
    message: 'Spend for all API Keys and Teams reset successfully',
    status: 'success',
  });
  const info = await get<{ info: Fields }>(`/key/info?key=${token}`);
  expect(info.info['spend']).toBe(0);
  const rows = await get<Fields[]>(`/spend/logs?api_key=${token}&summarize=false`);
  expect(rows).toHaveLength(1);
});

of('GET /global/activity', 'requests and tokens by day [S]', async () => {
  await spent();
  const body = await get<{ daily_data: Fields[] }>(`/global/activity?${dates()}`);
  expect(body).toMatchObject({
    sum_api_requests: expect.any(Number),
    sum_total_tokens: expect.any(Number),
  });
  expect(body.daily_data[0]).toMatchObject({
    date: expect.stringMatching(/^[A-Z][a-z]{2} \d\d$/),
    api_requests: expect.any(Number),
    total_tokens: expect.any(Number),
  });
});

of('GET /global/activity/model', 'the same by model [S]', async () => {
  await spent();
  const rows = await get<Fields[]>(`/global/activity/model?${dates()}`);
  expect(rows.find((row) => row['model'] === model)).toMatchObject({
    daily_data: expect.any(Array),
    sum_api_requests: expect.any(Number),
    sum_total_tokens: expect.any(Number),
  });
});

of('GET /global/activity/exceptions', 'refusals with 429 of a model by day [S]', async () => {
  const body = await get(`/global/activity/exceptions?${dates()}&model_group=${model}`);
  expect(body).toMatchObject({
    daily_data: expect.any(Array),
    sum_num_rate_limit_exceptions: expect.any(Number),
  });
  const bare = await ask(`/global/activity/exceptions?${dates()}`);
  expect(bare.status).toBe(422);
});

of('GET /global/activity/exceptions/deployment', 'the same by deployment [S]', async () => {
  const path = `/global/activity/exceptions/deployment?${dates()}&model_group=${model}`;
  expect(await get(path)).toEqual(expect.any(Array));
});

of('GET /provider/budgets', 'what each vendor may be paid, and has been [S]', async () => {
  // LiteLLM refuses it where none is configured.
  const { status, body } = await ask('/provider/budgets');
  if (status !== 200) return;
  for (const budget of Object.values(body['providers'] as Record<string, Fields>))
    expect(budget).toMatchObject({
      budget_limit: expect.any(Number),
      time_period: expect.any(String),
      spend: expect.any(Number),
    });
});

/** Days in LiteLLM's form, told apart by whom the route is about. */
const daily = async (path: string, whose: (of: Spent) => string): Promise<void> => {
  const of = await spent();
  const body = await eventually(async () => {
    const all = await get<{ results: Fields[]; metadata: Fields }>(`${path}?${dates()}`);
    const text = JSON.stringify(all.results);
    return text.includes(whose(of)) ? all : undefined;
  });
  expect(body.results[0]).toMatchObject({
    date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    metrics: {
      spend: expect.any(Number),
      prompt_tokens: expect.any(Number),
      completion_tokens: expect.any(Number),
      total_tokens: expect.any(Number),
      api_requests: expect.any(Number),
      successful_requests: expect.any(Number),
      failed_requests: expect.any(Number),
    },
    breakdown: {
      models: expect.any(Object),
      providers: expect.any(Object),
      api_keys: expect.any(Object),
    },
  });
  expect(body.metadata).toMatchObject({
    total_spend: expect.any(Number),
    page: 1,
    has_more: expect.any(Boolean),
  });
};

of('GET /user/daily/activity', 'days by model, vendor and key [S]', () =>
  daily('/user/daily/activity', ({ token }) => token),
);
of('GET /user/daily/activity/aggregated', 'all days on one page [S]', () =>
  daily('/user/daily/activity/aggregated', ({ token }) => token),
);
of('GET /team/daily/activity', 'days by team [S]', () =>
  daily('/team/daily/activity', ({ team }) => team),
);
of('GET /customer/daily/activity', 'days by end user [S]', () =>
  daily('/customer/daily/activity', ({ endUser }) => endUser),
);
of('GET /end_user/daily/activity', 'the same by the older name [S]', () =>
  daily('/end_user/daily/activity', ({ endUser }) => endUser),
);
of('GET /tag/daily/activity', 'days by tag, of those that are named [S]', async () => {
  const { tag } = await spent();
  const body = await eventually(async () => {
    const all = await get<{ results: Fields[]; metadata: Fields }>(
      `/tag/daily/activity?${dates()}&tags=${tag}`,
    );
    return all.results.length > 0 ? all : undefined;
  });
  expect(body.results[0]).toMatchObject({
    date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    breakdown: { entities: { [tag]: { metrics: { api_requests: 1 } } } },
  });
  expect(body.metadata).toMatchObject({ total_spend: expect.any(Number), page: 1 });
});
