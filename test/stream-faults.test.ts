import { describe, expect, it } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { seededRandom } from '#core/random.ts';
import { readSimulatorConfig } from '#simulator/config.ts';
import { createSimulator } from '#simulator/simulator.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { STREAM, USAGE, sendEvents, startUpstream } from './kit/upstream.ts';

const PROJECTS = ['one', 'two'];

const SIMULATED = `
projects:
${PROJECTS.map((id) => `  - {id: ${id}, key: sk-${id}, models: [gpt-4.1]}`).join('\n')}
latency:
  ttft_ms: {median: 0, sigma: 0}
  tokens_per_s: {min: 100000, max: 100000}
answer_tokens: {median: 40, sigma: 0}
`;

const closing = closedAfterEach();

/** A simulated vendor whose next streamed answer goes wrong, behind a gateway with two keys. */
const start = async (fault: object) => {
  const simulator = createSimulator({
    config: readSimulatorConfig(SIMULATED, 'simulator.yaml'),
    clock: systemClock,
    random: seededRandom(1),
  });
  const vendor = await simulator.listen({ port: 0, host: '127.0.0.1' });
  const base = configOf(
    PROJECTS.map((id) =>
      deployment(id, `${vendor.url}/v1`, { apiKey: `sk-${id}`, model: 'gpt-4.1' }),
    ),
  );
  const gateway = await startGateway({
    ...base,
    timeouts: { ...base.timeouts, firstByteMs: 1_500, betweenChunksMs: 1_500 },
  });
  closing.push(gateway.close, () => simulator.close());
  const set = await fetch(`${vendor.url}/simulator/faults`, {
    method: 'POST',
    body: JSON.stringify({ times: 1, stream: true, ...fault }),
  });
  expect(set.status).toBe(200);
  const ask = async () => {
    const reply = await gateway.chat({ stream: true });
    const text = await reply.text();
    const datas = text
      .split('\n\n')
      .filter((frame) => frame !== '')
      .map((frame) => frame.slice('data: '.length));
    return { status: reply.status, attempts: reply.headers.get('x-spillway-attempts'), datas };
  };
  const calls = () => simulator.projects().reduce((sum, { admitted }) => sum + admitted, 0);
  const logged = () => gateway.log.lines.find(({ text }) => text === 'answered')!.fields;
  return { ask, calls, logged };
};

const isWhole = (datas: readonly string[]): boolean => {
  const finishes = datas.filter((data) => data.includes('"finish_reason":"stop"'));
  return finishes.length === 1 && datas.at(-1) === '[DONE]';
};

describe('what goes wrong before a stream has said anything is mended elsewhere', () => {
  it.each([
    { kind: 'http', status: 503 },
    { kind: 'reset' },
    { kind: 'reset_after_bytes', n: 20 },
    { kind: 'never_respond' },
    { kind: 'stall', after_bytes: 0 },
    { kind: 'stall', after_bytes: 150 },
    { kind: 'error_event', after_events: 0 },
    { kind: 'error_event', after_events: 1, type: 'server_error' },
    { kind: 'truncate', after_events: 1 },
    { kind: 'garbage', what: 'json', after_events: 0 },
    { kind: 'garbage', what: 'html' },
    { kind: 'oversize_event', bytes: 1_000_000 },
  ])('%j', async (fault) => {
    const { ask, logged } = await start(fault);
    const { status, attempts, datas } = await ask();
    expect([status, attempts]).toEqual([200, '2']);
    expect(isWhole(datas)).toBe(true);
    expect(datas.filter((data) => data.includes('"role"'))).toHaveLength(1);
    expect(logged()).toMatchObject({ outcome: 'ok', attempts: 2 });
  });
});

describe('what goes wrong after content is told, not mended, and never looks whole', () => {
  it.each([
    [{ kind: 'reset_after_bytes', n: 2_000 }, '502'],
    [{ kind: 'stall', after_bytes: 2_000 }, '408'],
    [{ kind: 'error_event', after_events: 5 }, '502'],
    [{ kind: 'truncate' }, '502'],
    [{ kind: 'truncate', after_events: 5 }, '502'],
    [{ kind: 'garbage', what: 'json', after_events: 5 }, '502'],
  ])('%j', async (fault, code) => {
    const { ask, calls, logged } = await start(fault);
    const { status, attempts, datas } = await ask();
    expect([status, attempts, calls()]).toEqual([200, '1', 1]);
    expect(datas).not.toContain('[DONE]');
    expect(datas.some((data) => data.includes('"finish_reason":"stop"'))).toBe(false);
    const last = JSON.parse(datas.at(-1)!) as { error: { code: string; message: string } };
    expect(last.error).toMatchObject({ code });
    expect(last.error.message).toMatch(/\(id [0-9a-f]{8}\)$/);
    // The last one is the error, the first the opening.
    expect(logged()['pieces']).toBe(datas.length - 2);
    expect(logged()['outcome']).not.toBe('ok');
  });

  it('a stream that only lacks its end mark is whole', async () => {
    const { ask } = await start({ kind: 'truncate', keep_finish: true });
    expect(isWhole((await ask()).datas)).toBe(true);
  });

  it('what it has counted until it broke off is in the log', async () => {
    const upstream = await startUpstream((_, res) => {
      sendEvents(res, STREAM.slice(0, 1));
      sendEvents(res, [JSON.stringify({ ...JSON.parse(STREAM[1]!), usage: USAGE })]);
      setImmediate(() => res.destroy());
    });
    const gateway = await startGateway(configOf([deployment('PJ1', upstream.url)]));
    closing.push(gateway.close, () => upstream.close());
    await (await gateway.chat({ stream: true })).text();
    const { fields } = gateway.log.lines.find(({ text }) => text === 'answered')!;
    expect(fields).toMatchObject({ outcome: 'reset', pieces: 1, tokensIn: 5, tokensOut: 2 });
  });
});
