import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Block, ChatEvent } from '#wire/chat-event.ts';
import type { Frame, Step } from '#wire/dialect.ts';
import { ENDINGS } from '#wire/openai-responses/endings.ts';
import { errorIn } from '#wire/openai-responses/error.ts';
import { textAt } from '#core/fields.ts';
import {
  blocksOf,
  callBlock,
  citationOf,
  extraOf,
  finishOf,
  imageOf,
  logprobsOf,
  startOf,
  thoughtBlock,
} from '#wire/openai-responses/output.ts';
import { SUMMARY_GAP } from '#wire/openai-responses/read-items.ts';
import { eventsOf } from '#wire/openai-responses/read-reply.ts';
import { readUsage, whole } from '#wire/openai-responses/usage.ts';

const broken = (message: string): ChatEvent => ({
  type: 'error',
  error: { kind: 'broken', status: 502, message },
});

/** Throws SpillwayError `upstream_invalid`: a `data:` line that is no JSON object. */
export const parseMessage = (data: string): JsonObject => {
  let message: Json;
  try {
    message = JSON.parse(data) as Json;
  } catch (cause) {
    const text = 'The upstream sent an event that is not JSON; try again.';
    throw new SpillwayError('upstream_invalid', text, { cause });
  }
  if (isObject(message)) return message;
  throw new SpillwayError(
    'upstream_invalid',
    'The upstream sent an event that is not an object; try again.',
  );
};

/** Servers that copy this format from another one end with its mark. */
const DONE = '[DONE]';

/** Messages → events. A message that is no JSON ends the stream with an error. */
export const streamReader = (): Step<Frame, ChatEvent> => new StreamReader();

/** A block that has begun. */
interface Open {
  readonly index: number;
  readonly kind: Block['kind'];
  /** Whether anything was said in it. */
  spoke: boolean;
  /** Of a thought: the part of its summary that goes on. */
  part: number;
}

class StreamReader implements Step<Frame, ChatEvent> {
  /** By item, and for what stands inside a message by its place there. */
  readonly #open = new Map<string, Open>();
  #blocks = 0;
  #calls = 0;
  #started = false;
  #over = false;

  push({ data }: Frame): ChatEvent[] {
    if (this.#over || data === DONE) return [];
    let message: JsonObject;
    try {
      message = parseMessage(data);
    } catch (thrown) {
      return this.#stop([], broken((thrown as Error).message));
    }
    const error = errorIn(message);
    if (error) return this.#stop([], { type: 'error', error });
    const events = this.#start(message);
    const type = textAt(message, 'type');
    if (ENDINGS.has(type)) return this.#finish(message, events);
    this.#read(type, message, events);
    return events;
  }

  end(): ChatEvent[] {
    return this.#over ? [] : this.#stop([], broken('The stream ended before it was whole.'));
  }

  #start(message: JsonObject): ChatEvent[] {
    if (this.#started) return [];
    const response = own(message, 'response');
    this.#started = true;
    return [startOf(isObject(response) ? response : {})];
  }

  #read(type: string, message: JsonObject, events: ChatEvent[]): void {
    const item = own(message, 'item');
    const delta = textAt(message, 'delta');
    switch (type) {
      case 'response.output_item.added':
        if (isObject(item)) this.#itemBegins(keyOf(message), item, events);
        return;
      case 'response.output_item.done':
        if (isObject(item)) this.#itemEnds(message, item, events);
        return;
      case 'response.content_part.added':
        this.#partBegins(message, events);
        return;
      case 'response.content_part.done':
        this.#close(keyOf(message, 'part'), events);
        return;
      case 'response.output_text.delta':
        return this.#text('text', delta, { message, events });
      case 'response.refusal.delta':
        return this.#text('refusal', delta, { message, events });
      case 'response.output_text.annotation.added':
        return this.#cite(message, events);
      case 'response.function_call_arguments.delta':
        return this.#say(this.#open.get(keyOf(message)), delta, events);
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        return this.#think(delta, message, events);
      case 'response.output_text.done':
        return this.#done(keyOf(message, 'part'), textAt(message, 'text'), events);
      case 'response.refusal.done':
        return this.#done(keyOf(message, 'part'), textAt(message, 'refusal'), events);
      case 'response.function_call_arguments.done':
        return this.#done(keyOf(message), textAt(message, 'arguments'), events);
    }
  }

  #itemBegins(key: string, item: JsonObject, events: ChatEvent[]): void {
    if (this.#open.has(key)) return;
    const type = own(item, 'type');
    if (type === 'function_call') this.#begin(key, callBlock(item), events);
    else if (type === 'reasoning') this.#begin(key, thoughtBlock(item).block, events);
  }

  #itemEnds(message: JsonObject, item: JsonObject, events: ChatEvent[]): void {
    const key = keyOf(message);
    const type = own(item, 'type');
    if (type === 'image_generation_call') {
      for (const said of imageOf(item)) events.push(...eventsOf(said, this.#blocks++));
      return;
    }
    // Whoever sends an item whole sends no beginning of it.
    if (type === 'function_call' || type === 'reasoning') this.#itemBegins(key, item, events);
    if (type === 'function_call') this.#done(key, textAt(item, 'arguments'), events);
    const { signature } = type === 'reasoning' ? thoughtBlock(item) : {};
    if (type === 'reasoning' && this.#open.get(key)?.spoke === false)
      for (const { content } of blocksOf({ output: [item] })) this.#done(key, content, events);
    this.#close(key, events, signature);
    for (const part of this.#open.keys()) if (part.startsWith(`${key}/`)) this.#close(part, events);
  }

  #partBegins(message: JsonObject, events: ChatEvent[]): void {
    const part = own(message, 'part');
    const type = isObject(part) ? own(part, 'type') : undefined;
    const key = keyOf(message, 'part');
    if (this.#open.has(key)) return;
    if (type === 'output_text') this.#begin(key, { kind: 'text' }, events);
    else if (type === 'refusal') this.#begin(key, { kind: 'refusal' }, events);
  }

  #text(
    kind: 'text' | 'refusal',
    delta: string,
    { message, events }: { message: JsonObject; events: ChatEvent[] },
  ): void {
    const key = keyOf(message, 'part');
    const open = this.#open.get(key) ?? this.#begin(key, { kind }, events);
    this.#say(open, delta, events);
    const value = logprobsOf(message);
    if (value && open.kind === 'text') events.push({ type: 'logprobs', index: open.index, value });
  }

  #think(delta: string, message: JsonObject, events: ChatEvent[]): void {
    const key = keyOf(message);
    const open = this.#open.get(key) ?? this.#begin(key, { kind: 'reasoning' }, events);
    const part = whole(own(message, 'summary_index')) ?? 0;
    const gap = part !== open.part && open.spoke ? SUMMARY_GAP : '';
    open.part = part;
    this.#say(open, gap + delta, events);
  }

  #cite(message: JsonObject, events: ChatEvent[]): void {
    const open = this.#open.get(keyOf(message, 'part'));
    if (open?.kind !== 'text') return;
    for (const citation of citationOf(own(message, 'annotation') ?? null))
      events.push({ type: 'citation', index: open.index, citation });
  }

  /** The whole text at the end counts only where no piece of it came. */
  #done(key: string, text: string, events: ChatEvent[]): void {
    const open = this.#open.get(key);
    if (open && !open.spoke) this.#say(open, text, events);
  }

  #say(open: Open | undefined, delta: string, events: ChatEvent[]): void {
    if (!open || delta === '') return;
    open.spoke = true;
    events.push({ type: 'block-delta', index: open.index, delta });
  }

  #begin(key: string, block: Block, events: ChatEvent[]): Open {
    const open: Open = { index: this.#blocks++, kind: block.kind, spoke: false, part: 0 };
    this.#open.set(key, open);
    if (block.kind === 'tool-call') this.#calls++;
    events.push({ type: 'block-start', index: open.index, block });
    return open;
  }

  #close(key: string, events: ChatEvent[], signature?: string): void {
    const open = this.#open.get(key);
    if (!open) return;
    this.#open.delete(key);
    events.push({
      type: 'block-end',
      index: open.index,
      ...(signature !== undefined && { signature }),
    });
  }

  #finish(message: JsonObject, events: ChatEvent[]): ChatEvent[] {
    const found = own(message, 'response');
    const response = isObject(found) ? found : {};
    // A vendor that answers at once may say nothing before the end.
    if (this.#blocks === 0)
      for (const said of blocksOf(response)) {
        if (said.block.kind === 'tool-call') this.#calls++;
        events.push(...eventsOf(said, this.#blocks++));
      }
    for (const key of this.#open.keys()) this.#close(key, events);
    const extra = extraOf(response);
    if (extra) events.push(extra);
    const usage = readUsage(own(response, 'usage'));
    if (usage) events.push({ type: 'usage', usage });
    return this.#stop(events, finishOf(response, this.#calls > 0));
  }

  #stop(events: ChatEvent[], last: ChatEvent): ChatEvent[] {
    this.#over = true;
    for (const key of this.#open.keys()) this.#close(key, events);
    return [...events, last];
  }
}

/** Where a message belongs: an item by its place in the output, a part by its place in the item. */
const keyOf = (message: JsonObject, of: 'item' | 'part' = 'item'): string => {
  const item = `${whole(own(message, 'output_index')) ?? textAt(message, 'item_id')}`;
  return of === 'item' ? item : `${item}/${whole(own(message, 'content_index')) ?? 0}`;
};
