import { InvalidArgumentError, type Command } from 'commander';
import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json, own, valueAt } from '#core/json.ts';
import { processEnvironment } from '#server/env.ts';

/** How a command finds a gateway that runs already. */
export interface GatewayOptions {
  readonly url: string;
  readonly key?: string;
}

const KEY_VARIABLE = 'LITELLM_MASTER_KEY';

export const addGatewayOptions = (command: Command): Command =>
  command
    .option('--url <url>', 'where the gateway listens', parseUrl, 'http://127.0.0.1:4000')
    .option('--key <key>', `its master key (default: ${KEY_VARIABLE} of the environment)`);

/** Throws InvalidArgumentError, which commander shows beside the option's name. */
const parseUrl = (text: string): string => {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))
    return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('It must be a URL such as http://127.0.0.1:4000.');
};

export interface Asking {
  readonly signal?: AbortSignal;
  /** Sent with POST. */
  readonly body?: Json;
  readonly method?: 'DELETE';
}

/** Asks a running gateway. Throws SpillwayError with what to do when it is not there or refuses. */
export const askGateway = async (
  { url, key = processEnvironment().variables[KEY_VARIABLE] }: GatewayOptions,
  path: string,
  { signal, body, method }: Asking = {},
): Promise<Response> => {
  const headers = key === undefined || key === '' ? {} : { authorization: `Bearer ${key}` };
  let reply: Response;
  try {
    reply = await fetch(`${url}${path}`, {
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      ...(method && { method }),
      ...(signal && { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new SpillwayError(
      'upstream_unreachable',
      `No gateway answers at ${url}. Is it running? Name another place with --url.`,
      { cause },
    );
  }
  if (reply.ok) return reply;
  if (reply.status === 401)
    throw new SpillwayError(
      'unauthorized',
      `The gateway at ${url} refuses this key. Give its master key with --key, or in ${KEY_VARIABLE}.`,
    );
  throw new SpillwayError('upstream_rejected', await messageOf(reply, url), {
    status: reply.status,
  });
};

const messageOf = async (reply: Response, url: string): Promise<string> => {
  const body = (await reply.json().catch(() => null)) as Json;
  const message = valueAt(body, ['error', 'message']);
  if (typeof message === 'string') return message.replace(/ \(id [^)]*\)$/, '');
  return `What answers at ${url} (status ${reply.status}) does not look like Spillway; name another place with --url.`;
};

/** An object that the gateway answers with; it has at least the field `has`. */
export const askGatewayJson = async (
  options: GatewayOptions,
  path: string,
  { has, ...how }: { readonly has: string; readonly signal?: AbortSignal; readonly body?: Json },
): Promise<Json> => {
  const reply = await askGateway(options, path, how);
  const body = (await reply.json().catch(() => null)) as Json;
  if (isObject(body) && own(body, has) !== undefined) return body;
  throw new SpillwayError('upstream_invalid', await messageOf(reply, options.url));
};
