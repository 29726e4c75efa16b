import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '#core/log.ts';
import { sealOf } from '#keys/seal.ts';
import { Windows } from '#keys/windows.ts';
import { tokenOf } from '#keys/secret.ts';
import { credentialOfBody } from '#server/models/credential-rows.ts';
import { modelOfBody } from '#server/models/model-rows.ts';
import { openSqlite } from '#store/sqlite/open.ts';
import { hasPostgres, startPostgres, type TestPostgres } from '#store/postgres/test-kit.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { spillway } from './kit/program.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const KEY = 'sk-from-litellm-1234';

/** What LiteLLM keeps of a model, closed with this salt key. */
const SALT_KEY = 'sk-litellm-salt-key-1234';
const CLOSED = {
  model: 'CLNsr8jFCLQb7xvp9vkE7YUKrgnR41OB1TNSno-Kn8WChzMgSU2r7DG0E-BELf47HgR2hGND',
  api_key: 'tPEIMrHS9909FXCnl1sx57NE2dm_hxQcJ1NDnNp7ChqihWlWLhfjx6Mnx99vYRQSO-UWtwB69_c=',
  api_base:
    'JOTK0mhijcyXZPj3S26FFzeDtI1xNhhSCm6nZ6eC5S-o7x26VHO84l__2AHEFomPm9gJ_4KX05lNUIjjKYNYbMbJ',
  rpm: 60,
  organization: null,
};
const CLOSED_ELSEWHERE = 'CLNsr8jFCLQb7xvp9vkE7YUKrgnR41OB1TNSno-Kn8WChzMgSU2r7DG0E-BELf47HgR2hGNE';

/** The columns that matter here, as LiteLLM's own migrations make them. */
const SCHEMA = `
create table "LiteLLM_VerificationToken" (token text primary key, key_name text, key_alias text,
  spend float8 not null default 0, expires timestamp(3), models text[] not null default '{}',
  aliases jsonb not null default '{}', user_id text, team_id text, max_parallel_requests int,
  metadata jsonb not null default '{}', blocked boolean, tpm_limit bigint, rpm_limit bigint,
  max_budget float8, budget_duration text, budget_reset_at timestamp(3), budget_id text,
  model_max_budget jsonb not null default '{}', created_at timestamp(3));
create table "LiteLLM_TeamTable" (team_id text primary key, team_alias text, admins text[],
  members text[], members_with_roles jsonb not null default '{}', spend float8 not null default 0,
  max_budget float8, budget_duration text, models text[] not null default '{}', model_id int,
  blocked boolean not null default false, metadata jsonb not null default '{}');
create table "LiteLLM_UserTable" (user_id text primary key, user_role text, user_email text,
  spend float8 not null default 0, max_budget float8, models text[] not null default '{}',
  password text);
create table "LiteLLM_BudgetTable" (budget_id text primary key, max_budget float8,
  budget_duration text, rpm_limit bigint, budget_reset_at timestamp(3));
create table "LiteLLM_TeamMembership" (user_id text, team_id text, spend float8, budget_id text);
create table "LiteLLM_EndUserTable" (user_id text primary key, alias text, spend float8,
  budget_id text, blocked boolean not null default false);
create table "LiteLLM_ProxyModelTable" (model_id text primary key, model_name text,
  litellm_params jsonb, model_info jsonb, created_at timestamp(3), created_by text);
create table "LiteLLM_CredentialsTable" (credential_id text primary key, credential_name text unique,
  credential_values jsonb, credential_info jsonb, created_by text);
create table "LiteLLM_SpendLogs" (request_id text primary key, call_type text, api_key text,
  spend float8, total_tokens int, prompt_tokens int, completion_tokens int,
  "startTime" timestamp(3), "endTime" timestamp(3), "completionStartTime" timestamp(3), model text,
  model_id text, model_group text, custom_llm_provider text, "user" text, team_id text,
  end_user text, request_tags jsonb, status text, session_id text, metadata jsonb);
insert into "LiteLLM_VerificationToken" (token, key_name, key_alias, spend, models, team_id, user_id,
  metadata, rpm_limit, max_budget, budget_duration) values ('${tokenOf(KEY)}', 'sk-...1234', 'old',
  12.5, '{gpt-4.1}', 'team', 'ann', '{"tags": ["t"], "model_rpm_limit": {"gpt-4.1": 5}}', 100, 30, '30d');
insert into "LiteLLM_VerificationToken" (token, spend) values ('not-a-hash', 0);
insert into "LiteLLM_TeamTable" (team_id, members_with_roles, spend, max_budget, metadata) values
  ('team', '[{"role": "admin", "user_id": "ann"}, {"role": "user", "user_id": "bob"}]', 20, 100,
  '{"team_member_budget_id": "each", "tags": ["ours"], "note": "x"}');
insert into "LiteLLM_UserTable" (user_id, user_role, password) values ('ann', 'org_admin', 'secret');
insert into "LiteLLM_BudgetTable" values ('small', 1, '1d', 3, null),
  ('each', 4, '7d', null, null), ('over', 9, '30d', null, now() - interval '1 hour');
insert into "LiteLLM_TeamMembership" values ('ann', 'team', 0.5, 'small'), ('bob', 'team', 3, 'each');
insert into "LiteLLM_EndUserTable" (user_id, spend, budget_id, blocked) values
  ('eve', 1, 'small', true), ('joe', 2, 'small', false), ('kim', 3, 'over', false);
insert into "LiteLLM_ProxyModelTable" (model_id, model_name, litellm_params, model_info) values
  ('m', 'gpt-4.1', '${JSON.stringify(CLOSED)}', '{"id": "m", "db_model": true, "mode": "chat"}'),
  ('n', 'odd', '{"model": "${CLOSED_ELSEWHERE}"}', '{}');
insert into "LiteLLM_CredentialsTable" values
  ('c1', 'shared', '{"api_key": "${CLOSED.api_key}"}', '{"description": "ours"}', 'x'),
  ('c2', 'odd', '{"api_key": "${CLOSED_ELSEWHERE}"}', null, 'x');
insert into "LiteLLM_SpendLogs" (request_id, call_type, api_key, spend, prompt_tokens,
  completion_tokens, "startTime", "endTime", model, model_group, "user", status, request_tags)
  select 'r' || n, 'acompletion', '${tokenOf(KEY)}', 0.25, 10, 5, now() - interval '1 hour',
  now() - interval '59 minutes', 'gpt-4.1', 'gpt-4.1', 'ann', 'success', '["x"]'
  from generate_series(1, 2500) n;
update "LiteLLM_SpendLogs" set session_id = 'talk', metadata = '{"error_information": {"error_code": "429",
  "error_class": "RateLimitError", "error_message": "Too many of sk-vendor-secret-0123456789."}}'
  where request_id = 'r7';
`;

describe.skipIf(!hasPostgres)('migrate (skipped where no Postgres is installed)', () => {
  let server: TestPostgres;
  let folder: string;
  beforeAll(async () => {
    server = await startPostgres();
    folder = await mkdtemp(join(tmpdir(), 'spillway-migrate-'));
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const env = { LITELLM_SALT_KEY: SALT_KEY };
  const migrate = (...more: string[]) =>
    spillway(['migrate', '--from-litellm', server.url, '--data-dir', folder, ...more], env).ended;

  it('refuses a database that it does not know, with what it found', async () => {
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query('create table "LiteLLM_Odd" (id text)');
    const { code, err } = await migrate();
    expect(code).toBe(1);
    expect(err).toMatch(/LiteLLM_VerificationToken.* is missing\. Found: LiteLLM_Odd\./);
    await client.query('drop table "LiteLLM_Odd"');
    await client.query(SCHEMA);
    await client.end();
  });

  it('takes over what there is, and changes nothing there', async () => {
    const look = await migrate('--dry-run');
    const counts =
      '1 keys, 1 teams, 1 users, 3 end users, 3 budgets, 1 stored models, 1 credentials';
    expect(look.out).toContain(counts);
    expect(look.out).toMatch(/left out: model n \(odd\): .*another salt key/);
    expect(look.out).toMatch(/left out: credential odd: .*another salt key/);
    expect(look.out).toMatch(/left out: key not-a-hash: its token is no SHA-256/);
    const other = await startPostgres();
    expect((await migrate('--dry-run', '--to-database', other.url)).code).toBe(0);
    const looked = new pg.Client(other.url);
    await looked.connect();
    const schemas = `select 1 from information_schema.schemata where schema_name = 'spillway'`;
    expect((await looked.query(schemas)).rows).toEqual([]);
    await looked.end();
    await other.close();
    const first = await migrate();
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain('2500 records of spend taken');
    // Again: nothing counts twice.
    expect((await migrate()).code).toBe(0);
    let store = await openSqlite({ folder, clock: { wall: () => Date.now() }, log: silentLog });
    expect(await store.spend.count({})).toBe(2_500);
    const page = { limit: 2, offset: 0 };
    const failed = await store.spend.list({ errorCode: 429, sessionPart: 'talk' }, page);
    expect(failed.map(({ id, more }) => [id, more['error']])).toEqual([
      ['r7', { code: 'RateLimitError', message: 'Too many of [key].', status: 429 }],
    ]);
    expect(await store.shelves.keys.all()).toHaveLength(1);
    expect(JSON.stringify(await store.shelves.users.all())).not.toContain('secret');
    const [model, ...others] = await store.shelves.models.all();
    expect(others).toEqual([]);
    expect(JSON.stringify(model)).not.toMatch(/secret|openai/);
    expect(modelOfBody(model!, sealOf(SALT_KEY))).toEqual({
      id: 'm',
      name: 'gpt-4.1',
      params: {
        model: 'openai/gpt-4.1',
        api_key: 'sk-vendor-secret',
        api_base: 'https://api.example.com/v1',
        rpm: 60,
      },
      info: { mode: 'chat' },
      stamps: {},
    });
    const [credential, ...more] = await store.shelves.credentials.all();
    expect(more).toEqual([]);
    expect(JSON.stringify(credential)).not.toContain('sk-vendor');
    expect(credentialOfBody(credential!, sealOf(SALT_KEY))).toEqual({
      name: 'shared',
      values: { api_key: 'sk-vendor-secret' },
      info: { description: 'ours' },
      stamps: {},
    });
    // What was spent counts in the window that runs, wherever its days and months begin.
    const [key] = await store.shelves.keys.all();
    const spentSince = async () =>
      (await store.spend.paid())
        .filter(({ kind, id, sinceMs }) => kind === 'key' && id === key!.id && sinceMs > 0)
        .map(({ sinceMs, nanos }) => [sinceMs, nanos]);
    // Also where the window is that of a budget which they name; one that is over is not.
    const running = (await store.spend.paid()).filter(({ sinceMs }) => sinceMs > 0);
    const windowOf = (name: string) =>
      running.filter(({ id }) => id === name).map(({ kind, nanos }) => [kind, nanos]);
    expect(windowOf('joe')).toEqual([['end_user', 2e9]]);
    expect(windowOf('kim')).toEqual([]);
    expect(windowOf('team:ann')).toEqual([['member', 0.5e9]]);
    expect(windowOf('team:bob')).toEqual([['member', 3e9]]);
    const monthIn = (zone: string): number => new Windows(zone).at('30d', Date.now()).startMs;
    expect(await spentSince()).toEqual([[monthIn('UTC'), 12.5e9]]);
    await store.close();
    expect((await migrate('--time-zone', 'Asia/Tokyo')).code).toBe(0);
    store = await openSqlite({ folder, clock: { wall: () => Date.now() }, log: silentLog });
    expect(await spentSince()).toContainEqual([monthIn('Asia/Tokyo'), 12.5e9]);
    await store.close();
    expect((await migrate('--time-zone', 'Tokyo')).err).toContain('such as Asia/Tokyo');
    const client = new pg.Client(server.url);
    await client.connect();
    const { rows } = await client.query<{ many: string }>(
      `select count(*) as many from information_schema.schemata where schema_name = 'spillway'`,
    );
    expect(Number(rows[0]!.many)).toBe(0);
    await client.end();
  });

  it('can be planned with: its last week is replayed', async () => {
    const config = join(folder, 'config.yaml');
    const params = '{model: openai/gpt-4.1, api_key: sk-x, rpm: 60}';
    await writeFile(config, `model_list:\n  - {model_name: gpt-4.1, litellm_params: ${params}}\n`);
    const planned = ['plan', '-c', config, '--from-litellm', server.url, '--json'];
    const { code, out, err } = await spillway(planned).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('2500');
    const neither = await spillway(['plan', '-c', config]).ended;
    expect(neither.err).toContain('Name one of --traffic FILE and --from-litellm URL');
  });

  it('keeps keys good, with their limits and what they have spent', async () => {
    const upstream = await startUpstream(answer);
    const base = configOf([deployment('PJ1', upstream.url)]);
    const config = { ...base, keeping: { ...base.keeping, saltKey: SALT_KEY } };
    const gateway = await startGateway(config, undefined, { folder });
    try {
      const authorization = `Bearer ${KEY}`;
      expect((await gateway.chat({}, { authorization })).status).toBe(200);
      expect((await gateway.chat({ model: 'other' }, { authorization })).status).toBe(401);
      const blocked = await gateway.chat({ user: 'eve' }, { authorization });
      expect(blocked.status).toBe(401);
      const reply = await fetch(`${gateway.url}/key/info`, { headers: { authorization } });
      expect(await reply.json()).toMatchObject({
        info: {
          key_alias: 'old',
          spend: 12.5,
          max_budget: 30,
          rpm_limit: 100,
          tags: ['t'],
          model_rpm_limit: { 'gpt-4.1': 5 },
          team_id: 'team',
        },
      });
      const team = gateway.keeping!.directory.teams.get('team');
      expect(team).toMatchObject({
        members_with_roles: [
          { user_id: 'ann', role: 'admin' },
          { user_id: 'bob', role: 'user' },
        ],
        // What each may have is the team's to say, and no one's own.
        team_member_budget: 4,
        team_member_budget_duration: '7d',
        tags: ['ours'],
        metadata: { note: 'x' },
      });
      expect(team?.member_allowances).toEqual({
        ann: expect.objectContaining({ max_budget: 1, budget_duration: '1d', rpm_limit: 3 }),
      });
      expect(gateway.keeping!.directory.users.get('ann')?.user_role).toBe('internal_user_viewer');
    } finally {
      await gateway.close();
      await upstream.close();
    }
  });
});
