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
});

test('the key goes where the vendor looks for it', () => {
  const headers = (name: string) =>
    createTarget(findProvider(name)!, spec('https://x.test')).headers;
  expect(headers('openai')).toMatchObject({ authorization: 'Bearer sk-secret-a' });
  expect(headers('azure')).toMatchObject({ 'api-key': 'sk-secret-a' });
  expect(headers('azure')).not.toHaveProperty('authorization');
});
