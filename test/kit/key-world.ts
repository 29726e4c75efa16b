import { expect } from 'vitest';
import type { LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from './closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './gateway.ts';
import { answer, type Script, startUpstream } from './upstream.ts';

export type Fields = Record<string, unknown>;

/** Keys of a whole gateway with a store, for the tests of one file: closed after each. */
export const keyWorlds = () => {
  const closing = closedAfterEach();
  return async (
    more: Partial<LoadedConfig> = {},
    script: Script = answer,
    names: readonly string[] = ['gpt-4.1'],
  ) => {
    const upstream = await startUpstream(script);
    closing.push(() => upstream.close());
    const rows = names.map((group) => deployment(group, upstream.url, { group }));
    const gateway = await startGateway(configOf(rows, more), undefined, { keeps: true });
    closing.push(() => gateway.close());
    const ask = async (path: string, body?: Fields, key = MASTER_KEY) => {
      const reply = await fetch(`${gateway.url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Fields };
    };
    const generate = async (fields: Fields = {}, key = MASTER_KEY) => {
      const { status, body } = await ask('/key/generate', fields, key);
      expect(status).toBe(200);
      return body as { key: string; token: string; key_name: string } & Fields;
    };
    const chat = (key: string, body: Fields = {}) =>
      ask(
        '/v1/chat/completions',
        { model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }], ...body },
        key,
      );
    return { upstream, gateway, ask, generate, chat };
  };
};

export const errorOf = (body: Fields) =>
  body['error'] as { message: string; type: string; param: string };
