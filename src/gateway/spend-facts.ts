import type { DecisionBuilder } from '#balancer/decision.ts';
import type { SpillwayError } from '#core/errors.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { GatewayCall } from '#gateway/call.ts';
import type { SpendRecord } from '#store/spend.ts';
import type { Usage } from '#wire/chat-event.ts';

/**
 * What is told of a request besides who, what and how much: LiteLLM's fields and ours, in this order. All
 * are there from the first, which is the cheapest to make and to write; what is undefined is not told.
 */
export type SpendFacts = {
  readonly litellm_call_id: string;
  readonly call_type: string;
  readonly stream: boolean;
  readonly session_id: string | undefined;
  readonly app: string | undefined;
  readonly requester_ip_address: string | undefined;
  readonly priority: string | undefined;
  readonly metadata: JsonObject | undefined;
  wait_ms: number;
  attempts: Json[];
  asked_model: string | undefined;
  decision: string | undefined;
  first_ms: number | undefined;
  upstream_id: string | undefined;
  cached_tokens: number | undefined;
  reasoning_tokens: number | undefined;
  estimated: true | undefined;
  error: JsonObject | undefined;
};

/** What is known of it before anything has become of it. */
export const factsOf = (
  call: Pick<
    GatewayCall,
    'id' | 'body' | 'session' | 'run' | 'address' | 'priority' | 'app' | 'callType' | 'notes'
  >,
): SpendFacts => ({
  litellm_call_id: call.id,
  call_type: call.callType ?? 'acompletion',
  stream: call.body['stream'] === true,
  session_id: call.session ?? call.run,
  app: call.app?.id,
  requester_ip_address: call.address,
  priority: call.priority === 'batch' ? call.priority : undefined,
  metadata: notesOf(call),
  wait_ms: 0,
  attempts: NO_ATTEMPTS,
  asked_model: undefined,
  decision: undefined,
  first_ms: undefined,
  upstream_id: undefined,
  cached_tokens: undefined,
  reasoning_tokens: undefined,
  estimated: undefined,
  error: undefined,
});

const NO_ATTEMPTS: Json[] = [];

/** How it went, told with the rest. */
export const tellCourse = (facts: SpendFacts, decision: DecisionBuilder): void => {
  const { tries } = decision;
  facts.wait_ms = Math.round(decision.queueMs);
  facts.attempts = tries.map(({ deployment, outcome = '' }) => [deployment, outcome]);
  facts.decision = decision.summary();
  facts.first_ms = tries.at(-1)?.firstMs;
  facts.upstream_id = decision.upstreamId;
};

export const tellUsage = (facts: SpendFacts, { cachedTokens, reasoningTokens }: Usage): void => {
  facts.cached_tokens = cachedTokens;
  facts.reasoning_tokens = reasoningTokens;
};

export const tellError = (facts: SpendFacts, { code, status, message }: SpillwayError): void => {
  facts.error = { code, status, message };
};

/**
 * Whether it failed, as far as sums and filters are concerned. Whoever left before the end did not fail,
 * and was not failed: LiteLLM writes such a request down as served, too. Its error says 499.
 */
export const statusWith = (error: SpillwayError | undefined): SpendRecord['status'] =>
  error && error.code !== 'client_closed' ? 'failure' : 'success';

/** A caller's own notes are kept where they are notes. */
const MOST_NOTES_CHARS = 4_096;

/** In the body's `metadata`, and in the field of it that LiteLLM fills from a header. */
const notesOf = ({ body, notes }: Pick<GatewayCall, 'body' | 'notes'>): JsonObject | undefined => {
  const listed = own(body, 'metadata');
  const said = isObject(listed) && isSmall(listed) ? listed : undefined;
  return notes && isSmall(notes) ? { ...said, spend_logs_metadata: notes } : said;
};

const isSmall = (value: JsonObject): boolean => JSON.stringify(value).length <= MOST_NOTES_CHARS;
