import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Block, ChatEvent, FinishEvent } from '#wire/chat-event.ts';
import type { Frame, Step } from '#wire/dialect.ts';
import { readStreamError } from '#wire/openai-chat/error.ts';
import { finishEvent } from '#wire/openai-chat/finish.ts';
import {
  type TextKind,
  type ToolCallPiece,
  citationsOf,
  fieldText,
  imagesOf,
  redactedOf,
  textsOf,
  thoughtSeal,
  toolCallsOf,
  wholeNumber,
  wordsAlone,
} from '#wire/openai-chat/parts.ts';
import { extraOf, startEvent } from '#wire/openai-chat/read-reply.ts';
import { readUsage } from '#wire/openai-chat/usage.ts';

export const DONE = '[DONE]';

/** Answers of one request; what is beyond is not read. */
const MOST_CHOICES = 128;

const broken = (message: string): ChatEvent => ({
  type: 'error',
  error: { kind: 'broken', status: 502, message },
});

/** Throws SpillwayError `upstream_invalid`: a `data:` line that is no JSON object. */
export const parseChunk = (data: string): JsonObject => {
  let chunk: Json;
  try {
    chunk = JSON.parse(data) as Json;
  } catch (cause) {
    const message = 'The upstream sent a chunk that is not JSON; try again.';
    throw new SpillwayError('upstream_invalid', message, { cause });
  }
  if (isObject(chunk)) return chunk;
  throw new SpillwayError(
    'upstream_invalid',
    'The upstream sent a chunk that is not an object; try again.',
  );
};

/** Chunks → events. A chunk that is no JSON ends the stream with an error. */
export const streamReader = (): Step<Frame, ChatEvent> => new StreamReader();

class StreamReader implements Step<Frame, ChatEvent> {
  readonly #choices = new Map<number, Choice>();
  readonly #blocks = new Blocks();
  #started = false;
  /** Held back until the end: vendors that count as they go send it with every chunk. */
  #usage: ChatEvent | undefined;
  #extra: ChatEvent | undefined;
  #over = false;

  push({ data }: Frame): ChatEvent[] {
    if (this.#over) return [];
    if (data === DONE) return this.end();
    let chunk: JsonObject;
    try {
      chunk = parseChunk(data);
    } catch (thrown) {
      return this.#stop([broken((thrown as Error).message)]);
    }
    const error = own(chunk, 'error');
    if (error) return this.#stop([{ type: 'error', error: readStreamError(error) }]);
    const usage = readUsage(own(chunk, 'usage'));
    if (usage) this.#usage = { type: 'usage', usage };
    const choices = own(chunk, 'choices');
    const answers = Array.isArray(choices) ? choices.filter(isObject) : [];
    if (answers.length === 0) return [];
    this.#extra = extraOf(chunk) ?? this.#extra;
    const events = this.#started ? [] : [startEvent(chunk)];
    this.#started = true;
    for (const answer of answers) this.#choiceOf(answer)?.read(answer, events);
    return events;
  }

  end(): ChatEvent[] {
    if (this.#over) return [];
    const finishes = [...this.#choices.values()].map(({ finish }) => finish);
    const whole = finishes.filter((each) => each !== undefined);
    const isWhole = whole.length > 0 && whole.length === finishes.length;
    return this.#stop(isWhole ? whole : [broken('The stream ended before it was whole.')]);
  }

  #choiceOf(answer: JsonObject): Choice | undefined {
    const number = wholeNumber(own(answer, 'index')) ?? 0;
    const known = this.#choices.get(number);
    if (known || number >= MOST_CHOICES) return known;
    const choice = new Choice(number, this.#blocks);
    this.#choices.set(number, choice);
    return choice;
  }

  #stop(last: readonly ChatEvent[]): ChatEvent[] {
    this.#over = true;
    if (!this.#started) return last.slice(0, 1);
    const held = [this.#extra, this.#usage].filter((event) => event !== undefined);
    return [...this.#blocks.endAll(), ...held, ...last];
  }
}

/** Numbers the blocks of all choices, and knows which are open. */
class Blocks {
  #next = 0;
  /** Open ones, with the seal that their end will carry. */
  readonly #open = new Map<number, string | undefined>();

  start(block: Block, choice: number, events: ChatEvent[]): number {
    const index = this.#next++;
    this.#open.set(index, undefined);
    events.push({ type: 'block-start', index, block, ...(choice > 0 && { choice }) });
    return index;
  }

  seal(index: number, signature: string | undefined): void {
    if (signature !== undefined && this.#open.has(index)) this.#open.set(index, signature);
  }

  end(index: number): ChatEvent {
    const signature = this.#open.get(index);
    this.#open.delete(index);
    return { type: 'block-end', index, ...(signature !== undefined && { signature }) };
  }

  endAll(): ChatEvent[] {
    return [...this.#open.keys()].map((index) => this.end(index));
  }
}

interface Call {
  readonly block: number;
  readonly id: string;
}

/** One of the answers. */
class Choice {
  finish: FinishEvent | undefined;
  readonly #number: number;
  readonly #blocks: Blocks;
  /** The text that goes on: another kind of text, or a call, ends it. */
  #text: { readonly kind: TextKind; readonly block: number } | undefined;
  readonly #calls = new Map<string, Call>();
  #latestCall: Call | undefined;

  constructor(number: number, blocks: Blocks) {
    this.#number = number;
    this.#blocks = blocks;
  }

  read(answer: JsonObject, events: ChatEvent[]): void {
    const delta = own(answer, 'delta');
    if (isObject(delta)) this.#delta(delta, events);
    const logprobs = own(answer, 'logprobs');
    if (isObject(logprobs) && this.#text?.kind === 'text')
      events.push({ type: 'logprobs', index: this.#text.block, value: logprobs });
    const reason = fieldText(answer, 'finish_reason');
    if (reason !== '') this.finish = finishEvent(reason, this.#number);
  }

  #delta(delta: JsonObject, events: ChatEvent[]): void {
    const words = wordsAlone(delta);
    if (words !== '') return this.#say('text', words, events);
    for (const redacted of redactedOf(delta)) {
      this.#endText(events);
      const index = this.#blocks.start({ kind: 'reasoning', redacted }, this.#number, events);
      events.push(this.#blocks.end(index));
    }
    for (const { kind, text } of textsOf(delta)) this.#say(kind, text, events);
    if (this.#text?.kind === 'reasoning') this.#blocks.seal(this.#text.block, thoughtSeal(delta));
    if (this.#text?.kind === 'text')
      for (const citation of citationsOf(delta))
        events.push({ type: 'citation', index: this.#text.block, citation });
    for (const { mediaType, data } of imagesOf(delta)) {
      this.#endText(events);
      const index = this.#blocks.start({ kind: 'image', mediaType }, this.#number, events);
      events.push({ type: 'block-delta', index, delta: data }, this.#blocks.end(index));
    }
    for (const call of toolCallsOf(delta)) this.#call(call, events);
  }

  #say(kind: TextKind, delta: string, events: ChatEvent[]): void {
    if (this.#text?.kind !== kind) {
      this.#endText(events);
      this.#text = { kind, block: this.#blocks.start({ kind }, this.#number, events) };
    }
    events.push({ type: 'block-delta', index: this.#text.block, delta });
  }

  #endText(events: ChatEvent[]): void {
    if (this.#text) events.push(this.#blocks.end(this.#text.block));
    this.#text = undefined;
  }

  /**
   * A piece belongs to the call of its index, else of its id, else to the latest call. A name with a
   * new id begins a call in any case: some vendors give every call the index 0.
   */
  #call({ index, id, name, input, signature }: ToolCallPiece, events: ChatEvent[]): void {
    const key = index === undefined ? id && `id ${id}` : `index ${index}`;
    const unmarked = name === '' ? this.#latestCall : undefined;
    let call = key === '' ? unmarked : this.#calls.get(key);
    if (!call || (name !== '' && id !== '' && id !== call.id)) {
      this.#endText(events);
      call = {
        block: this.#blocks.start({ kind: 'tool-call', id, name }, this.#number, events),
        id,
      };
      if (key !== '') this.#calls.set(key, call);
    }
    this.#latestCall = call;
    if (input !== '') events.push({ type: 'block-delta', index: call.block, delta: input });
    this.#blocks.seal(call.block, signature);
  }
}
