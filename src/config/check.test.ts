import { expect, test } from 'vitest';
import { describeConfig } from '#config/check.ts';
import { load } from '#config/test-kit.ts';

const TEXT = `model_list:
  - model_name: 要約モデル
    litellm_params: {model: openai/gpt-4.1, api_key: os.environ/OPENAI_API_KEY_東京, rpm: 500}
  - model_name: 要約モデル
    litellm_params: {model: openai/gpt-4.1, api_key: sk-canary, rpm: 30000, api_base: "https://proxy:8443/v1"}
  - model_name: 要約モデル
    litellm_params: {model: openai/gpt-4.1, api_key: os.environ/NONE}
  - model_name: local
    litellm_params: {model: hosted_vllm/llama, api_base: "http://127.0.0.1:8000/v1"}
router_settings: {model_group_alias: {gpt: {model: local, hidden: true}}, caching_groups: []}
litellm_settings: {ssl_verify: false}
`;

test('a table that lines up, what cannot serve and why, and no key', () => {
  const config = load(TEXT, { env: { OPENAI_API_KEY_東京: 'sk-canary' } });
  expect(describeConfig(config)).toBe(
    `GROUP       DEPLOYMENT    MODEL              KEY                  HOST               RPM
要約モデル  東京          openai/gpt-4.1     OPENAI_API_KEY_東京  api.openai.com     500
要約モデル  要約モデル-2  openai/gpt-4.1     config               proxy:8443      30,000
local       local-1       hosted_vllm/llama  none                 127.0.0.1:8000

Strategy    quota-aware
Retries     2, on another deployment where there is one
Master key  none: every client is let in, on loopback only
Aliases     gpt → local (hidden)
TLS         any certificate is accepted (ssl_verify: false)

Cannot serve:
config/main.yaml:7:54 model_list.2.litellm_params.api_key: NONE is not set; set it, or remove the deployment

Warnings:
config/main.yaml:10:75 router_settings.caching_groups: understood, but has no effect yet`,
  );
});
