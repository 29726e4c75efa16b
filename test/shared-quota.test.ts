import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { seededRandom } from '#core/random.ts';
import { readSimulatorConfig } from '#simulator/config.ts';
import { createSimulator } from '#simulator/simulator.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';

const PROJECTS = ['one', 'two', 'three'];

const simulated = (organisation: string): string => `
${organisation}
projects:
${PROJECTS.map((id) => `  - {id: ${id}, key: sk-${id}, models: [gpt-4.1], rpm: 500, tpm: 30000}`).join('\n')}
latency:
  ttft_ms: {median: 0, sigma: 0}
  tokens_per_s: {min: 100000, max: 100000}
`;

const closing = closedAfterEach();

/** A key of each project, and a gateway over them that has called each once. */
const start = async (organisation = '') => {
  const simulator = createSimulator({
    config: readSimulatorConfig(simulated(organisation), 'simulator.yaml'),
    clock: systemClock,
    random: seededRandom(1),
  });
  const vendor = await simulator.listen({ port: 0, host: '127.0.0.1' });
  const gateway = await startGateway(
    configOf(
      PROJECTS.map((id) =>
        deployment(id, `${vendor.url}/v1`, { apiKey: `sk-${id}`, model: 'gpt-4.1' }),
      ),
    ),
  );
  closing.push(gateway.close, () => simulator.close());
  for (const id of PROJECTS) expect((await gateway.chat({ model: id })).status).toBe(200);
  const quota = async () => {
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    const response = await fetch(`${gateway.url}/spillway/quota`, { headers });
    return (await response.json()) as {
      groups: { pools: number; per_minute: object }[];
      pools: { pool: string; deployments: string[]; sharing?: string }[];
    };
  };
  /** Statuses of calls of a thousand tokens, all at once, none of which may wait. */
  const flood = async (calls: number): Promise<Map<number, number>> => {
    const send = async (): Promise<number> =>
      (await gateway.chat({ max_tokens: 1000 }, { 'x-queue-timeout': '0' })).status;
    const statuses = await Promise.all(Array.from({ length: calls }, send));
    return new Map([200, 429].map((of) => [of, statuses.filter((one) => one === of).length]));
  };
  const refused = (): number =>
    simulator
      .projects()
      .reduce((sum, { refused: { requests, tokens } }) => sum + requests + tokens, 0);
  return { gateway, quota, flood, refused };
};

describe('three projects', () => {
  it('of one organisation with a limit have one quota, and are known by it', async () => {
    const { gateway, quota, flood, refused } = await start('organisation: {tpm: 30000}');
    const { groups, pools } = await quota();
    expect(groups).toMatchObject([
      { group: 'gpt-4.1', deployments: 3, pools: 1, per_minute: { tokens: 30_000, requests: 500 } },
    ]);
    const sentence =
      'one, two and three share one organisation (org-simulator): ' +
      '30,000 tokens and 500 requests a minute, not 90,000 and 1,500';
    expect(pools).toMatchObject([{ deployments: PROJECTS, sharing: sentence }]);
    await vi.waitFor(
      () => expect(gateway.log.lines.filter(({ text }) => text === sentence)).toHaveLength(1),
      { timeout: 5_000 },
    );
    const statuses = await flood(60);
    // The gateway says no by itself: the vendor is hardly asked in vain.
    expect(statuses.get(200)).toBeGreaterThanOrEqual(25);
    expect(statuses.get(200)).toBeLessThanOrEqual(31);
    expect(refused()).toBeLessThanOrEqual(2);
  });

  it('without one have the sum of three', async () => {
    const { gateway, quota, flood, refused } = await start();
    expect((await quota()).groups).toMatchObject([
      { deployments: 3, pools: 3, per_minute: { tokens: 90_000, requests: 1_500 } },
    ]);
    expect((await flood(60)).get(200)).toBe(60);
    expect(refused()).toBe(0);
    expect(gateway.log.lines.filter(({ text }) => text.includes('share'))).toEqual([]);
  });
});
