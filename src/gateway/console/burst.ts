import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { chat } from '#gateway/chat.ts';
import { eventStream, EventQueue } from '#gateway/console/event-stream.ts';
import { SpillwayError } from '#core/errors.ts';
import { newCallId } from '#core/ids.ts';
import { z } from '#core/schema.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

export const burstAsk = z.strictObject({
  model: z.string().min(1).max(256),
  prompt: z.string().max(100_000),
  max_tokens: z.int().min(1).max(100_000),
  count: z.int().min(1).max(500),
});

export type BurstAsk = z.infer<typeof burstAsk>;

/** Whose requests these are. */
const TENANT = { key: 'console', user: '' };

/**
 * The same request many times at once, sent from here: a browser would open six connections and make
 * the others wait where nobody sees them. Tells how each fares, by its number.
 */
export const burst = (deps: GatewayDeps, ask: BurstAsk): Response => {
  const queue = new EventQueue();
  const left = new AbortController();
  const all = Array.from({ length: ask.count }, (_, i) => one(deps, { ask, i, queue, left }));
  void Promise.all(all).then(() => queue.close());
  const gone = new SpillwayError('client_closed', 'The caller left before the answer.');
  return eventStream(queue.read(() => left.abort(gone)));
};

interface One {
  readonly ask: BurstAsk;
  readonly i: number;
  readonly queue: EventQueue;
  readonly left: AbortController;
}

const one = async (deps: GatewayDeps, { ask, i, queue, left }: One): Promise<void> => {
  const { model, prompt, max_tokens } = ask;
  const arrivedAt = deps.clock.now();
  const call: GatewayCall = {
    id: newCallId(),
    progress: {},
    arrivedAt,
    wallMs: deps.clock.wall(),
    body: { model, max_tokens, messages: [{ role: 'user', content: prompt }] },
    signal: left.signal,
    tenant: TENANT,
    priority: 'interactive',
    bytes: prompt.length,
    line: {
      entered: () => queue.tell({ i, state: 'queued' }),
      left: () => queue.tell({ i, state: 'sent' }),
    },
  };
  queue.tell({ i, state: 'sent', id: call.id });
  try {
    const { decision, target } = await chat(deps, call, openaiChat);
    queue.tell({
      i,
      state: 'done',
      deployment: target.spec.name,
      queue_s: Math.round(decision.queueMs) / 1000,
      total_s: Math.round(deps.clock.now() - arrivedAt) / 1000,
    });
  } catch (thrown) {
    queue.tell({ i, state: 'failed', error: SpillwayError.from(thrown).message });
  }
  const { decision } = call.progress;
  if (decision) deps.over({ decision, call });
};
