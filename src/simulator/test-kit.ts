import { connect, type Socket } from 'node:net';
import { seededRandom } from '#core/random.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { readSimulatorConfig } from '#simulator/config.ts';
import { createSimulator, type Simulator } from '#simulator/simulator.ts';

type Body = Readonly<Record<string, unknown>>;

/** A simulator on a free port whose clock stands still until it is told. */
export interface Played {
  readonly simulator: Simulator;
  readonly clock: VirtualClock;
  readonly url: string;
  /** One chat call with the key `sk-KEY`; its body as text and, where it is JSON, as JSON. */
  ask(key: string, body?: Body): Promise<Answered>;
  /** The same over a connection of its own, to the last byte. */
  askRaw(key: string, body?: Body): RawCall;
  /** `POST /simulator/faults`. */
  fault(script: unknown): Promise<{ status: number; json: unknown }>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

export interface RawCall {
  readonly socket: Socket;
  /** What has come until now, Latin-1: a character is a byte. */
  readonly seen: () => string;
  /** How the connection ended. */
  readonly ended: Promise<'closed' | 'reset'>;
}

const AT_ONCE = `
latency: {ttft_ms: {median: 0, sigma: 0}, tokens_per_s: {min: .inf, max: .inf}}
`;

/** Plays `yaml`, a simulator's file without its latency: answers come at once. */
export const playSimulator = async (yaml: string): Promise<Played> => {
  const clock = new VirtualClock();
  const config = readSimulatorConfig(yaml + AT_ONCE, 'test.yaml');
  const simulator = createSimulator({ config, clock, random: seededRandom(1) });
  const { url, port } = await simulator.listen({ port: 0, host: '127.0.0.1' });
  const modelOf = (key: string): string | undefined =>
    config.projects.find((project) => project.key === `sk-${key}`)?.models[0];
  const textOf = (key: string, body: Body): string => {
    const messages = [{ role: 'user', content: 'Hi' }];
    return JSON.stringify({ model: modelOf(key), messages, ...body });
  };
  const post = async (path: string, body: string, key = ''): Promise<Answered> => {
    const headers = { authorization: `Bearer sk-${key}` };
    const response = await fetch(url + path, { method: 'POST', headers, body });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  return {
    simulator,
    clock,
    url,
    ask: (key, body = {}) => post('/v1/chat/completions', textOf(key, body), key),
    askRaw: (key, body = {}) => rawCall(port, { key, text: textOf(key, body) }),
    fault: (script) => post('/simulator/faults', JSON.stringify(script)),
  };
};

const rawCall = (port: number, { key, text }: { key: string; text: string }): RawCall => {
  const socket = connect(port, '127.0.0.1');
  let seen = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (seen += piece));
  const ended = new Promise<'closed' | 'reset'>((resolve) => {
    socket.on('error', () => resolve('reset'));
    socket.on('close', () => resolve('closed'));
  });
  socket.write(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n' +
      `authorization: Bearer sk-${key}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  return { socket, seen: () => seen, ended };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
