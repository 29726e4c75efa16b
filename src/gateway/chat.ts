import { isObject, own } from '#core/json.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import type { Course } from '#gateway/course.ts';
import { type StreamedReply, askStreamed } from '#gateway/streamed.ts';
import { type WholeReply, askWhole } from '#gateway/whole.ts';
import type { ReplyCodec } from '#gateway/whole-exchange.ts';
import type { Target } from '#upstream/target.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { readUsage } from '#wire/openai-chat/reply.ts';

export type ChatReply =
  | ({ readonly stream: false } & WholeReply)
  | ({ readonly stream: true } & StreamedReply);

const chatReplies: ReplyCodec = {
  isAnswer: (body) => Array.isArray(own(body, 'choices')),
  readUsage: (body) => (isObject(body) ? readUsage(own(body, 'usage')) : undefined),
  readError: (...answer) => openaiChat.readError(...answer),
};

/**
 * The spine: a chat request in, a reply out; no HTTP in it. Rejects with a SpillwayError as long as
 * nothing has begun; a stream that breaks off later says so to its sink.
 */
export const chat = async (deps: GatewayDeps, call: GatewayCall): Promise<ChatReply> => {
  const touched = openaiChat.touchRequest(call.body);
  const { model } = touched;
  const write = ({ spec, asksUsage }: Target, { models, body }: Course): string => {
    const model = models?.get(spec.name) ?? spec.model;
    return JSON.stringify(
      openaiChat.redirectRequest({ ...spec.defaults, ...body }, { model, asksUsage }),
    );
  };
  if (touched.stream) {
    const includeUsage = touched.includeUsage || deps.settings.alwaysIncludeUsage;
    const options = { model, dialect: openaiChat, includeUsage, write };
    return { stream: true, ...(await askStreamed(deps, call, options)) };
  }
  const codec = { ...chatReplies, operation: 'chat', write } as const;
  return { stream: false, ...(await askWhole(deps, call, { model, codec })) };
};
