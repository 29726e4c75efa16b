import { describe, expect, test } from 'vitest';
import { deploymentId } from '#config/deployment-id.ts';
import { errorsOf, load, warningsOf } from '#config/test-kit.ts';

const LIST = `credential_list:
  - credential_name: mine
    credential_values: {api_key: os.environ/KEY, api_base: "https://v.example/v1", rpm: 7}
    credential_info: {custom_llm_provider: openai}
`;
const rowOf = (params: string): string =>
  `model_list:\n  - model_name: m\n    litellm_params: {model: openai/gpt-4.1, ${params}}\n`;
const NAMED = 'litellm_credential_name: mine';
const env = { KEY: 'sk-lent', OPENAI_API_KEY: 'sk-of-the-environment' };

describe('a row that names a credential', () => {
  test('has what it lends, and says where its key is from', () => {
    const { deployments, credentials } = load(rowOf(NAMED) + LIST, { env });
    expect(deployments[0]).toMatchObject({
      apiKey: 'sk-lent',
      apiKeySource: 'KEY',
      apiBase: 'https://v.example/v1',
      rpm: 7,
      credential: 'mine',
    });
    expect(deployments[0]!.defaults).toEqual({});
    expect(credentials).toEqual([
      {
        name: 'mine',
        values: { api_key: 'sk-lent', api_base: 'https://v.example/v1', rpm: 7 },
        info: { custom_llm_provider: 'openai' },
        isStored: false,
      },
    ]);
  });

  test('keeps what it says itself, also where the variable that it names is not set', () => {
    const [own] = load(rowOf(`${NAMED}, api_key: sk-own, rpm: 9`) + LIST, { env }).deployments;
    expect(own).toMatchObject({ apiKey: 'sk-own', rpm: 9, apiBase: 'https://v.example/v1' });
    const errors = errorsOf(rowOf(`${NAMED}, api_key: os.environ/UNSET`) + LIST, { env });
    expect(errors.join()).toContain('litellm_params.api_key: UNSET is not set');
  });

  test('has the id that it would have with another key, as in LiteLLM', () => {
    const [row] = load(rowOf(NAMED) + LIST, { env }).deployments;
    const params = { model: 'openai/gpt-4.1', litellm_credential_name: 'mine' };
    expect(row!.id).toBe(deploymentId('m', params, () => false));
  });

  test('that there is not spends no other key', () => {
    const errors = errorsOf(rowOf('litellm_credential_name: other') + LIST, { env });
    expect(errors[0]).toContain('the deployment of "m" cannot serve');
    expect(errors[1]).toContain('litellm_credential_name: there is no credential "other"');
  });

  test('that the store may have waits for it', () => {
    const text = `${rowOf('litellm_credential_name: other')}general_settings: {store_model_in_db: true}\n`;
    const { deployments, unusable } = load(text, { env });
    expect(deployments).toEqual([]);
    expect(unusable.map(({ reason }) => reason.path)).toEqual([
      'model_list.0.litellm_params.litellm_credential_name',
    ]);
  });

  test('whose variable is not set cannot serve', () => {
    const errors = errorsOf(rowOf(NAMED) + LIST, { env: { OPENAI_API_KEY: 'sk-other' } });
    expect(errors[1]).toContain('litellm_params.api_key: KEY is not set');
  });
});

describe('credential_list', () => {
  test.each([
    ['credential_list: mine', 'credential_list: expected a list of credentials'],
    ['credential_list: [{credential_values: {}}]', 'credential_list.0.credential_name: missing'],
    [
      'credential_list: [{credential_name: a, credential_values: {api_key: 5}}]',
      'credential_list.0.credential_values.api_key: expected a text, found a number',
    ],
    ['credential_list: [{credential_name: a}]', 'credential_list.0.credential_values: missing'],
  ])('%s', (section, message) => {
    expect(errorsOf(`${rowOf('api_key: k')}${section}\n`).join()).toContain(message);
  });

  test('of an included file adds to that of the file; of one name the first holds', () => {
    const text = `include: [more.yaml]\n${rowOf('litellm_credential_name: theirs')}${LIST}`;
    const more = `credential_list:
  - {credential_name: theirs, credential_values: {api_key: sk-theirs}}
  - {credential_name: mine, credential_values: {api_key: sk-second}}
`;
    const options = { env, files: { 'config/more.yaml': more } };
    expect(load(text, options).deployments[0]).toMatchObject({ apiKey: 'sk-theirs' });
    expect(load(text, options).credentials.map(({ values }) => values['api_key'])).toEqual([
      'sk-lent',
      'sk-theirs',
    ]);
    expect(warningsOf(text, options)).toEqual([
      expect.stringContaining('another credential has this name too'),
    ]);
  });

  test('is known to be nothing that has no effect', () => {
    expect(warningsOf(rowOf(NAMED) + LIST, { env })).toEqual([]);
  });
});

test('a row that is blocked is loaded, and says so', () => {
  const text = `${rowOf('api_key: k')}    model_info: {blocked: true}\n`;
  expect(load(text).deployments[0]).toMatchObject({ isBlocked: true });
});
