import { newCallId } from '#core/ids.ts';
import { renderJinja } from '#flow/jinja.ts';
import type { FlowServices } from '#flow/ports.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { chat } from '#gateway/chat.ts';
import { streamEvents } from '#server/stream-events.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/** A flow's model calls enter the gateway at its spine, like everybody else's but without a socket. */
export const createFlowServices = (deps: GatewayDeps): FlowServices => ({
  renderJinja: (job) => Promise.resolve(job).then(renderJinja),
  async *chat(request, { runId, signal, deadline }) {
    // The call ends with its reader, however that one ends.
    const left = new AbortController();
    const call: GatewayCall = {
      id: newCallId(),
      progress: {},
      arrivedAt: deps.clock.now(),
      body: openaiChat.writeRequest(request, { model: request.model, asksUsage: true }).body,
      signal: AbortSignal.any([signal, left.signal]),
      // It waits for as long as its run may take.
      queueMs: Infinity,
      deadline,
      tenant: { key: 'apps', user: '' },
      priority: 'interactive',
      bytes: 0,
      run: runId,
    };
    const over = (): void => {
      const { decision } = call.progress;
      if (decision) deps.over({ decision, call });
    };
    const reply = await chat(deps, call, openaiChat).catch((thrown: unknown) => {
      over();
      throw thrown;
    });
    if (reply.stream) void reply.ended.then(over);
    else over();
    const { decision, target } = reply;
    const deployment = target.spec.name;
    yield { type: 'served', deployment, attempts: decision.attempts, queueMs: decision.queueMs };
    if (!reply.stream) {
      yield* openaiChat.readReply(JSON.parse(reply.answer.bytes.toString('utf8')));
      return;
    }
    try {
      const { eventBytes } = deps.settings.limits;
      yield* streamEvents(reply.body, { dialect: openaiChat, eventBytes });
    } finally {
      left.abort();
    }
  },
});
