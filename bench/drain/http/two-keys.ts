/**
 * A large key and a small one, full at the start: a steady stream that both together can take must
 * be taken, whole and without a wait that anybody notices.
 */
import { percentile } from '../../overhead/statistics.ts';
import { ask, type Asked, until } from './client.ts';
import { DIRECT_KEY, type HttpKey, MASTER_KEY, vendorRefusals, withPrograms } from './programs.ts';
import type { Check } from './check.ts';

const minuteDeep = (id: string, requests: number): HttpKey => ({
  id,
  requests,
  tokens: 10_000_000,
  windowS: 60,
  requestBurstS: 60,
});

const SETUP = { keys: [minuteDeep('large', 600), minuteDeep('small', 60)], waitS: 30 };
const REQUESTS = 500;
const EVERY_MS = 50;
const SIZE = { promptTokens: 200, maxOutputTokens: 64 };
/** Connections and code are warm before it counts; these calls are direct or not served at all. */
const WARM_UP = 20;

const MOST_VENDOR_REFUSALS = 1;
const MOST_ADDED_MS = 25;

export const drainTwoKeys = (): Promise<Check[]> =>
  withPrograms(SETUP, async ({ simulator, gateway }) => {
    const throughGateway = { port: gateway.port, key: MASTER_KEY, ...SIZE };
    const direct = { port: simulator.port, key: DIRECT_KEY, ...SIZE };
    for (let i = 0; i < WARM_UP; i++) {
      await ask(direct);
      // A wrong key costs no quota.
      await ask({ ...throughGateway, key: 'sk-wrong' });
    }
    const own: Promise<Asked>[] = [];
    const bare: Promise<Asked>[] = [];
    const began = performance.now();
    for (let i = 0; i < REQUESTS; i++) {
      await until(began + i * EVERY_MS);
      own.push(ask(throughGateway));
      await until(began + (i + 0.5) * EVERY_MS);
      bare.push(ask(direct));
    }
    const answers = await Promise.all(own);
    const served = answers.filter(({ status }) => status === 200).length;
    const p99 = (of: readonly Asked[]): number =>
      percentile(
        of.map(({ latencyMs }) => latencyMs),
        0.99,
      );
    const refusals = await vendorRefusals(simulator);
    const addedMs = p99(answers) - p99(await Promise.all(bare));
    return [
      { what: `two keys: served of ${REQUESTS}`, value: served, atLeast: REQUESTS },
      { what: 'two keys: vendor refusals', value: refusals, atMost: MOST_VENDOR_REFUSALS },
      { what: 'two keys: added p99, ms', value: addedMs, atMost: MOST_ADDED_MS },
    ];
  });
