import type { Admit, Lease } from '#balancer/admit.ts';
import { SpillwayError } from '#core/errors.ts';
import { newCallId } from '#core/ids.ts';
import type { JsonObject } from '#core/json.ts';
import type { QuotaNews } from '#core/quota.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { chat } from '#gateway/chat.ts';
import { embeddings } from '#gateway/embeddings.ts';
import { type GroupMember, Groups } from '#gateway/groups.ts';
import type { Usage } from '#wire/chat-event.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/** What one deployment answered when it was asked once. */
export interface AskedOnce {
  /** Of the answer; of the failure that took its place where there was none. */
  readonly status: number;
  /** Why it did not answer; absent where it did. */
  readonly error?: string;
  readonly tookMs: number;
  readonly usage?: Usage;
  /** What its answer told of limits. */
  readonly news: readonly QuotaNews[];
}

const LONGEST_MS = 30_000;

/**
 * Asks one deployment for as little as can be asked for: one token, or one word's embedding. It is
 * not asked again whatever comes, and nobody is asked in its place.
 */
export const askOnce = async (
  deps: GatewayDeps,
  deployment: GroupMember & { readonly isEmbedding: boolean },
): Promise<AskedOnce> => {
  const { clock } = deps;
  const news: QuotaNews[] = [];
  const startedAt = clock.now();
  // Whatever models and deployments are called, this name means it alone.
  const id = newCallId();
  const members = [{ ...deployment, id }];
  const groups = new Groups({ members, aliases: {}, providerOf: () => undefined });
  const admit = admitOnce(deps.admit, (one) => news.push(one));
  const at = { arrivedAt: startedAt, wallMs: clock.wall() };
  const call = callOf(id, deployment.isEmbedding, at);
  const tookMs = (): number => clock.now() - startedAt;
  try {
    const its = { ...deps, groups, admit };
    const reply = await (deployment.isEmbedding
      ? embeddings(its, call)
      : chat(its, call, openaiChat));
    // A whole answer was asked for.
    const usage = 'answer' in reply ? reply.answer.usage : undefined;
    return { status: 200, tookMs: tookMs(), news, ...(usage && { usage }) };
  } catch (thrown) {
    const { status, message } = SpillwayError.from(thrown);
    return { status, error: message, tookMs: tookMs(), news };
  }
};

const callOf = (
  model: string,
  isEmbedding: boolean,
  at: Pick<GatewayCall, 'arrivedAt' | 'wallMs'>,
): GatewayCall => {
  const body: JsonObject = isEmbedding
    ? { model, input: 'Hi' }
    : { model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 };
  return {
    id: newCallId(),
    ...at,
    body,
    signal: new AbortController().signal,
    timeoutMs: LONGEST_MS,
    retries: 0,
    fallbacks: { rules: {}, isOff: true },
    progress: {},
    tenant: { key: 'check', user: '' },
    priority: 'interactive',
    bytes: 0,
    queueMs: 0,
  };
};

/** Lets the first go, and nothing after it. `hears`: what its answer tells of limits. */
const admitOnce = (admit: Admit, hears: (news: QuotaNews) => void): Admit => {
  let isAsked = false;
  return async (request) => {
    if (isAsked) throw new SpillwayError('rate_limited', 'It is asked once only.');
    isAsked = true;
    const admission = await admit(request);
    return admission.lease ? { ...admission, lease: heard(admission.lease, hears) } : admission;
  };
};

const heard = (lease: Lease, hears: (news: QuotaNews) => void): Lease => ({
  deployment: lease.deployment,
  expected: lease.expected,
  observed: (news, now) => {
    hears(news);
    lease.observed(news, now);
  },
  began: (now) => lease.began(now),
  done: (spent, now) => lease.done(spent, now),
  failed: (kind, now) => lease.failed(kind, now),
  abandoned: (now) => lease.abandoned(now),
});
