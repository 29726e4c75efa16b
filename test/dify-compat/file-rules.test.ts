import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl } from '#flow/test-kit.ts';
import { startApp } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';

const closing = closedAfterEach();

const FLOW = dsl(
  {
    start: {
      type: 'start',
      variables: [
        {
          variable: 'paper',
          type: 'file',
          required: false,
          allowed_file_types: ['document'],
          allowed_file_upload_methods: ['remote_url'],
        },
        {
          variable: 'models',
          type: 'file-list',
          required: false,
          max_length: 2,
          allowed_file_types: ['custom'],
          allowed_file_extensions: ['.STL', 'obj'],
        },
      ],
    },
    answer: { type: 'answer', answer: 'taken' },
  },
  ['start>answer'],
  {
    features: {
      file_upload: {
        enabled: true,
        number_limits: 2,
        allowed_file_types: ['image'],
        allowed_file_upload_methods: ['remote_url'],
      },
    },
  },
);

const remote = (name: string, type = 'image') => ({
  type,
  transfer_method: 'remote_url',
  url: `http://127.0.0.1:9/${name}`,
});

test('an app takes the files that it says it takes, so many, and no file that is called what it is not', async () => {
  const app = await startApp(FLOW);
  closing.push(app.close);
  const ask = async (more: object): Promise<JsonObject> => {
    const body = { inputs: {}, query: 'x', user: 'u', ...more };
    return (await (await app.call('POST', '/v1/chat-messages', { body })).json()) as JsonObject;
  };
  expect(await ask({ files: [remote('a.png'), remote('b.jpg')] })).toMatchObject({
    answer: 'taken',
  });
  const paper = remote('a.pdf', 'document');
  expect(await ask({ inputs: { paper } })).toMatchObject({ answer: 'taken' });
  const models = [remote('a.stl', 'custom'), remote('b.OBJ', 'custom')];
  expect(await ask({ inputs: { models } })).toMatchObject({ answer: 'taken' });
  for (const [more, said] of [
    [{ files: [remote('a.png'), remote('b.png'), remote('c.png')] }, 'At most 2 files'],
    [{ files: [remote('a.pdf', 'document')] }, 'must be of the type image'],
    [{ files: [remote('a.pdf', 'image')] }, 'Detected file type does not match'],
    [{ files: [{ ...remote('a.png'), transfer_method: 'carrier_pigeon' }] }, 'transfer_method'],
    [{ inputs: { paper: remote('a.png') } }, 'must be of the type document'],
    [{ inputs: { models: [remote('a.exe', 'custom')] } }, 'must be of the type .STL or obj'],
    [{ inputs: { models: [...models, ...models] } }, '2 files at most'],
  ] as const) {
    const reply = await ask(more);
    expect([reply['code'], reply['message']]).toEqual([
      'invalid_param',
      expect.stringContaining(said),
    ]);
  }
});
