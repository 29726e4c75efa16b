import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Block, ChatEvent, Citation } from '#wire/chat-event.ts';
import { finishEvent } from '#wire/openai-chat/finish.ts';
import { NAME } from '#wire/openai-chat/name.ts';
import {
  citationsOf,
  fieldText,
  imagesOf,
  redactedOf,
  textsOf,
  thoughtSeal,
  toolCallsOf,
  wholeNumber,
} from '#wire/openai-chat/parts.ts';
import { readUsage } from '#wire/openai-chat/usage.ts';

export const readReply = (body: Json): ChatEvent[] => {
  const choices = isObject(body) ? own(body, 'choices') : undefined;
  const first = Array.isArray(choices) ? choices[0] : undefined;
  const message = isObject(first) ? own(first, 'message') : undefined;
  if (!isObject(body) || !Array.isArray(choices) || !isObject(message))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without a message; try again.',
    );
  const events: ChatEvent[] = [startEvent(body)];
  const answers = choices.filter(isObject);
  const numbers = numbersOf(answers);
  let index = 0;
  for (const [i, answer] of answers.entries())
    for (const said of blocksOf(answer)) {
      const choice = numbers[i]!;
      events.push({ type: 'block-start', index, block: said.block, ...(choice > 0 && { choice }) });
      events.push({ type: 'block-delta', index, delta: said.content });
      for (const citation of said.citations ?? [])
        events.push({ type: 'citation', index, citation });
      if (said.logprobs) events.push({ type: 'logprobs', index, value: said.logprobs });
      const { signature } = said;
      events.push({ type: 'block-end', index, ...(signature !== undefined && { signature }) });
      index++;
    }
  const extra = extraOf(body);
  if (extra) events.push(extra);
  const usage = readUsage(own(body, 'usage'));
  if (usage) events.push({ type: 'usage', usage });
  for (const [i, answer] of answers.entries())
    events.push(finishEvent(fieldText(answer, 'finish_reason'), numbers[i]));
  return events;
};

/** The choices' own numbers, or their places where those are no numbers of their own. */
const numbersOf = (choices: readonly JsonObject[]): readonly number[] => {
  const told = choices.map((choice) => wholeNumber(own(choice, 'index')));
  const numbers = told.filter((each) => each !== undefined);
  return new Set(numbers).size === told.length ? numbers : [...told.keys()];
};

interface Said {
  readonly block: Block;
  readonly content: string;
  readonly signature?: string | undefined;
  readonly citations?: readonly Citation[];
  readonly logprobs?: JsonObject | undefined;
}

const blocksOf = (choice: JsonObject): Said[] => {
  const message = own(choice, 'message');
  if (!isObject(message)) return [];
  const logprobs = own(choice, 'logprobs');
  const texts = textsOf(message).map(({ kind, text }): Said => {
    const said = { block: { kind }, content: text };
    if (kind === 'reasoning') return { ...said, signature: thoughtSeal(message) };
    if (kind === 'refusal') return said;
    return {
      ...said,
      citations: citationsOf(message),
      ...(isObject(logprobs) && { logprobs }),
    };
  });
  return [
    ...redactedOf(message).map((redacted): Said => ({
      block: { kind: 'reasoning', redacted },
      content: '',
    })),
    ...texts,
    ...imagesOf(message).map(({ mediaType, data }): Said => ({
      block: { kind: 'image', mediaType },
      content: data,
    })),
    ...toolCallsOf(message).map(({ id, name, input, signature }): Said => ({
      block: { kind: 'tool-call', id, name },
      content: input,
      signature,
    })),
  ];
};

export const startEvent = (body: JsonObject): ChatEvent => ({
  type: 'start',
  id: fieldText(body, 'id'),
  model: fieldText(body, 'model'),
  created: wholeNumber(own(body, 'created')) ?? 0,
});

/** What a vendor says of how it served the request. */
const EXTRAS = ['service_tier', 'system_fingerprint'];

export const extraOf = (body: JsonObject): Extract<ChatEvent, { type: 'extra' }> | undefined => {
  const told = EXTRAS.flatMap((key) => {
    const value = own(body, key);
    return typeof value === 'string' ? [[key, value] as const] : [];
  });
  return told.length === 0
    ? undefined
    : { type: 'extra', dialect: NAME, value: Object.fromEntries(told) };
};
