import { askGatewayJson } from '#cli/ask-gateway.ts';
import type { KeyOptions } from '#cli/key.ts';
import { SpillwayError } from '#core/errors.ts';
import { isObject, type JsonObject, own } from '#core/json.ts';

/** What apps need of a key. Dify waits for minutes, sends no usage option, and shows errors as they are. */
const APPS: Readonly<Record<string, JsonObject>> = {
  dify: { queue: true, always_include_usage: true, key_type: 'llm_api', tags: ['dify'] },
};

export const runKey = async (options: KeyOptions): Promise<void> => {
  const made = await askGatewayJson(options, '/key/generate', {
    has: 'key',
    body: fieldsOf(options),
  });
  const key = isObject(made) ? own(made, 'key') : undefined;
  if (typeof key !== 'string') return;
  process.stdout.write(`${key}\n`);
  process.stderr.write('It is shown only once; the gateway keeps a hash of it.\n');
  if (options.for === 'dify') process.stderr.write(difyHint(options.url));
};

const fieldsOf = (options: KeyOptions): JsonObject => {
  const app = options.for === undefined ? {} : appOf(options.for);
  const fields: Record<string, JsonObject[string] | undefined> = {
    key_alias: options.alias,
    models: options.models?.split(',').map((name) => name.trim()),
    max_budget: numberOf('--budget', options.budget),
    budget_duration: options.budgetDuration,
    rpm_limit: numberOf('--rpm', options.rpm),
    tpm_limit: numberOf('--tpm', options.tpm),
    duration: options.duration,
    team_id: options.team,
    user_id: options.user,
  };
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { ...app, ...(Object.fromEntries(said) as JsonObject) };
};

const appOf = (name: string): JsonObject => {
  const app = Object.hasOwn(APPS, name) ? APPS[name] : undefined;
  if (app) return app;
  const known = Object.keys(APPS).join(', ');
  throw new SpillwayError('invalid_request', `--for ${name}: known apps are ${known}.`);
};

const numberOf = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new SpillwayError('invalid_request', `${option} must be a number of at least 0.`);
};

const difyHint = (url: string): string =>
  `In Dify: Settings, Model Provider, OpenAI-API-compatible, Add Model;\n` +
  `API endpoint URL ${url}/v1 (as Dify reaches this machine), API key as above.\n`;
