import { type JsonObject, isObject, own, setOwn } from '#core/json.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import { type Gathered, type WholeBlock, gather } from '#wire/collect.ts';
import type { ReplyWriteOptions } from '#wire/dialect.ts';
import { finishWord, nativeWord } from '#wire/openai-chat/finish.ts';
import { asFunctionCall, oldFinishWord, speaksFunctions } from '#wire/openai-chat/functions.ts';
import { NAME } from '#wire/openai-chat/name.ts';
import { TEXT_FIELD, type TextKind, citationField, imageField } from '#wire/openai-chat/parts.ts';
import { writeUsage } from '#wire/openai-chat/usage.ts';
import { callOf, thinkingBlock } from '#wire/openai-chat/write-message.ts';

/** Extras again: those of this dialect at the top, those of others where LiteLLM puts them. */
export const extraFields = (
  extras: Gathered['extras'],
): { readonly top: JsonObject; readonly message: JsonObject } => {
  const of = (isOwn: boolean): JsonObject =>
    joined(extras.filter(({ dialect }) => (dialect === NAME) === isOwn).map(({ value }) => value));
  const foreign = of(false);
  return {
    top: of(true),
    message: Object.keys(foreign).length > 0 ? { [FOREIGN]: foreign } : {},
  };
};

export const writeReply = (
  events: readonly ChatEvent[],
  { request = {} }: ReplyWriteOptions = {},
): JsonObject => {
  const whole = gather(events);
  const isOld = speaksFunctions(request);
  const { top, message } = extraFields(whole.extras);
  return {
    id: whole.id,
    object: 'chat.completion',
    created: whole.created,
    model: whole.model,
    choices: whole.finishes.map(({ choice: index = 0, reason, raw }) => {
      const blocks = whole.blocks.filter(({ choice }) => choice === index);
      const said = messageOf(blocks, index === 0 ? message : {});
      const word = finishWord(reason, raw);
      return {
        index,
        message: isOld ? asFunctionCall(said) : said,
        logprobs: logprobsOf(blocks),
        finish_reason: isOld ? oldFinishWord(word) : word,
        ...nativeWord(raw),
      };
    }),
    ...(whole.usage && { usage: writeUsage(whole.usage) }),
    ...top,
  };
};

const messageOf = (blocks: readonly WholeBlock[], extra: JsonObject): JsonObject => {
  const join = (kind: TextKind): string =>
    blocks.map((block) => (block.kind === kind ? block.content : '')).join('');
  const reasoning = join('reasoning');
  const sealed = blocks.filter((block) => block.kind === 'reasoning').filter(isSealed);
  const images = blocks.filter((block) => block.kind === 'image');
  const calls = blocks.filter((block) => block.kind === 'tool-call');
  const citations = citationField(blocks.flatMap((block) => block.citations));
  const foreign = [citations, extra].map((fields) => own(fields, FOREIGN)).filter(isObject);
  return {
    role: 'assistant',
    [TEXT_FIELD.text]: join('text') || null,
    [TEXT_FIELD.refusal]: join('refusal') || null,
    ...(reasoning && { [TEXT_FIELD.reasoning]: reasoning }),
    ...(sealed.length > 0 && { thinking_blocks: sealed.map(thinkingOf) }),
    ...(images.length > 0 && {
      images: images.map(({ mediaType, content }) => imageField(mediaType, content)),
    }),
    ...citations,
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, content, signature }) =>
        callOf({
          kind: 'tool-call',
          id,
          name,
          input: content,
          ...(signature !== undefined && { signature }),
        }),
      ),
    }),
    ...(foreign.length > 0 && { [FOREIGN]: joined(foreign) }),
  };
};

/** Where LiteLLM puts what only another vendor has words for. */
const FOREIGN = 'provider_specific_fields';

type WholeThought = Extract<WholeBlock, { kind: 'reasoning' }>;

const isSealed = ({ redacted, signature }: WholeThought): boolean =>
  redacted !== undefined || signature !== undefined;

const thinkingOf = ({ content, signature, redacted }: WholeThought): JsonObject =>
  thinkingBlock({ text: content, signature, redacted });

/** Pieces of log-probabilities as one; null where there are none. */
const logprobsOf = (blocks: readonly WholeBlock[]): JsonObject | null => {
  const pieces = blocks.flatMap(({ logprobs }) => logprobs).filter(isObject);
  return pieces.length === 0 ? null : joined(pieces);
};

/** Several objects as one: lists under one key go on, of anything else the last holds. */
const joined = (pieces: readonly JsonObject[]): JsonObject => {
  const whole: JsonObject = {};
  for (const [key, value] of pieces.flatMap((piece) => Object.entries(piece))) {
    const before = own(whole, key);
    setOwn(
      whole,
      key,
      Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value,
    );
  }
  return whole;
};
