import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AuthHeaders, Credentials } from '#upstream/credentials.ts';
import { copilotCredentials } from '#upstream/credentials/copilot.ts';
import { TokenService } from '#upstream/credentials/test-kit.ts';

let service: TokenService;

/** A token for half an hour, and where the account is served. */
const granted = (token: string, api?: string): { text: string } => ({
  text: JSON.stringify({
    token,
    expires_at: Math.floor(service.clock.wall() / 1000) + 1800,
    refresh_in: 1500,
    ...(api !== undefined && { endpoints: { api } }),
  }),
});

beforeEach(async () => {
  service = new TokenService();
  service.answer = () => granted(`tid=${service.asked.length}`);
  await service.open();
});
afterEach(() => service.close());

const COMMON = 'https://api.githubcopilot.com';
const CALL = { method: 'POST', origin: COMMON, path: '/', headers: {}, body: '{}' } as const;

const credentialsOf = (key?: string, variables: Record<string, string> = {}): Credentials => {
  const spec = { kind: 'copilot', baseUrl: COMMON, ...(key !== undefined && { key }) } as const;
  const url = `${service.url}/copilot_internal/v2/token`;
  const all = { GITHUB_COPILOT_API_KEY_URL: url, ...variables };
  return service.made(copilotCredentials(spec, service.sources(all)));
};

const headersOf = async (credentials: Credentials, body = '{}'): Promise<AuthHeaders> =>
  credentials.headersFor({ ...CALL, body });

test('an access token is traded for one that serves until it is nearly over', async () => {
  const credentials = credentialsOf('ghu_a');
  credentials.start();
  const [first, second] = await Promise.all([headersOf(credentials), headersOf(credentials)]);
  expect(first).toEqual({ authorization: 'Bearer tid=1', 'x-initiator': 'user' });
  expect(second).toEqual(first);
  expect(service.asked).toHaveLength(1);
  const { method, path, headers } = service.asked[0]!;
  expect([method, path]).toEqual(['GET', '/copilot_internal/v2/token']);
  expect(headers).toMatchObject({
    authorization: 'token ghu_a',
    'editor-version': expect.stringMatching(/^vscode\//),
    'editor-plugin-version': expect.stringMatching(/^copilot\//),
  });
  await service.clock.advance(1_499_000 - 1000);
  expect(service.asked).toHaveLength(1);
  await service.clock.advance(2000);
  await expect.poll(() => service.asked.length).toBe(2);
  await expect
    .poll(() => credentials.headersFor(CALL))
    .toMatchObject({ authorization: 'Bearer tid=2' });
});

test('a token that is over is not sent', async () => {
  const credentials = credentialsOf('ghu_a');
  await headersOf(credentials);
  service.answer = () => ({ status: 503, text: 'down' });
  await service.clock.advance(1_790_000);
  expect(credentials.headersFor(CALL)).toMatchObject({ authorization: 'Bearer tid=1' });
  await service.clock.advance(10_000);
  await expect(headersOf(credentials)).rejects.toThrow('answered with status 503');
});

test('the access token is read where LiteLLM leaves it, anew each time', async () => {
  const credentials = credentialsOf(undefined, { GITHUB_COPILOT_TOKEN_DIR: service.folder });
  const file = join(service.folder, 'access-token');
  await expect(headersOf(credentials)).rejects.toThrow(
    `there is no access token in ${file} (ENOENT); log in once with LiteLLM, which leaves one there, or write api_key`,
  );
  writeFileSync(file, '\n');
  await service.clock.advance(1000);
  await expect(headersOf(credentials)).rejects.toThrow('holds no access token; log in once');
  expect(service.asked).toEqual([]);
  writeFileSync(file, 'ghu_file\n');
  await service.clock.advance(2000);
  await expect.poll(() => service.asked[0]?.headers.authorization).toBe('token ghu_file');
});

test.each([
  ['GITHUB_COPILOT_ACCESS_TOKEN_FILE', { GITHUB_COPILOT_ACCESS_TOKEN_FILE: 'mine' }, '/t/mine'],
  ['the home folder', {}, '/home/me/.config/litellm/github_copilot/access-token'],
])('the file: %s', async (_, more, file) => {
  const folder = Object.keys(more).length > 0 ? { GITHUB_COPILOT_TOKEN_DIR: '/t' } : {};
  const credentials = credentialsOf(undefined, { HOME: '/home/me', ...folder, ...more });
  await expect(headersOf(credentials)).rejects.toThrow(` in ${file} (ENOENT)`);
});

test.each([
  [401, 'the access token is refused; log in once more'],
  [403, 'the account has no Copilot'],
  [404, 'the account has no Copilot'],
  [500, 'its service answered with status 500'],
])(
  'a refusal with %d says what to do, and nothing of the token or the account',
  async (status, said) => {
    service.answer = () => ({ status, text: '{"message":"octocat may not use ghu_secret"}' });
    const failure = headersOf(credentialsOf('ghu_secret'));
    await expect(failure).rejects.toThrow(said);
    await expect(failure).rejects.not.toThrow(/ghu_secret|octocat/);
  },
);

test.each([
  ['no JSON', '<html>', 'status 200 and no token'],
  ['no token', '{"expires_at":9999999999}', 'status 200 and no token'],
  ['a token of two lines', '{"token":"a\\nb","expires_at":9999999999}', 'status 200 and no token'],
  ['a token of the past', '{"token":"a","expires_at":1}', 'one that is over already'],
  ['a token without an end', '{"token":"a"}', 'one that is over already'],
])('%s is no token', async (_, text, said) => {
  service.answer = () => ({ text });
  await expect(headersOf(credentialsOf('ghu_a'))).rejects.toThrow(said);
});

test.each([
  ['https://api.business.githubcopilot.com', 'https://api.business.githubcopilot.com'],
  ['https://copilot-api.acme.ghe.com/', 'https://copilot-api.acme.ghe.com'],
  ['http://api.business.githubcopilot.com', undefined],
  ['https://githubcopilot.com.evil.test', undefined],
  ['https://evilgithubcopilot.com', undefined],
  ['no URL', undefined],
])('a token says where requests go: %s', async (api, origin) => {
  service.answer = () => granted('t', api);
  const credentials = credentialsOf('ghu_a');
  expect(credentials.placeOf?.(COMMON)).toBeUndefined();
  await headersOf(credentials);
  expect(credentials.placeOf?.(COMMON)?.origin).toBe(origin);
  expect(credentials.placeOf?.('https://mine.test')).toBeUndefined();
});

test.each([
  ['{"messages":[{"role":"system","content":"x"},{"role":"user","content":"x"}]}', 'user', false],
  ['{"messages":[{"role":"user"},{"role": "assistant","content":"x"}]}', 'agent', false],
  ['{"messages":[{"role":"tool","tool_call_id":"c","content":"x"}]}', 'agent', false],
  [JSON.stringify({ content: '{"role":"tool","type":"image_url"}' }), 'user', false],
  ['{"content":[{"type":"image_url","image_url":{"url":"https://x"}}]}', 'user', true],
])('what a body says by headers, too: %s', async (body, initiator, hasImages) => {
  const told = await headersOf(credentialsOf('ghu_a'), body);
  expect(told['x-initiator']).toBe(initiator);
  expect(told['copilot-vision-request']).toBe(hasImages ? 'true' : undefined);
});

test("a row's own x-initiator stays", async () => {
  const headers = { 'x-initiator': 'agent' };
  const told = await credentialsOf('ghu_a').headersFor({ ...CALL, headers });
  expect(told).not.toHaveProperty('x-initiator');
});
