import { expect, test } from 'vitest';
import { createConfigDesk } from '#server/console/config-desk.ts';
import { environmentOf } from '#server/env.ts';

const TEXT = `model_list:
  - model_name: a
    litellm_params:
      model: openai/x
      api_key: sk-very-secret
      # not https://user:pass@example.com/v1
      extra_headers: {x-team: hidden-too}
general_settings: {master_key: "sk-master-secret"}
`;

test('secrets stay where they are; what comes back with marks is checked as it was', () => {
  const desk = createConfigDesk({ text: TEXT, file: 'c.yaml', environment: environmentOf({}) });
  const { text, findings, summary } = desk.show();
  for (const secret of ['sk-very-secret', 'hidden-too', 'sk-master-secret', 'user:pass'])
    expect(text).not.toContain(secret);
  expect(text).toContain('model: openai/x');
  expect(JSON.stringify(summary)).not.toContain('secret');
  expect(summary).toMatchObject([
    { rows: [['a', expect.anything(), 'openai/x', ...Array(3).fill(expect.anything())]] },
    expect.stringContaining('Strategy'),
  ]);
  expect(desk.check(text).findings).toEqual(findings);
  expect(desk.check('model_list: [').findings[0]).toMatchObject({ line: 1, severity: 'error' });
});
