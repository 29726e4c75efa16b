import OpenAI from 'openai';
import { systemClock } from '#core/clock.ts';
import { seededRandom } from '#core/random.ts';
import { environmentOf } from '#server/env.ts';
import { createFront } from '#server/front.ts';
import { createGateway } from '#server/gateway.ts';
import { listen } from '#server/http.ts';
import { loadConfigText } from '#server/load-config.ts';
import { readSimulatorConfig } from '#simulator/config.ts';
import { createSimulator } from '#simulator/simulator.ts';
import { MASTER_KEY, memoryLog } from './gateway.ts';

const AT_ONCE =
  '\nlatency: {ttft_ms: {median: 0, sigma: 0}, tokens_per_s: {min: .inf, max: .inf}}\n';

/**
 * A vendor that is played, and a gateway before it, both from their files' texts: in the gateway's,
 * `VENDOR` stands for the vendor's URL.
 */
export const startPlayed = async (
  vendor: string,
  config: string,
  variables: Record<string, string> = {},
) => {
  const random = seededRandom(1);
  const clock = systemClock;
  const played = readSimulatorConfig(vendor + AT_ONCE, 'vendor.yaml');
  const simulator = createSimulator({ config: played, clock, random });
  const { url: vendorUrl } = await simulator.listen({ port: 0, host: '127.0.0.1' });
  const environment = environmentOf({ LITELLM_MASTER_KEY: MASTER_KEY, ...variables });
  const text = config.replaceAll('VENDOR', vendorUrl);
  const loaded = loadConfigText(text, { file: 'config.yaml', environment });
  const log = memoryLog();
  const world = { clock, random, log, environment, version: '9.9.9' };
  const gateway = createGateway(loaded, world);
  const handler = createFront(gateway, loaded);
  const listener = await listen(handler, { port: 0, host: '127.0.0.1' });
  const { url } = listener;
  const fault = (script: object): Promise<Response> =>
    fetch(`${vendorUrl}/simulator/faults`, { method: 'POST', body: JSON.stringify(script) });
  return {
    url,
    log,
    simulator,
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: MASTER_KEY, maxRetries: 0 }),
    fault,
    /** A call of the gateway's own, with its key. */
    post: (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${MASTER_KEY}`, ...headers },
        body: JSON.stringify(body),
      }),
    async close() {
      await listener.close(0);
      await gateway.close();
      await simulator.close();
    },
  };
};
