import { expect, test } from 'vitest';
import { describeConfig } from '#config/check.ts';
import { load } from '#config/test-kit.ts';
import { providers } from '#providers/index.ts';

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
    `GROUP       DEPLOYMENT    MODEL              SPOKEN       KEY                  HOST               RPM
要約モデル  東京          openai/gpt-4.1     openai-chat  OPENAI_API_KEY_東京  api.openai.com     500
要約モデル  要約モデル-2  openai/gpt-4.1     openai-chat  config               proxy:8443      30,000
local       local-1       hosted_vllm/llama  openai-chat  no key               127.0.0.1:8000

Strategy    quota-aware
Retries     2, on another deployment where there is one
Waiting     up to 30 s for quota
Limits      rpm and tpm are shares of the traffic; the ceilings are those that vendors tell
Master key  none: every client is let in, on loopback only
Aliases     gpt → local (hidden)
TLS         any certificate is accepted (ssl_verify: false)

Cannot serve:
config/main.yaml:7:54 model_list.2.litellm_params.api_key: NONE is not set; set it, or remove the deployment

Warnings:
config/main.yaml:10:75 router_settings.caching_groups: understood, but has no effect yet`,
  );
});

test('what limits come to, pools, ceilings, fallbacks, tags and order', () => {
  const config = load(`model_list:
  - model_name: gpt
    litellm_params: {model: openai/gpt, api_key: k1, tpm: 30000, quota_pool: acme, order: 1, tags: [eu, fast]}
  - model_name: gpt
    litellm_params: {model: openai/gpt, api_key: k2, tpm: 30000, rpm: 500, quota_pool: acme}
  - model_name: gpt
    litellm_params: {model: openai/gpt, api_key: k3, tpm: 30000, quota_pool: acme, max_parallel_requests: 4}
  - model_name: nested
    litellm_params: {model: openai/n, api_key: k1, quota_pool: [org, one]}
  - model_name: nested
    litellm_params: {model: openai/n, api_key: k2, quota_pool: [org, two]}
  - model_name: apart
    litellm_params: {model: openai/a, api_key: k1, tpm: 10}
  - model_name: apart
    litellm_params: {model: openai/a, api_key: k2, tpm: 20}
  - model_name: twice
    litellm_params: {model: openai/t, api_key: k1, rpm: 7, tpm: 1}
  - model_name: twice
    litellm_params: {model: openai/t, api_key: k1, rpm: 7}
  - model_name: silent
    litellm_params: {model: openai/s, api_key: k1, quota_pool: quiet}
  - model_name: silent
    litellm_params: {model: openai/s, api_key: k2, quota_pool: quiet}
router_settings:
  routing_strategy: least-busy
  optional_pre_call_checks: [enforce_model_rate_limits]
  fallbacks: [{gpt: [nested, {model: apart, temperature: 0}]}, {nested: [apart]}]
  default_fallbacks: [silent]
  context_window_fallbacks: [{gpt: [nested]}]
spillway_settings:
  queue: {wait_s: 0}
  quota_pools:
    org: {tpm: 1000, rpd: 5000, max_parallel: 20}
    one: {tpm: 800, rpd: 5000, window: sliding}
    two: {tpm: 800}
`);
  const [, lines, sums, pools] = describeConfig(config).split('\n\n');
  expect(describeConfig(config)).toContain('PARALLEL  ORDER  TAGS');
  expect(lines).toBe(`Strategy    least-busy
Retries     2, on another deployment where there is one
Waiting     never: out of quota is refused at once
Limits      rpm and tpm are ceilings (enforce_model_rate_limits)
Fallbacks   gpt → nested, apart (with its own temperature); nested → apart; * → silent
  too long  gpt → nested
Master key  none: every client is let in, on loopback only`);
  expect(sums).toBe(`Capacity:
gpt     3 keys, 1 quota pool (acme): 500 RPM, 30,000 TPM, not 1,500 RPM, 90,000 TPM
nested  2 keys, 1 quota pool (org): 1,000 TPM, 5,000 RPD, not 1,600 TPM
apart   2 keys, 2 quota pools: 30 TPM
twice   1 key, 1 quota pool: 7 RPM, not 14 RPM
silent  2 keys, 1 quota pool (quiet); limits are those that vendors tell`);
  expect(pools).toBe(
    `QUOTA POOL  WITHIN  CEILINGS                                              DEPLOYMENTS
org                 1,000 TPM, 5,000 RPD, 20 calls at once                nested-1, nested-2
one         org     800 TPM (sliding window), 5,000 RPD (sliding window)  nested-1
two         org     800 TPM                                               nested-2
acme                500 RPM, 30,000 TPM                                   gpt-1, gpt-2, gpt-3
quiet               none stated                                           silent-1, silent-2`,
  );
});

test('a vendor that gives each deployment limits of its own: one key, twice as much', () => {
  const azure =
    'model: azure/gpt, api_key: k, api_base: "https://x.openai.azure.com", api_version: v, tpm: 10';
  const config = load(`model_list:
  - {model_name: a, litellm_params: {${azure}}}
  - {model_name: a, litellm_params: {${azure}}}
spillway_settings: {enforce_rpm_tpm: true}
`);
  expect(describeConfig(config)).toContain('a  1 key, 2 quota pools: 20 TPM');
});

test.each(
  providers.map(({ name, operations }) => {
    const dialect = (operations.chat ?? Object.values(operations)[0])?.dialect ?? '';
    return [name, typeof dialect === 'string' ? dialect : 'by model'] as const;
  }),
)('how %s is spoken is said: %s', (name, dialect) => {
  const config = load(`model_list:
  - model_name: m
    litellm_params: {model: ${name}/m, api_key: k, api_base: "http://host/v1"}
`);
  const [, row = ''] = describeConfig(config).split('\n');
  expect(row.split(/ {2,}/).slice(2, 4)).toEqual([`${name}/m`, dialect]);
});
