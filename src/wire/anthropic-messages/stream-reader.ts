import { type JsonObject, isObject, own } from '#core/json.ts';
import { readCitation } from '#wire/anthropic-messages/citations.ts';
import { readStreamError } from '#wire/anthropic-messages/error.ts';
import { parseEvent } from '#wire/anthropic-messages/event.ts';
import { fieldText, parsedObject } from '#wire/anthropic-messages/fields.ts';
import { readFinish } from '#wire/anthropic-messages/finish.ts';
import { plainDelta } from '#wire/anthropic-messages/plain-delta.ts';
import { inputText } from '#wire/anthropic-messages/read-parts.ts';
import {
  blockExtra,
  extraOf,
  formatFinish,
  openedBy,
  startEvent,
} from '#wire/anthropic-messages/reply.ts';
import { type Counts, readCounts, usageOf } from '#wire/anthropic-messages/usage.ts';
import type { ChatEvent, FinishEvent } from '#wire/chat-event.ts';
import type { Frame, ReadOptions, Step } from '#wire/dialect.ts';

/** Events of a message → the hub's. What is no JSON ends the stream with an error. */
export const streamReader = ({ emulates }: ReadOptions = {}): Step<Frame, ChatEvent> =>
  new StreamReader(emulates !== undefined);

/** A block of content that has begun and not ended. */
interface OpenBlock {
  /** The hub's index; absent for a block that only this dialect has. */
  readonly index?: number;
  readonly block: JsonObject;
  signature: string;
  /** Whether any of its content has come. */
  hasBegun: boolean;
  /** JSON text of the arguments of a tool that the vendor runs. */
  input: string;
}

const broken = (message: string): ChatEvent => ({
  type: 'error',
  error: { kind: 'broken', status: 502, message },
});

class StreamReader implements Step<Frame, ChatEvent> {
  readonly #emulates: boolean;
  readonly #open = new Map<unknown, OpenBlock>();
  readonly #calls: ChatEvent[] = [];
  #blocks = 0;
  #started = false;
  #counts: Counts = {};
  /** What is told of the whole reply, at its start and at its end. */
  #message: JsonObject = {};
  #finish: FinishEvent | undefined;
  #over = false;

  constructor(emulates: boolean) {
    this.#emulates = emulates;
  }

  push({ data }: Frame): ChatEvent[] {
    if (this.#over) return [];
    const plain = plainDelta(data);
    const known = plain && this.#open.get(plain.index);
    if (known?.index !== undefined) return said(known, known.index, plain!.text);
    let event: JsonObject;
    try {
      event = parseEvent(data);
    } catch (thrown) {
      return this.#stop(broken((thrown as Error).message));
    }
    const type = own(event, 'type');
    if (type === 'error') return this.#stop({ type: 'error', error: readStreamError(event) });
    if (type === 'message_stop') return this.end();
    return this.#read(type, event);
  }

  end(): ChatEvent[] {
    if (this.#over) return [];
    return this.#stop(this.#finish ?? broken('The stream ended before it was whole.'));
  }

  #read(type: unknown, event: JsonObject): ChatEvent[] {
    if (type === 'message_start') return this.#start(own(event, 'message'));
    if (type === 'message_delta') return this.#ending(event);
    const index = own(event, 'index');
    if (type === 'content_block_start') {
      const block = own(event, 'content_block');
      return isObject(block) ? [...this.#begun(), ...this.#openBlock(index, block)] : [];
    }
    const open = this.#open.get(index);
    if (!open) return [];
    if (type === 'content_block_stop') {
      this.#open.delete(index);
      return this.#close(open);
    }
    const delta = own(event, 'delta');
    return type === 'content_block_delta' && isObject(delta) ? deltaEvents(open, delta) : [];
  }

  #start(message: unknown): ChatEvent[] {
    if (!isObject(message)) return [];
    this.#counts = { ...this.#counts, ...readCounts(own(message, 'usage')) };
    this.#message = { ...message, ...this.#message };
    return this.#begun(message);
  }

  /** A stream whose first event went missing is one of nobody. */
  #begun(message: JsonObject = {}): ChatEvent[] {
    if (this.#started) return [];
    this.#started = true;
    return [startEvent(message)];
  }

  #ending(event: JsonObject): ChatEvent[] {
    const delta = own(event, 'delta');
    const usage = own(event, 'usage');
    this.#counts = { ...this.#counts, ...readCounts(usage) };
    const before = own(this.#message, 'usage');
    this.#message = {
      ...this.#message,
      ...(isObject(delta) && delta),
      ...(isObject(usage) && { usage: { ...(isObject(before) && before), ...usage } }),
    };
    const finish = isObject(delta) ? readFinish(delta) : undefined;
    if (finish) this.#finish = finish;
    return this.#begun();
  }

  #openBlock(at: unknown, block: JsonObject): ChatEvent[] {
    const before = this.#open.get(at);
    const closed = before ? this.#close(before) : [];
    const opened = openedBy(block, this.#emulates);
    const index = opened ? this.#blocks++ : undefined;
    const open: OpenBlock = {
      ...(index !== undefined && { index }),
      block,
      signature: fieldText(block, 'signature'),
      hasBegun: false,
      input: '',
    };
    this.#open.set(at, open);
    if (!opened || index === undefined) return closed;
    const start = { type: 'block-start', index, block: opened } as const;
    if (opened.kind === 'tool-call') this.#calls.push(start);
    const text = fieldText(block, 'text') || fieldText(block, 'thinking');
    if (text === '') return [...closed, start];
    open.hasBegun = true;
    return [...closed, start, { type: 'block-delta', index, delta: text }];
  }

  #close(open: OpenBlock): ChatEvent[] {
    const { index, block, signature, hasBegun, input } = open;
    if (index === undefined)
      return [blockExtra(input === '' ? block : { ...block, input: parsedObject(input) ?? input })];
    const events: ChatEvent[] = [];
    // A call without arguments says nothing of them, or has said all at its start.
    if (!hasBegun && own(block, 'type') === 'tool_use')
      events.push({ type: 'block-delta', index, delta: inputText(own(block, 'input')) });
    events.push({ type: 'block-end', index, ...(signature !== '' && { signature }) });
    return events;
  }

  #stop(last: FinishEvent | ChatEvent): ChatEvent[] {
    this.#over = true;
    if (!this.#started) return [last.type === 'finish' ? broken('The stream was empty.') : last];
    const ends = [...this.#open.values()].flatMap((open) => this.#close(open));
    const extra = extraOf(this.#message);
    const usage = usageOf(this.#counts);
    return [
      ...ends,
      ...(extra ? [extra] : []),
      ...(usage ? [{ type: 'usage', usage } as const] : []),
      last.type === 'finish' ? formatFinish(last, this.#calls, this.#emulates) : last,
    ];
  }
}

const deltaEvents = (open: OpenBlock, delta: JsonObject): ChatEvent[] => {
  const type = own(delta, 'type');
  const { index } = open;
  if (type === 'signature_delta') {
    open.signature += fieldText(delta, 'signature');
    return [];
  }
  if (index === undefined) {
    open.input += fieldText(delta, 'partial_json');
    return [];
  }
  if (type === 'citations_delta') {
    const citation = own(delta, 'citation');
    return isObject(citation)
      ? [{ type: 'citation', index, citation: readCitation(citation) }]
      : [];
  }
  const text =
    fieldText(delta, 'text') || fieldText(delta, 'thinking') || fieldText(delta, 'partial_json');
  return text === '' ? [] : said(open, index, text);
};

const said = (open: OpenBlock, index: number, delta: string): ChatEvent[] => {
  open.hasBegun = true;
  return [{ type: 'block-delta', index, delta }];
};
