import { SpillwayError } from '#core/errors.ts';
import { newCallId } from '#core/ids.ts';
import { costParts } from '#core/price.ts';
import { secretForms } from '#core/secret-mask.ts';
import { promptPieces } from '#flow/nodes/without-prompt.ts';
import type { ModelCall, Priced, Served, Timed } from '#flow/ports.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { chat, type ChatReply } from '#gateway/chat.ts';
import { modelAt } from '#gateway/course.ts';
import { recordRefusedCall } from '#gateway/refusals.ts';
import type { Pass } from '#keys/pass.ts';
import type { FlowSurroundings } from '#server/flow-services.ts';
import { streamEvents } from '#server/stream-events.ts';
import type { ChatEvent, Usage } from '#wire/chat-event.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/** What the gateway says that a call came to, by the rates of whoever has served it. */
const priced = (
  { prices, groups }: GatewayDeps,
  { decision: { costNanos }, target: { spec } }: ChatReply,
  { model, usage }: { readonly model: string; readonly usage: Usage | undefined },
): Priced[] => {
  if (costNanos === undefined) return [];
  const rates = prices(spec.name, modelAt(spec, groups.find(model) ?? {}));
  const parts = usage && costParts(costNanos, rates, usage);
  return [{ type: 'priced', costNanos, ...(parts && { parts }) }];
};

/** Who takes a call to a group, and under which name. */
export const takerOf = (own: GatewayDeps, { route }: FlowSurroundings, group: string) =>
  route?.(group) ?? { gateway: own, model: group };

/**
 * What a vendor says of a prompt may repeat it: neither that nor the app's secrets are for the log,
 * the records of decisions and those who asked, no more than our keys.
 */
const concealing = (
  deps: GatewayDeps,
  { request, secrets }: { readonly request: ChatRequest; readonly secrets: readonly string[] },
): GatewayDeps => ({
  ...deps,
  targets: {
    get(deployment) {
      const target = deps.targets.get(deployment);
      return (
        target && {
          ...target,
          // Nobody asks for it unless a call fails.
          get concealed() {
            const { keys, places } = target.concealed;
            const known = [...keys, ...secrets.flatMap(secretForms)];
            return { keys: known, places, words: promptPieces(request) };
          },
        }
      );
    },
  },
});

/**
 * Whoever asks for an app as a model pays for it; what it is made of is the app's affair. Its own payer's
 * key may open nothing any more, or not this model.
 */
const paying = (
  { payer, pass: passNow }: FlowSurroundings,
  model: string,
): { readonly pass?: Pass | undefined; readonly refusal?: SpillwayError } => {
  if (payer) return { pass: payer.pass };
  let pass: Pass | undefined;
  try {
    pass = passNow?.();
    pass?.checkModel(model);
    return { pass };
  } catch (thrown) {
    return { pass, refusal: SpillwayError.from(thrown) };
  }
};

/** One model call of a flow, through the gateway's spine. Ends soon after the call's signal aborts. */
export async function* flowChat(
  { own, around }: { readonly own: GatewayDeps; readonly around: FlowSurroundings },
  request: ChatRequest,
  { runId, signal, deadline }: ModelCall,
): AsyncGenerator<ChatEvent | Served | Priced | Timed> {
  const { owner = '', user = '', app, secrets, payer } = around;
  const { gateway, model } = takerOf(own, around, request.model);
  // Whoever takes it, it goes on the same books.
  const booked = own.billing ? { ...gateway, billing: own.billing } : gateway;
  const deps = concealing(booked, { request, secrets: secrets ?? [] });
  const { pass, refusal } = paying(around, request.model);
  // The call ends with its reader, however that one ends.
  const left = new AbortController();
  const call: GatewayCall = {
    id: newCallId(),
    progress: {},
    arrivedAt: deps.clock.now(),
    wallMs: deps.clock.wall(),
    body: openaiChat.writeRequest(request, { model, asksUsage: true }).body,
    signal: AbortSignal.any([signal, left.signal]),
    // It waits for as long as its run may take, or as whoever pays for it says.
    queueMs: pass && pass.waitMs > 0 ? pass.waitMs : Infinity,
    deadline,
    tenant: payer
      ? { key: payer.key, user: payer.user }
      : { key: owner === '' ? 'apps' : `app:${owner}`, user },
    ...(pass && { pass }),
    ...(app && { app: payer ? { ...app, isAsked: true } : app }),
    ...(secrets && { secrets }),
    ...(payer?.tags && { tags: payer.tags }),
    ...(payer?.endUser !== undefined && { endUser: payer.endUser }),
    ...(payer?.address !== undefined && { address: payer.address }),
    priority: 'interactive',
    bytes: 0,
    run: runId,
  };
  if (refusal) {
    recordRefusedCall(deps, call, { error: refusal, ...(pass && { pass }) });
    throw refusal;
  }
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
  const { attempts, queueMs, upstreamId } = decision;
  const served = { deployment, attempts, queueMs, callId: call.id, model };
  yield { type: 'served', ...served, ...(upstreamId !== undefined && { upstreamId }) };
  let usage: Usage | undefined;
  let firstMs: number | undefined;
  const since = (): number => deps.clock.now() - call.arrivedAt;
  try {
    for await (const event of eventsOf(deps, reply)) {
      if (event.type === 'block-delta') firstMs ??= since();
      else if (event.type === 'usage') ({ usage } = event);
      yield event;
    }
    yield* priced(deps, reply, { model, usage });
    yield { type: 'timed', latencyMs: since(), ...(firstMs !== undefined && { firstMs }) };
  } finally {
    left.abort();
  }
}

/** Until the call is over, and its books are closed. */
async function* eventsOf(deps: GatewayDeps, reply: ChatReply): AsyncGenerator<ChatEvent> {
  if (!reply.stream) {
    yield* openaiChat.readReply(JSON.parse(reply.answer.bytes.toString('utf8')));
    return;
  }
  const { eventBytes } = deps.settings.limits;
  yield* streamEvents(reply.body, { dialect: openaiChat, eventBytes });
  await reply.ended;
}
