import { expect, test } from 'vitest';
import { isObject } from '#core/json.ts';
import { readYaml } from '#core/yaml.ts';
import { deploymentId } from '#config/deployment-id.ts';

// Computed with Python 3.11 and PyYAML 6.0.3 by LiteLLM's rule, for the group グループ.
test.each([
  [
    '{model: openai/gpt-4.1, api_key: sk-1}',
    '72f4a5dbecb5d218d42c6ddd34e943c755dc5818c0683bad82ad8d2ce760ab99',
  ],
  [
    '{model: m, rpm: 100, timeout: 5.0, temperature: 0.1, input_cost_per_token: 0.00000003, big: 1.0e+16, mid: 123456789.5, small: 0.0001, neg: -0.5, exp: 1.5e-7, inf: .inf, n: -17}',
    '3240e1481c773103f15516bf823d16bc1f7582f44069c9c258322d24ccfa6bfb',
  ],
  [
    '{model: m, drop_params: yes, api_base: null, tags: [a, "it\'s", \'q"\', 1, 2.0, null, true, {k: v}], stop: []}',
    '54cfe1ece1cafafb1886327a0d030057205bfc8f28a8422ae897dd194c2cabfb',
  ],
  [
    '{model: m, extra_body: {a: 1, b: 2.0, c: [x, null], d: モデル, e: {}, f: "\\t\\""}, extra_headers: {X-A: b}}',
    '1f951bb9d995fab76200f3e76c2877f35492dd826aff5553880dd64e417f6b3e',
  ],
  [
    '{model: m, api_version: 2024-07-01}',
    'e944f5ddedcc2ab26bcd64b5218cea70bc858f1e27e3691afe2e834325c24ac6',
  ],
])('%s', (text, id) => {
  const document = readYaml(text, 'params.yaml');
  const params = isObject(document.value) ? document.value : {};
  expect(deploymentId('グループ', params, (path) => document.isFloat(path))).toBe(id);
});
