import { describe, expect, it } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { addressGuard } from '#net/address-guard.ts';
import { createGuardedClient } from '#net/guarded-client.ts';
import { createSandbox } from '#sandbox/sandbox.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
import { createFlowServices } from '#server/flow-services.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const around = {
  sandbox: createSandbox(systemClock),
  client: createGuardedClient({ guard: addressGuard([]), clock: systemClock }),
};

const request: ChatRequest = {
  model: 'gpt-4.1',
  messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
  stream: true,
  includeUsage: false,
  dialect: 'openai-chat',
  extra: {},
};

/** One deployment whose one request a minute is spent, and the calls of a run that come after. */
const world = async () => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const limits = [
    { dimension: 'requests', amount: 1, windowMs: 60_000, refill: 'linear' },
  ] as const;
  const gateway = await startGateway(configOf([deployment('PJ1', upstream.url, { limits })]));
  closing.push(() => gateway.close());
  expect((await gateway.chat()).status).toBe(200);
  const services = createFlowServices(gateway.gateway, around);
  const { clock } = gateway.gateway;
  const call = async (more: { signal?: AbortSignal; inMs: number }) => {
    const at = { runId: 'run-1', nodeId: 'llm' };
    const signal = more.signal ?? new AbortController().signal;
    const deadline = clock.now() + more.inMs;
    const events: string[] = [];
    for await (const { type } of services.chat(request, { ...at, signal, deadline }))
      events.push(type);
    return events;
  };
  const waiting = () => gateway.gateway.quota().lines[0]!.requests;
  return { call, waiting, upstream };
};

describe('a model call of a flow', () => {
  it('waits for its turn for as long as its run may take, and leaves the line with its run', async () => {
    const { call, waiting, upstream } = await world();
    const run = new AbortController();
    const ended = call({ signal: run.signal, inMs: 600_000 });
    while (waiting() === 0) await new Promise((resolve) => setImmediate(resolve));
    run.abort(new SpillwayError('client_closed', 'The run has ended.'));
    await expect(ended).rejects.toThrow('The run has ended.');
    expect(waiting()).toBe(0);
    expect(upstream.calls).toHaveLength(1);
  });

  it('is refused at once where its turn comes after its run', async () => {
    const { call, waiting } = await world();
    await expect(call({ inMs: 10_000 })).rejects.toMatchObject({ code: 'rate_limited' });
    expect(waiting()).toBe(0);
  });
});

it('calls that any client marks as one run prefer deployments that the run has not used', async () => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const rows = ['PJ1', 'PJ2', 'PJ3'].map((name) => deployment(name, upstream.url));
  const gateway = await startGateway(configOf(rows));
  closing.push(() => gateway.close());
  for (let run = 0; run < 5; run++) {
    const by = new Set<string | null>();
    for (let i = 0; i < 3; i++) {
      const reply = await gateway.chat({}, { 'x-spillway-run': `run-${run}` });
      by.add(reply.headers.get('x-spillway-deployment'));
      await reply.text();
    }
    expect(by.size).toBe(3);
  }
});
