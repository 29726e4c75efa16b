import { isIP } from 'node:net';
import type { LoadedConfig } from '#config/loaded.ts';
import { SpillwayError } from '#core/errors.ts';
import type { AddressGuard } from '#net/address-guard.ts';
import { unknownServer } from '#providers/index.ts';
import { environmentOf } from '#server/env.ts';
import { createGateway, type Gateway, type World } from '#server/gateway.ts';
import { loadConfigText } from '#server/load-config.ts';
import { createAgents } from '#upstream/agents.ts';

/** A model behind an address that apps alone know. */
export interface Endpoint {
  /** What apps call it. */
  readonly name: string;
  readonly url: string;
  /** What the other side calls it. */
  readonly model: string;
  readonly apiKey?: string;
}

export interface EndpointOptions {
  readonly config: LoadedConfig;
  readonly world: World;
  /** Who remembers and shows calls, and knows when the process ends. */
  readonly gateway: Gateway;
  readonly guard: AddressGuard;
}

/** As the guard knows hosts: addresses of IPv6 without their brackets. */
const hostOf = (url: string): string => new URL(url).hostname.replaceAll(/^\[|\]$/g, '');

/** Throws SpillwayError `invalid_request` for an address that is none, or a private one that nobody has allowed. */
export const checkEndpoint = ({ url }: Endpoint, guard: AddressGuard): void => {
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.search)
    throw new SpillwayError(
      'invalid_request',
      'endpoint_url: expected an address such as https://models.example/v1, without a password or a query.',
      { param: 'endpoint_url' },
    );
  const host = hostOf(url);
  if (isIP(host) !== 0 && !guard.isNamed(host) && !guard.allows(host))
    throw new SpillwayError('invalid_request', insideText(host), { param: 'endpoint_url' });
};

const insideText = (host: string): string =>
  `endpoint_url: ${host} is on a private network; name it under spillway_settings.apps.network.allow if apps may call it.`;

/**
 * A gateway with this one deployment: it waits, retries, counts and is explained like every other,
 * and its address is looked at like every other that a flow may reach.
 */
export const endpointGateway = (
  { name, url, model, apiKey }: Endpoint,
  { config, world, gateway, guard }: EndpointOptions,
): Gateway => {
  const host = hostOf(url);
  const row = {
    model_name: name,
    litellm_params: {
      model,
      custom_llm_provider: unknownServer.name,
      api_base: url,
      ...(apiKey && { api_key: apiKey }),
    },
    model_info: { id: `${model}@${host}` },
  };
  const { environment } = world;
  const loaded = loadConfigText(JSON.stringify({ model_list: [row] }), {
    file: 'models of apps',
    // What a person types on a page must not name a variable of this process.
    environment: environmentOf({}),
  });
  const caFile = config.tls.caFile ?? environment.caFile;
  const agents = createAgents({
    clock: world.clock,
    connectMs: config.timeouts.connectMs,
    tls: { verify: config.tls.verify, ...(caFile !== undefined && { caFile }) },
    proxy: environment.proxy,
    mayReach: (asked, address) => guard.isNamed(asked) || guard.allows(address),
  });
  const one = createGateway({ ...loaded, timeouts: config.timeouts, limits: config.limits }, world);
  return {
    ...one,
    agents,
    over: gateway.over,
    lifecycle: gateway.lifecycle,
    async close() {
      await Promise.all([agents.close(), one.close()]);
    },
  };
};
