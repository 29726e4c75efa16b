import { describe, expect, test } from 'vitest';
import { findProvider } from '#providers/index.ts';
import { createTarget, type TargetSpec } from '#upstream/target.ts';

const spec = (apiBase: string, more: Partial<TargetSpec> = {}): TargetSpec => ({
  name: 'A',
  id: 'a',
  group: 'm',
  model: 'my-gpt',
  apiKey: 'sk-secret-a',
  apiBase,
  extraHeaders: {},
  defaults: {},
  ...more,
});

const pathOf = (provider: string, apiBase: string, more: Partial<TargetSpec> = {}) =>
  createTarget(findProvider(provider)!, spec(apiBase, more)).pathOf('chat', {
    model: more.model ?? 'my-gpt',
    stream: false,
  });

describe('where a chat request goes', () => {
  test.each([
    ['https://x.test', '/chat/completions'],
    ['https://x.test/v1/', '/v1/chat/completions'],
    ['https://x.test/v1?tenant=a', '/v1/chat/completions?tenant=a'],
  ])('below %s', (base, path) => {
    expect(pathOf('openai', base)).toBe(path);
  });

  test.each<[string, string | undefined, string, string]>([
    ['https://x.test', '2024-10-21', 'my-gpt', '/my-gpt/chat/completions?api-version=2024-10-21'],
    ['https://x.test', undefined, 'a', '/a/chat/completions?api-version=2025-02-01-preview'],
    ['https://x.test', '1', 'ö/../&?', '/%C3%B6%2F..%2F%26%3F/chat/completions?api-version=1'],
    ['https://x.test', '1&a=b', 'a', '/a/chat/completions?api-version=1%26a%3Db'],
    ['https://x.test', '1', 'gpt5_series/a', '/a/chat/completions?api-version=1'],
    ['https://x.test/?t=1', '1', 'a', '/a/chat/completions?api-version=1&t=1'],
  ])('below %s by version %s for deployment %s', (base, apiVersion, model, path) => {
    const version = apiVersion === undefined ? {} : { apiVersion };
    expect(pathOf('azure', base, { model, ...version })).toBe(`/openai/deployments${path}`);
  });

  test.each([
    ['https://x.test', 'v1', '/openai/v1/chat/completions'],
    ['https://x.test/', 'latest', '/openai/v1/chat/completions'],
    ['https://x.test/hub', 'preview', '/hub/openai/v1/chat/completions?api-version=preview'],
  ])('below %s by version %s for all deployments', (base, apiVersion, path) => {
    expect(pathOf('azure', base, { apiVersion })).toBe(path);
  });

  test.each<[string, string, string | undefined, string]>([
    ['azure', 'https://x.test/openai/v1', undefined, '/openai/v1/chat/completions'],
    ['azure_ai', 'https://x.services.ai.azure.com', '1', '/models/chat/completions?api-version=1'],
    ['azure_ai', 'https://x.services.ai.azure.com/openai/v1', '1', '/openai/v1/chat/completions'],
    [
      'azure_ai',
      'https://x.services.ai.azure.com/models',
      '1',
      '/models/chat/completions?api-version=1',
    ],
    ['azure_ai', 'https://x.eastus2.models.ai.azure.com', undefined, '/v1/chat/completions'],
  ])('%s takes a base URL at its word: %s', (provider, base, apiVersion, path) => {
    const version = apiVersion === undefined ? {} : { apiVersion };
    expect(pathOf(provider, base, version)).toBe(path);
  });

  test.each([
    ['anthropic', '', '/v1/messages'],
    ['anthropic', '/v1', '/v1/messages'],
    ['anthropic', '/proxy/v1/messages/', '/proxy/v1/messages'],
    ['anthropic', '/v10', '/v10/v1/messages'],
    ['azure_ai', '', '/anthropic/v1/messages'],
    ['azure_ai', '/anthropic', '/anthropic/v1/messages'],
    ['azure_ai', '/anthropic/v1/messages', '/anthropic/v1/messages'],
  ])('what a base URL has of the path is not said twice: %s, %s', (provider, base, path) => {
    const target = spec(`https://x.services.ai.azure.com${base}`, { model: 'claude-opus-5' });
    const call = { model: 'claude-opus-5', stream: true };
    expect(
      createTarget(findProvider(provider)!, target).conversationAt('openai-chat', call),
    ).toEqual({ path, dialect: 'anthropic-messages' });
  });

  const CLAUDE = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
  const ARN = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/ab12';
  test.each<[string, boolean, string]>([
    [CLAUDE, false, `${encodeURIComponent(CLAUDE)}/converse`],
    [`us.${CLAUDE}`, true, `us.${encodeURIComponent(CLAUDE)}/converse-stream`],
    [`converse/${CLAUDE}`, false, `${encodeURIComponent(CLAUDE)}/converse`],
    [`us-gov-east-1/${CLAUDE}`, false, `${encodeURIComponent(CLAUDE)}/converse`],
    [`converse/${ARN}`, true, `${encodeURIComponent(ARN)}/converse-stream`],
  ])('the model %s has a path of its own, streamed: %s', (model, stream, path) => {
    const target = createTarget(findProvider('bedrock')!, spec('https://x.test'));
    expect(target.pathOf('chat', { model, stream })).toBe(`/model/${path}`);
  });
});

test('a secret in a parameter is concealed in what a vendor says', () => {
  const settings = { aws_region_name: 'us-east-1', aws_secret_access_key: 'a-long-secret' };
  const target = createTarget(findProvider('bedrock')!, spec('https://x.test', { settings }));
  expect(target.concealed.keys).toEqual(['sk-secret-a', 'a-long-secret']);
});

test.each([
  ['short', { apiKey: 'ab12' }, ['ab12']],
  ['of letters alone', { apiKey: 'hunter' }, ['hunter']],
  ['too short for one', { apiKey: 'abc' }, []],
  ['that stands for none', { apiKey: 'EMPTY' }, []],
  ['in a header', { apiKey: 'none', extraHeaders: { 'X-Auth': 'ab12' } }, ['ab12']],
  ['in no header of that name', { apiKey: 'none', extraHeaders: { 'x-team': 'blue' } }, []],
])('a secret %s is concealed where it is one', (_, more, concealed) => {
  const target = createTarget(findProvider('openai')!, spec('https://x.test', more));
  expect(target.concealed.keys).toEqual(concealed);
});

test('the key goes where the vendor looks for it', () => {
  const headers = (name: string) =>
    createTarget(findProvider(name)!, spec('https://x.test')).headers;
  expect(headers('openai')).toMatchObject({ authorization: 'Bearer sk-secret-a' });
  expect(headers('azure')).toMatchObject({ 'api-key': 'sk-secret-a' });
  expect(headers('azure')).not.toHaveProperty('authorization');
  expect(headers('azure_ai')).toMatchObject({ authorization: 'Bearer sk-secret-a' });
  const ownHost = spec('https://x.services.ai.azure.com');
  expect(createTarget(findProvider('azure_ai')!, ownHost).headers).toMatchObject({
    'api-key': 'sk-secret-a',
  });
});

describe('where a response is asked for', () => {
  const conversation = (provider: string, base: string, more: Partial<TargetSpec> = {}) => {
    const target = createTarget(findProvider(provider)!, spec(base, more));
    const { path, dialect } = target.conversationAt('openai-responses', {
      model: 'my-gpt',
      stream: false,
    })!;
    return `${dialect} ${path}`;
  };

  test.each<[string, string, Partial<TargetSpec>, string]>([
    ['openai', 'https://x.test/v1', {}, 'openai-responses /v1/responses'],
    ['openai', 'https://x.test/v1', { speaks: 'chat' }, 'openai-chat /v1/chat/completions'],
    ['groq', 'https://x.test/v1', {}, 'openai-chat /v1/chat/completions'],
    ['azure', 'https://x.test', { apiVersion: 'v1' }, 'openai-responses /openai/v1/responses'],
    ['azure', 'https://x.test/openai/v1', {}, 'openai-responses /openai/v1/responses'],
    [
      'azure',
      'https://x.test',
      { apiVersion: '2025-03-01-preview' },
      'openai-responses /openai/responses?api-version=2025-03-01-preview',
    ],
    [
      'azure',
      'https://x.test',
      {},
      'openai-chat /openai/deployments/my-gpt/chat/completions?api-version=2025-02-01-preview',
    ],
  ])('%s, %s, %j: %s', (provider, base, more, place) => {
    expect(conversation(provider, base, more)).toBe(place);
  });

  test('a model that is asked for responses only is so by everybody', () => {
    const target = createTarget(
      findProvider('openai')!,
      spec('https://x.test/v1', { speaks: 'responses' }),
    );
    expect(target.conversationAt('openai-chat', { model: 'm', stream: true })).toEqual({
      path: '/v1/responses',
      dialect: 'openai-responses',
    });
  });
});

describe('at Vertex', () => {
  const at = (model: string, stream: boolean, more: Partial<TargetSpec> = {}) => {
    const settings = { vertex_project: 'p-1', vertex_location: 'europe-west4' };
    const target = createTarget(
      findProvider('vertex_ai')!,
      spec('https://europe-west4-aiplatform.googleapis.com', { model, settings, ...more }),
    );
    return target.conversationAt('openai-chat', { model, stream });
  };
  const HOME = '/v1beta1/projects/p-1/locations/europe-west4';

  test.each([
    ['gemini-2.5-pro', false, 'gemini', '/publishers/google/models/gemini-2.5-pro:generateContent'],
    [
      'gemini-2.5-pro',
      true,
      'gemini',
      '/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    ],
    ['gemini/4711', false, 'gemini', '/endpoints/4711:generateContent'],
    [
      'claude-sonnet-4-5@20250929',
      false,
      'anthropic-messages',
      '/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict',
    ],
    [
      'claude-sonnet-4-5',
      true,
      'anthropic-messages',
      '/publishers/anthropic/models/claude-sonnet-4-5:streamRawPredict',
    ],
    ['meta/llama-4-maas', true, 'openai-chat', '/endpoints/openapi/chat/completions'],
  ])('%s, streamed: %s, speaks %s', (model, stream, dialect, path) => {
    expect(at(model, stream)).toMatchObject({ dialect, path: `${HOME}${path}` });
  });

  test('a key without a project, and another version', () => {
    const { path } = at('gemini-2.5-pro', false, { settings: {}, apiVersion: 'v1' })!;
    expect(path).toBe('/v1/publishers/google/models/gemini-2.5-pro:generateContent');
  });

  test('Claude is named in the path, and its version in the body', () => {
    const body = { model: 'claude-sonnet-4-5', max_tokens: 5, stream: true };
    expect(at('claude-sonnet-4-5', true)!.amend!(body)).toEqual({
      anthropic_version: 'vertex-2023-10-16',
      max_tokens: 5,
      stream: true,
    });
    expect(at('gemini-2.5-pro', true)!.amend!(body)).toBe(body);
  });
});

test('a key that is traded is in no header, and is concealed', () => {
  const more = { apiKey: 'ghu_secret' };
  const target = createTarget(findProvider('github_copilot')!, spec('https://x.test', more));
  expect(JSON.stringify(target.headers)).not.toContain('ghu_secret');
  expect(target.concealed.keys).toEqual(['ghu_secret']);
});
