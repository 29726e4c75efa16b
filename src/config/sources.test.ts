import { expect, test } from 'vitest';
import { errorsOf, load } from '#config/test-kit.ts';

const row = (name: string): string =>
  `  - model_name: ${name}\n    litellm_params: {model: openai/gpt-4.1, api_key: k}\n`;

test('included lists extend, everything else replaces; paths start at the config', () => {
  const config = load(
    `include: [a.yaml, sub/b.yaml]\nmodel_list:\n${row('main')}router_settings: {num_retries: 1, timeout: 9}\n`,
    {
      files: {
        'config/a.yaml': `model_list:\n${row('a')}router_settings: {num_retries: 4}\n`,
        'config/sub/b.yaml': `model_list:\n${row('b')}include: [ignored.yaml]\n`,
      },
    },
  );
  expect(config.deployments.map(({ group }) => group)).toEqual(['main', 'a', 'b']);
  expect(config.routing).toMatchObject({ numRetries: 4, timeoutMs: 6_000_000 });
});

test('models may come from included files alone', () => {
  const config = load('include: [/etc/models.yaml]', {
    files: { '/etc/models.yaml': `model_list:\n${row('a')}` },
  });
  expect(config.deployments.map(({ group }) => group)).toEqual(['a']);
});

test('what is wrong in an included file is told in that file', () => {
  const text = `include: [a.yaml, broken.yaml, missing.yaml]\nmodel_list:\n${row('main')}router_settings: {num_retries: x}\n`;
  const files = {
    'config/a.yaml':
      'model_list:\n  - model_name: a\n    litellm_params: {model: openai/m, api_key: os.environ/NONE, rpm: z}\n',
    'config/broken.yaml': 'a: b: c\n',
  };
  expect(errorsOf(text, { files })).toEqual([
    "1:32 include.2: config/missing.yaml cannot be read; paths start at this file's folder",
    '5:32 router_settings.num_retries: expected a number, found the text "x"',
    'config/broken.yaml:1:4 : a second "key: value" cannot follow on the same line; quote the text if it contains a colon',
    'config/a.yaml:3:70 model_list.0.litellm_params.rpm: expected a number, found the text "z"',
  ]);
});

test('include is a list of texts', () => {
  expect(errorsOf(`include: a.yaml\nmodel_list:\n${row('main')}`)).toEqual([
    '1:10 include: expected a list, found the text "a.yaml"',
  ]);
});
