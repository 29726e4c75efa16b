import { newCallId } from '#core/ids.ts';
import type { FlowServices, Priced } from '#flow/ports.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { chat } from '#gateway/chat.ts';
import type { GuardedClient } from '#net/guarded-client.ts';
import type { Pass } from '#keys/pass.ts';
import type { Sandbox } from '#sandbox/sandbox.ts';
import type { RunPayer } from '#service-api/run-app.ts';
import { streamEvents } from '#server/stream-events.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/** What flows have around them besides models: where code runs, and the one way outside. */
export interface FlowSurroundings {
  readonly sandbox: Sandbox;
  readonly client: GuardedClient;
  /** Which app it is: they take turns, and Python's programs of two share nothing. */
  readonly owner?: string;
  /** Whose run it is, as the app's callers name them: for fairness between them. */
  readonly user?: string;
  /** The app as records of spend know it. */
  readonly app?: GatewayCall['app'];
  /** Of the virtual key that pays for it. Throws where that opens nothing any more. */
  readonly pass?: () => Pass | undefined;
  /** Who pays, where that is not the app. */
  readonly payer?: RunPayer;
  /** Who takes a call to this group, under which name; the gateway itself where absent. */
  readonly route?: (group: string) => { readonly gateway: GatewayDeps; readonly model: string };
}

const priced = ({ costNanos }: { readonly costNanos: number | undefined }): Priced[] =>
  costNanos === undefined ? [] : [{ type: 'priced', costNanos }];

/** A flow's model calls enter the gateway at its spine, like everybody else's but without a socket. */
export const createFlowServices = (
  own: GatewayDeps,
  { sandbox, client, owner = '', user = '', app, pass: passNow, payer, route }: FlowSurroundings,
): FlowServices => ({
  renderJinja: (job, signal) => sandbox.renderJinja(job, signal),
  runCode: (job, signal) =>
    sandbox.runCode(job, signal, { owner, fetch: (request, over) => client.fetch(request, over) }),
  extractText: (bytes, { extension }, signal) => sandbox.extractText({ bytes, extension }, signal),
  fetch: (request, signal) => client.fetch(request, signal),
  contextTokens(group) {
    const { gateway: deps, model } = route?.(group) ?? { gateway: own, model: group };
    const known = deps
      .catalogue()
      .flatMap((row) =>
        row.group === model && row.contextTokens !== undefined ? [row.contextTokens] : [],
      );
    return known.length === 0 ? undefined : Math.min(...known);
  },
  async *chat(request, { runId, signal, deadline }) {
    const { gateway, model } = route?.(request.model) ?? { gateway: own, ...request };
    // Whoever takes it, it goes on the same books.
    const deps = own.billing ? { ...gateway, billing: own.billing } : gateway;
    // Whoever asks for an app as a model pays for it; what it is made of is the app's affair.
    const pass = payer ? payer.pass : passNow?.();
    if (!payer) pass?.checkModel(request.model);
    // The call ends with its reader, however that one ends.
    const left = new AbortController();
    const call: GatewayCall = {
      id: newCallId(),
      progress: {},
      arrivedAt: deps.clock.now(),
      body: openaiChat.writeRequest(request, { model, asksUsage: true }).body,
      signal: AbortSignal.any([signal, left.signal]),
      // It waits for as long as its run may take.
      queueMs: Infinity,
      deadline,
      tenant: payer
        ? { key: payer.key, user: payer.user }
        : { key: owner === '' ? 'apps' : `app:${owner}`, user },
      ...(pass && { pass }),
      ...(app && { app }),
      ...(payer?.tags && { tags: payer.tags }),
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
    const { attempts, queueMs } = decision;
    const { upstreamId } = decision.course;
    const served = { deployment, attempts, queueMs, callId: call.id, model };
    yield { type: 'served', ...served, ...(upstreamId !== undefined && { upstreamId }) };
    if (!reply.stream) {
      yield* openaiChat.readReply(JSON.parse(reply.answer.bytes.toString('utf8')));
      yield* priced(decision);
      return;
    }
    try {
      const { eventBytes } = deps.settings.limits;
      yield* streamEvents(reply.body, { dialect: openaiChat, eventBytes });
      await reply.ended;
      yield* priced(decision);
    } finally {
      left.abort();
    }
  },
});
