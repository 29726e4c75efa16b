import { isObject, own, valueAt } from '#core/json.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { type Course, modelAt } from '#gateway/course.ts';
import { type StreamedReply, askStreamed } from '#gateway/streamed.ts';
import { type WholeReply, askWhole } from '#gateway/whole.ts';
import type { ReplyCodec } from '#gateway/whole-exchange.ts';
import type { Target } from '#upstream/target.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { readUsage } from '#wire/openai-chat/usage.ts';

export type ChatReply = WholeReply | StreamedReply;

const chatReplies: ReplyCodec = {
  isAnswer: (body) => Array.isArray(own(body, 'choices')),
  readUsage: (body) => (isObject(body) ? readUsage(own(body, 'usage')) : undefined),
  // The first answer decides, as in LiteLLM.
  isFiltered: (body) => valueAt(body, ['choices', 0, 'finish_reason']) === 'content_filter',
  readError: (...answer) => openaiChat.readError(...answer),
};

/**
 * The spine: a chat request in, a reply out; no HTTP in it. Throws a SpillwayError, or rejects with
 * one, as long as nothing has begun; a stream that breaks off later says so to its sink.
 */
export const chat = (deps: GatewayDeps, call: GatewayCall): Promise<ChatReply> => {
  const touched = openaiChat.touchRequest(call.body);
  const { model } = touched;
  const write = ({ spec, asksUsage }: Target, course: Course): string => {
    const model = modelAt(spec, course);
    return JSON.stringify(
      openaiChat.redirectRequest({ ...spec.defaults, ...course.body }, { model, asksUsage }),
    );
  };
  if (touched.stream) {
    const includeUsage = touched.includeUsage || deps.settings.alwaysIncludeUsage;
    return askStreamed(deps, call, { model, dialect: openaiChat, includeUsage, write });
  }
  return askWhole(deps, call, { model, codec: { ...chatReplies, operation: 'chat', write } });
};
