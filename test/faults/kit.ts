import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import type { Json, JsonObject } from '#core/json.ts';
import { playSimulator } from '#simulator/test-kit.ts';
import { SseReader } from '#wire/framing/sse.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { configOf, deployment, startGateway } from '../kit/gateway.ts';
import { answer, startUpstream } from '../kit/upstream.ts';

/** How a reply is asked for: most faults look alike to both. */
export const WAYS: readonly (readonly [string, boolean])[] = [
  ['whole', false],
  ['streamed', true],
];

export interface Heard {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The payloads of a stream's events; empty where it was none. */
  readonly events: readonly string[];
  /** What the answer says, in one piece. */
  readonly words: string;
  /** The error that it is, or ends with. */
  readonly error: JsonObject | undefined;
  /** Whether it says that it is whole. */
  readonly isWhole: boolean;
}

/** A reply to its last byte. */
const hear = async (asked: Promise<Response>): Promise<Heard> => {
  const reply = await asked;
  const text = await reply.text();
  const isStream = reply.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const events = isStream ? eventsOf(text) : [];
  const parts = (isStream ? events : [text]).map(parsed);
  const errors = parts.flatMap((part) => (part?.['error'] ? [part['error'] as JsonObject] : []));
  return {
    status: reply.status,
    headers: reply.headers,
    text,
    events,
    words: parts.map(wordsOf).join(''),
    error: errors.at(-1),
    isWhole: isStream ? text.endsWith('data: [DONE]\n\n') : reply.status === 200,
  };
};

const eventsOf = (text: string): string[] => {
  const reader = new SseReader(64_000_000);
  return [...reader.push(Buffer.from(text)), ...reader.end()].map(({ data }) => data.toString());
};

const parsed = (text: string): JsonObject | undefined => {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
};

const wordsOf = (part: JsonObject | undefined): string => {
  const [choice] = (part?.['choices'] as { delta?: Json; message?: Json }[] | undefined) ?? [];
  const said = (choice?.delta ?? choice?.message) as { content?: string } | undefined;
  return said?.content ?? '';
};

export interface FaultyWorld {
  readonly deployments?: Partial<Deployment>;
  readonly config?: Partial<LoadedConfig>;
  /** Of the gateway, where it is not the real one. */
  readonly clock?: Clock;
  /** The simulator's projects, where two without limits will not do. */
  readonly projects?: string;
}

/** A simulated vendor's keys `a` and `b` behind one gateway: `a` is asked first, and may be faulty. */
const faultyWorld = async (of: FaultyWorld = {}) => {
  const projects = of.projects ?? '[{id: a, key: sk-a}, {id: b, key: sk-b}]';
  const played = await playSimulator(`projects: ${projects}`);
  const rows = ['a', 'b'].map((name, i) =>
    deployment(name, `${played.url}/v1`, {
      apiKey: `sk-${name}`,
      model: 'gpt-4.1',
      order: i + 1,
      ...of.deployments,
    }),
  );
  const gateway = await startGateway(configOf(rows, of.config), of.clock ?? undefined);
  const callsOf = (id: string) => played.simulator.projects().find((its) => its.id === id)!.calls;
  return {
    played,
    gateway,
    /** What goes wrong with `a`. */
    fault: async (...rules: readonly object[]): Promise<void> => {
      const script = rules.map((rule) => ({ projects: ['a'], ...rule }));
      const { status, json } = await played.fault(script);
      if (status !== 200) throw new Error(JSON.stringify(json));
    },
    ask: (body: object = {}, headers?: Record<string, string>): Promise<Heard> =>
      hear(gateway.chat({ max_tokens: 8, ...body }, headers)),
    /** How often a key has been called. */
    calls: (id: string): number => callsOf(id).length,
    inFlight: (): number =>
      gateway.gateway.quota().accounts.reduce((sum, account) => sum + account.inFlight, 0),
    close: async (): Promise<void> => {
      await gateway.close();
      await played.simulator.close();
    },
  };
};

/** The same for the tests of one file, closed after each. */
export const faultyWorlds = () => {
  const closing = closedAfterEach();
  return async (of?: FaultyWorld) => {
    const world = await faultyWorld(of);
    closing.push(() => world.close());
    return world;
  };
};

/** For the tests of one file: the gateway before one upstream that does nothing wrong. */
export const faultlessWorlds = () => {
  const closing = closedAfterEach();
  return async () => {
    const upstream = await startUpstream(answer);
    closing.push(() => upstream.close());
    const gateway = await startGateway(configOf([deployment('PJ1', upstream.url)]));
    closing.push(() => gateway.close());
    return { upstream, gateway };
  };
};
