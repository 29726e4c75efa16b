import { own } from '#core/json.ts';
import { rulesOf } from '#gateway/ask.ts';
import { readCall } from '#gateway/call-wishes.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { courseTo, modelAt } from '#gateway/course.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { baseHeaders } from '#gateway/reply-headers.ts';
import { sendBytes } from '#gateway/send-reply.ts';
import { explain, rowsOf } from '#gateway/serve-count.ts';
import type { Served } from '#gateway/served.ts';
import { bad, modelName } from '#wire/check.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/** What LiteLLM counts: one of them has to be there. */
const COUNTED = ['prompt', 'messages', 'contents'];

/**
 * LiteLLM's `/utils/token_counter`: what a prompt comes to at the deployment that would serve it, as
 * requests are weighed. No vendor is asked.
 */
export const serveTokenCounter = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const call = await readCall(deps, http);
  const { body } = call;
  const model = modelName(body);
  if (COUNTED.every((field) => (own(body, field) ?? null) === null))
    return bad('messages', 'there, or `prompt` or `contents`: what is to be counted', undefined);
  if ((own(body, 'messages') ?? null) !== null) openaiChat.touchRequest(body);
  const of = { body, groups: deps.groups, rules: rulesOf(deps, call) };
  const course = courseTo({ model, params: {} }, of);
  const row = rowsOf(explain(deps, call, course))[0];
  const target = row && deps.targets.get(row.row.name);
  const told = {
    total_tokens: row?.size.inputTokens ?? 0,
    request_model: model,
    model_used: target ? modelAt(target.spec, course) : model,
    tokenizer_type: 'estimate',
    original_response: null,
    error: false,
    error_message: null,
  };
  const head = baseHeaders(deps, http);
  head.add('x-spillway-estimated', 'true');
  sendBytes(http, 200, { head, bytes: Buffer.from(JSON.stringify(told)) });
  return {};
};
