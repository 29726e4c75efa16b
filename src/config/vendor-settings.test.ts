import { describe, expect, test } from 'vitest';
import type { Deployment } from '#config/loaded.ts';
import { errorsOf, load, warningsOf } from '#config/test-kit.ts';

const row = (params: string): string =>
  `model_list:\n  - model_name: m\n    litellm_params: {model: vertex_ai/gemini-2.5-pro, ${params}}\n`;

const one = (params: string, env: Record<string, string> = {}): Deployment | undefined =>
  load(row(params), { env }).deployments[0];

describe('parameters that only one vendor has', () => {
  test('are read, and go into no body', () => {
    const text = 'vertex_project: p-1, vertex_location: global, vertex_credentials: /key.json';
    expect(one(text)).toMatchObject({
      settings: {
        vertex_project: 'p-1',
        vertex_location: 'global',
        vertex_credentials: '/key.json',
      },
      apiBase: 'https://aiplatform.googleapis.com',
      defaults: {},
    });
    expect(one(text)).not.toHaveProperty('apiKey');
    expect(warningsOf(row(text))).toEqual([]);
  });

  test('come from the vendor’s variables where a row has none', () => {
    const env = {
      GOOGLE_CLOUD_PROJECT: 'p-2',
      VERTEXAI_LOCATION: 'us-east5',
      GOOGLE_APPLICATION_CREDENTIALS: '/adc.json',
      KEY: '{"type":"service_account"}',
    };
    expect(one('vertex_credentials: os.environ/KEY', env)).toMatchObject({
      settings: {
        vertex_project: 'p-2',
        vertex_location: 'us-east5',
        vertex_credentials: '{"type":"service_account"}',
      },
      apiBase: 'https://us-east5-aiplatform.googleapis.com',
    });
    expect(one('', env)?.settings['vertex_credentials']).toBe('/adc.json');
  });

  test.each([
    ['vertex_project: p', 'https://us-central1-aiplatform.googleapis.com'],
    ['vertex_project: p, vertex_location: eu', 'https://aiplatform.eu.rep.googleapis.com'],
    ['vertex_project: p, api_base: "http://proxy.test/x"', 'http://proxy.test/x'],
    ['api_key: k', 'https://us-central1-aiplatform.googleapis.com'],
  ])('with %s it is reached at %s', (params, base) => {
    expect(one(params)?.apiBase).toBe(base);
  });

  test.each([
    [
      'vertex_location: global',
      'there is no project; write vertex_project, or set VERTEXAI_PROJECT',
    ],
    ['vertex_project: "p/../q"', 'there is no project'],
    ['vertex_project: p, vertex_location: evil.test/', 'this names no location'],
  ])('%s: what is missing is said', (params, message) => {
    expect(errorsOf(row(params))[1]).toContain(message);
  });
});
