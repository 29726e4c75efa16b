import { seededRandom } from '#core/random.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { readSimulatorConfig } from '#simulator/config.ts';
import { createSimulator, type Simulator } from '#simulator/simulator.ts';

/** A simulator on a free port whose clock stands still until it is told. */
export interface Played {
  readonly simulator: Simulator;
  readonly clock: VirtualClock;
  readonly url: string;
  /** One chat call with the key `sk-KEY`; the answer's body as text and, where it is, as JSON. */
  ask(key: string, body?: Readonly<Record<string, unknown>>): Promise<Answered>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

const AT_ONCE = `
latency: {ttft_ms: {median: 0, sigma: 0}, tokens_per_s: {min: .inf, max: .inf}}
`;

/** Plays `yaml`, a simulator's file without its latency: answers come at once. */
export const playSimulator = async (yaml: string): Promise<Played> => {
  const clock = new VirtualClock();
  const config = readSimulatorConfig(yaml + AT_ONCE, 'test.yaml');
  const simulator = createSimulator({ config, clock, random: seededRandom(1) });
  const { url } = await simulator.listen({ port: 0, host: '127.0.0.1' });
  const models = new Map(config.projects.map(({ key, models }) => [key, models[0]]));
  return {
    simulator,
    clock,
    url,
    async ask(key, body = {}) {
      const bearer = `sk-${key}`;
      const messages = [{ role: 'user', content: 'Hi' }];
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ model: models.get(bearer), messages, ...body }),
      });
      const text = await response.text();
      const { status, headers } = response;
      return { status, headers, text, json: parsed(text) };
    },
  };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
