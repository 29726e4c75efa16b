import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { MASTER_KEY } from './gateway.ts';
import { spillway } from './program.ts';
import { answer, startUpstream } from './upstream.ts';

const SALT = 'a-salt-key-of-a-test';
export const SECRET = 'sk-vendor-secret-1';

export type Fields = Record<string, unknown>;

/** Called at the top of a file: what it needs goes with each of its tests. */
export const storedWorlds = () => {
  let folder: string;
  const closing: (() => Promise<unknown>)[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spillway-models-'));
  });
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
    rmSync(folder, { recursive: true });
  });
  return {
    /** Ends with the test, the latest first. */
    closing,
    /** Every file of the data folder, as text. */
    keptFiles: (): string[] =>
      readdirSync(join(folder, 'data'), { recursive: true, withFileTypes: true })
        .filter((each) => each.isFile())
        .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1')),
    storedWorld: (settings?: string, more?: (upstream: string) => string) =>
      storedWorld({ folder, closing, settings, more }),
  };
};

interface WorldOptions {
  readonly folder: string;
  readonly closing: (() => Promise<unknown>)[];
  readonly settings?: string | undefined;
  /** The rest of the file. */
  readonly more?: ((upstream: string) => string) | undefined;
}

/** A gateway whose file names no model, but for what is said; it may be started again and again. */
const storedWorld = async ({
  folder,
  closing,
  settings = 'store_model_in_db: true',
  more = () => '',
}: WorldOptions) => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `general_settings: {master_key: ${MASTER_KEY}, ${settings}}\n${more(upstream.url)}`,
  );
  const start = async (env: Record<string, string> = { LITELLM_SALT_KEY: SALT }) => {
    const data = join(folder, 'data');
    const program = spillway(['serve', '-c', config, '--port', '0', '--data-dir', data], env);
    closing.push(() => program.stop());
    const url = await program.ready();
    const ask = async (path: string, body?: Fields, key = MASTER_KEY, method?: string) => {
      const reply = await fetch(`${url}${path}`, {
        method: method ?? (body ? 'POST' : 'GET'),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: reply.status, body: (await reply.json()) as Fields };
    };
    const chat = (model: string, key?: string) =>
      ask('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hi' }] }, key);
    const models = async () => {
      const { body } = await ask('/model/info');
      return (body['data'] as { model_name: string; model_info: Fields }[]).map(
        ({ model_name: name, model_info: info }) => [name, info['id'], info['db_model']],
      );
    };
    return { ...program, url, ask, chat, models };
  };
  const row = (more: Fields = {}) => ({
    model_name: 'my-model',
    litellm_params: {
      model: 'openai/gpt-4.1',
      api_key: SECRET,
      api_base: upstream.url,
      ...more,
    },
  });
  return { upstream, start, row };
};

export const messageOf = (body: Fields): string => (body['error'] as { message: string }).message;
