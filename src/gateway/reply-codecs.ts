import { type JsonObject, own, valueAt } from '#core/json.ts';
import { type ReplyNames, named } from '#gateway/reply-names.ts';
import type { ReplyCodec, ToldAnswer } from '#gateway/whole-exchange.ts';
import type { ChatEvent, FinishEvent } from '#wire/chat-event.ts';
import type { ChatDialect, ReadOptions, ReplyWriteOptions } from '#wire/dialect.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { readUsage } from '#wire/openai-chat/usage.ts';

/** A reply of the dialect that most speak passes as it is: no more of it is read than is needed. */
const commonReplies: ReplyCodec = {
  answerOf(body) {
    if (!Array.isArray(own(body, 'choices'))) return undefined;
    // The first answer decides, as in LiteLLM.
    const isFiltered = valueAt(body, ['choices', 0, 'finish_reason']) === 'content_filter';
    return { usage: readUsage(own(body, 'usage')), isFiltered };
  },
  readError: (...answer) => openaiChat.readError(...answer),
};

/** How whole replies of the caller's own dialect are read: they pass as they are. */
export const passingReplies = (dialect: ChatDialect): ReplyCodec => {
  if (dialect.name === openaiChat.name) return commonReplies;
  return {
    answerOf(body) {
      const events = eventsOf(dialect, body, {});
      return events && toldBy(events);
    },
    readError: (...answer) => dialect.readError(...answer),
  };
};

/** How those of another dialect are read, and written anew for the caller. */
export const translatedReplies = (
  from: ChatDialect,
  to: ChatDialect,
  { names, emulates, request }: ReadOptions & ReplyWriteOptions & { readonly names: ReplyNames },
): ReplyCodec => ({
  readsAll: true,
  answerOf(body) {
    const events = eventsOf(from, body, { emulates })?.map((event) => named(event, names));
    if (!events) return undefined;
    return {
      ...toldBy(events),
      bytes: Buffer.from(JSON.stringify(to.writeReply(events, { request }))),
    };
  },
  readError: (...answer) => from.readError(...answer),
});

/** Undefined where it is no reply. */
const eventsOf = (
  dialect: ChatDialect,
  body: JsonObject,
  options: ReadOptions,
): ChatEvent[] | undefined => {
  try {
    const events = dialect.readReply(body, options);
    return events.some(({ type }) => type === 'error') ? undefined : events;
  } catch {
    return undefined;
  }
};

const toldBy = (events: readonly ChatEvent[]): ToldAnswer => {
  const usage = events.find((event) => event.type === 'usage')?.usage;
  const finish = events.find((event): event is FinishEvent => event.type === 'finish');
  return { usage, isFiltered: finish?.reason === 'content-filter' };
};
