import { afterAll, beforeAll, it } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { seededRandom } from '#core/random.ts';
import { credentialRoutes } from '#gateway/admin/credentials.ts';
import { modelRoutes } from '#gateway/admin/models.ts';
import { environmentOf } from '#server/env.ts';
import { createFront } from '#server/front.ts';
import { createGateway } from '#server/gateway.ts';
import { listen } from '#server/http.ts';
import { openKeeping } from '#server/keeping.ts';
import { loadConfigText } from '#server/load-config.ts';
import { openModels } from '#server/models/open-models.ts';
import { MASTER_KEY, memoryLog } from './gateway.ts';
import { answer, startUpstream } from './upstream.ts';
import type { LitellmRoute } from '../litellm-compat/routes.ts';

export type Fields = Record<string, unknown>;

/**
 * What LiteLLM's own clients and scripts rely on is asked from outside. The mark behind a case says how
 * sure it is, as litellm.md has it: [C] read in LiteLLM's code (1.80.9), [C+] in newer code, [A] in its
 * OpenAPI document (1.96), [D] in its documents; [S] was read in its code of 1.96.0 besides. With
 * LITELLM_URL, LITELLM_MASTER_KEY and LITELLM_MODEL the same is asked of a LiteLLM that has a database,
 * a salt key and STORE_MODEL_IN_DB=True.
 */
export const of = (route: LitellmRoute, what: string, run: () => Promise<void>): void =>
  it(`${route}: ${what}`, run);

const elsewhere = process.env['LITELLM_URL'];
const masterKey = process.env['LITELLM_MASTER_KEY'] ?? MASTER_KEY;
const model = process.env['LITELLM_MODEL'] ?? 'gpt-4.1';

/** Called at the top of a file: who is asked is there for all of its tests. */
export const startLitellm = () => {
  let url = '';
  let vendor: Fields = { mock_response: 'Hi' };
  let close = async (): Promise<void> => {};
  beforeAll(async () => {
    const own = elsewhere === undefined ? await startOwn() : undefined;
    url = own?.url ?? elsewhere!;
    if (!own) return;
    vendor = { api_base: own.upstream };
    ({ close } = own);
  });
  afterAll(() => close());

  const send = async (method: string, path: string, body?: Fields, key = masterKey) => {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Fields };
  };
  const ask = (path: string, body?: Fields, key?: string) =>
    send(body === undefined ? 'GET' : 'POST', path, body, key);
  /** Throws where it is refused. */
  const get = async <T = Fields>(path: string, body?: Fields): Promise<T> => {
    const reply = await ask(path, body);
    if (reply.status === 200) return reply.body as T;
    throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  };
  return {
    isElsewhere: elsewhere !== undefined,
    model,
    masterKey,
    url: () => url,
    send,
    ask,
    get,
    chat: (key: string = masterKey, more: Fields = {}) =>
      ask(
        '/chat/completions',
        { model, messages: [{ role: 'user', content: 'Hi' }], ...more },
        key,
      ),
    /** A model's parameters that somebody answers. */
    params: (more: Fields = {}): Fields => ({
      model: 'openai/gpt-4.1',
      api_key: 'sk-of-a-vendor',
      ...vendor,
      ...more,
    }),
  };
};

const startOwn = async () => {
  const upstream = await startUpstream(answer);
  const row = `{model: openai/gpt-4.1, api_key: sk-of-the-file, api_base: "${upstream.url}"}`;
  const text = `model_list: [{model_name: gpt-4.1, litellm_params: ${row}, model_info: {id: filed}}]
general_settings: {master_key: ${MASTER_KEY}, store_model_in_db: true}
router_settings: {provider_budget_config: {openai: {budget_limit: 1000, time_period: 1d}}}
`;
  const environment = environmentOf({ LITELLM_SALT_KEY: 'a salt key that is long enough' });
  const file = 'compat.yaml';
  const config = loadConfigText(text, { file, environment });
  const clock = systemClock;
  const world = { clock, random: seededRandom(1), log: memoryLog(), environment, version: '9.9.9' };
  const keeping = await openKeeping(config, world);
  const gateway = createGateway(config, world, keeping);
  const desks = await openModels(gateway, keeping, (stored) =>
    loadConfigText(text, { file, environment, stored }),
  );
  const more = async () => [...modelRoutes(desks!.models), ...credentialRoutes(desks!.credentials)];
  const listener = await listen(createFront(gateway, config, more), {
    port: 0,
    host: '127.0.0.1',
  });
  return {
    url: listener.url,
    upstream: upstream.url,
    close: async () => {
      gateway.events.close();
      await listener.close(0);
      await gateway.close();
      await keeping.close();
      await upstream.close();
    },
  };
};

export const errorOf = ({ body }: { readonly body: Fields }) =>
  body['error'] as Record<string, string>;

export const fresh = (): string => `compat-${crypto.randomUUID()}`;

/** Asks again until there is something: LiteLLM writes down what was spent within some seconds. */
export const eventually = async <T>(find: () => Promise<T | undefined>): Promise<T> => {
  for (let n = 0; n < 200; n++) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('It did not come.');
};
