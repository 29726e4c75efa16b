import { systemClock } from '#core/clock.ts';
import { seededRandom } from '#core/random.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { environmentOf } from '#server/env.ts';
import { createFront } from '#server/front.ts';
import { createGateway } from '#server/gateway.ts';
import { listen } from '#server/http.ts';
import { loadConfigText } from '#server/load-config.ts';
import { defaultSimulatorConfig } from '#simulator/config.ts';
import { createSimulator } from '#simulator/simulator.ts';
import { MASTER_KEY, memoryLog } from './gateway.ts';

/** What the example config reads, with a simulated vendor's keys. */
export const environmentFor = (vendorUrl: string): Record<string, string> => ({
  LITELLM_MASTER_KEY: MASTER_KEY,
  OPENAI_BASE_URL: `${vendorUrl}/v1`,
  OPENAI_API_KEY_PJ1: 'sk-sim-project-1',
  OPENAI_API_KEY_PJ2: 'sk-sim-project-2',
  OPENAI_API_KEY_PJ3: 'sk-sim-project-3',
});

/** A simulated vendor that answers at once. */
export const startVendor = async () => {
  const latency = { ttftMs: { median: 0, sigma: 0 }, tokensPerS: { min: Infinity, max: Infinity } };
  const config = { ...defaultSimulatorConfig, latency };
  const simulator = createSimulator({ config, clock: systemClock, random: seededRandom(1) });
  const { url } = await simulator.listen({ port: 0, host: '127.0.0.1' });
  return { simulator, url };
};

/**
 * Three projects of a simulated vendor whose clock stands still, and a gateway over them with a
 * config's text: what is under way stays so until `finish` lets the vendor's time pass.
 */
export const startScene = async (text: string) => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const simulator = createSimulator({ config: defaultSimulatorConfig, clock, random });
  const { url: vendorUrl } = await simulator.listen({ port: 0, host: '127.0.0.1' });
  const environment = environmentOf(environmentFor(vendorUrl));
  const config = loadConfigText(text, { file: 'config.yaml', environment });
  const log = memoryLog();
  const world = { clock: systemClock, random, log, environment, version: '9.9.9' };
  const gateway = createGateway(config, world);
  const handler = createFront(gateway, config);
  const listener = await listen(handler, { port: 0, host: '127.0.0.1' });
  return {
    url: listener.url,
    config,
    gateway,
    simulator,
    /** Calls that have reached the vendor, project by project. */
    arrived: () => simulator.projects().map(({ requests }) => requests),
    /** Lets the vendor's time pass until `work` is done. */
    finish: async <T>(work: Promise<T>): Promise<T> => {
      const over = work.then(
        () => true,
        () => true,
      );
      while (!(await Promise.race([over, clock.advance(100)])));
      return work;
    },
    async close() {
      await listener.close(0);
      await gateway.close();
      await simulator.close();
    },
  };
};
