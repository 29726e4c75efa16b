import { OwnSide } from '#balancer/own-side.ts';
import type { Explanation } from '#balancer/explanation.ts';
import { type JsonObject, own } from '#core/json.ts';
import { askOf, rulesOf } from '#gateway/ask.ts';
import { upstreamRequest } from '#gateway/attempt.ts';
import { type ReadHow, readCall } from '#gateway/call-wishes.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { type Course, courseTo, modelAt } from '#gateway/course.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { baseHeaders } from '#gateway/reply-headers.ts';
import { sendBytes } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';
import { WholeExchange } from '#gateway/whole-exchange.ts';
import { callUpstream } from '#upstream/call.ts';
import type { Conversation, Target } from '#upstream/target.ts';
import type { ChatDialect } from '#wire/dialect.ts';

/** A vendor that takes longer to count than we take to guess is not waited for, ms. */
const LONGEST_MS = 10_000;

/** How a dialect speaks of a prompt's tokens. */
export interface Counter {
  readonly dialect: ChatDialect;
  /** The field that holds their number. */
  readonly field: string;
  /** Puts what the path says into the body. */
  readonly amend?: ReadHow['amend'];
}

/**
 * What a prompt comes to, tokens, before it is sent: by a vendor who counts in the caller's dialect,
 * else by the estimate that requests are weighed with, which a header says.
 */
export const serveCount =
  ({ dialect, field, amend }: Counter) =>
  async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
    const call = await readCall(deps, http, { ...(amend && { amend }), ownsMetadata: true });
    const { model } = dialect.touchRequest(call.body);
    const { ownsMetadata = false } = call;
    const of = { body: call.body, ownsMetadata, groups: deps.groups, rules: rulesOf(deps, call) };
    const course = courseTo({ model, params: {} }, of);
    const explained = explain(deps, call, course);
    const head = baseHeaders(deps, http);
    const place = counterOf(deps, { explained, dialect, course });
    const counted = place && (await ask(deps, call, { ...place, dialect, field, course }));
    if (counted) {
      sendBytes(http, 200, { head, bytes: counted });
      return {};
    }
    head.add('x-spillway-estimated', 'true');
    const tokens = rowsOf(explained)[0]?.size.inputTokens ?? 0;
    const bytes = Buffer.from(JSON.stringify({ [field]: tokens }));
    sendBytes(http, 200, { head, bytes });
    return {};
  };

export const explain = (deps: GatewayDeps, call: GatewayCall, course: Course): Explanation => {
  const side = new OwnSide(deps.ownCharges(call.tenant));
  return deps.explain({ ...askOf(deps, call, course), own: side });
};

/** Who would be chosen, then who could be, then the others: counting costs none of their quota. */
export const rowsOf = ({ fate, groups }: Explanation) => {
  const choice = fate.verdict === 'now' ? fate.choice : undefined;
  const rank = ({ row, out }: (typeof rows)[number]): number =>
    row.name === choice ? 0 : out ? 2 : 1;
  const rows = groups.flatMap((group) => group.rows);
  return rows.toSorted((a, b) => rank(a) - rank(b));
};

interface Place {
  readonly target: Target;
  readonly at: Conversation;
}

const counterOf = (
  { targets }: GatewayDeps,
  of: { explained: Explanation; dialect: ChatDialect; course: Course },
): Place | undefined => {
  const { explained, dialect, course } = of;
  for (const { row } of rowsOf(explained)) {
    const target = targets.get(row.name);
    if (!target || (course.pinned !== undefined && course.pinned !== row.name)) continue;
    const asked = { model: modelAt(target.spec, course), stream: false };
    const at = target.endpointAt('count', asked);
    const isOwn = target.conversationAt(dialect.name, asked)?.dialect === dialect.name;
    if (at && isOwn) return { target, at };
  }
  return undefined;
};

/** Undefined where it does not count. Rejects with its refusal where the prompt is at fault. */
const ask = (
  deps: GatewayDeps,
  call: GatewayCall,
  { target, at, dialect, field, course }: Place & Counter & { readonly course: Course },
): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const { log, clock, settings } = deps;
    const model = modelAt(target.spec, course);
    const exchange = new WholeExchange({
      target,
      replyBytes: settings.limits.replyBytes,
      codec: {
        answerOf: (body: JsonObject) =>
          typeof own(body, field) === 'number'
            ? { usage: undefined, isFiltered: false }
            : undefined,
        readError: (...answer) => dialect.readError(...answer),
      },
      to: {
        settle(result) {
          if (!('failure' in result)) return resolve(result.answer.bytes);
          const { kind, error } = result.failure;
          if (kind === 'invalid') return reject(error);
          log.debug({ deployment: target.spec.name, kind }, `did not count: ${error.message}`);
          resolve(undefined);
        },
      },
    });
    const written = dialect.redirectRequest(course.body, { model, asksUsage: false });
    const body = JSON.stringify(at.amend?.(written) ?? written);
    const timeoutMs = Math.min(call.timeoutMs ?? LONGEST_MS, LONGEST_MS);
    const request = upstreamRequest(
      deps,
      { ...call, timeoutMs },
      { target, path: at.path, body, stream: false, startedAt: clock.now() },
    );
    callUpstream(clock, request, exchange);
  });
