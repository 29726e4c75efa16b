import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { readCitation } from '#wire/bedrock-converse/citation.ts';
import { EmulatedFormat } from '#wire/bedrock-converse/emulated-format.ts';
import { readStreamError } from '#wire/bedrock-converse/error.ts';
import { START, readExtra } from '#wire/bedrock-converse/reply.ts';
import { finishEvent, readUsage } from '#wire/bedrock-converse/usage.ts';
import type { Block, ChatEvent, UpstreamError } from '#wire/chat-event.ts';
import type { Frame, ReadOptions, Step } from '#wire/dialect.ts';

/** One member of the stream's union. */
export interface Member {
  readonly name: string;
  readonly value: JsonObject;
}

/** Throws SpillwayError `upstream_invalid`: what is no JSON object with one member that is one. */
export const parseMember = (data: string): Member => {
  let json: Json;
  try {
    json = JSON.parse(data) as Json;
  } catch (cause) {
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent an event that is not JSON; try again.',
      { cause },
    );
  }
  const [name, value] = (isObject(json) && Object.entries(json)[0]) || [''];
  if (name !== '' && isObject(value)) return { name, value };
  throw new SpillwayError(
    'upstream_invalid',
    'The upstream sent an event that is not an object; try again.',
  );
};

export const errorIn = ({ name, value }: Member): UpstreamError | undefined =>
  name === 'error' || /exception$/i.test(name) ? readStreamError(name, value) : undefined;

const broken = (message: string): ChatEvent => ({
  type: 'error',
  error: { kind: 'broken', status: 502, message },
});

/** Members of the union → events. One that is no JSON ends the stream with an error. */
export const streamReader = ({ emulates }: ReadOptions = {}): Step<Frame, ChatEvent> => {
  const reader = new StreamReader();
  if (!emulates) return reader;
  const format = new EmulatedFormat();
  return {
    push: (frame) => format.read(reader.push(frame)),
    end: () => format.read(reader.end()),
  };
};

interface Open {
  readonly index: number;
  readonly kind: Block['kind'];
  /** Whether anything of it has come. */
  isBegun: boolean;
  signature?: string;
}

class StreamReader implements Step<Frame, ChatEvent> {
  /** Open blocks by the vendor's index. */
  readonly #open = new Map<number, Open>();
  #blocks = 0;
  #started = false;
  #stop: JsonObject | undefined;
  #over = false;
  /** What the message that is being read comes to. */
  #events: ChatEvent[] = [];

  push({ data }: Frame): ChatEvent[] {
    if (this.#over) return [];
    this.#events = [];
    try {
      const member = parseMember(data);
      const error = errorIn(member);
      if (error) this.#end({ type: 'error', error });
      else this.#read(member);
    } catch (thrown) {
      this.#end(broken((thrown as Error).message));
    }
    return this.#events;
  }

  end(): ChatEvent[] {
    this.#events = [];
    if (this.#over) return [];
    if (this.#stop) this.#finish(this.#stop, {});
    else this.#end(broken('The stream ended before it was whole.'));
    return this.#events;
  }

  #read({ name, value }: Member): void {
    if (!this.#started) this.#events.push(START);
    this.#started = true;
    if (this.#stop) {
      // What the vendor tells after its stop is numbers.
      if (name === 'metadata') this.#finish(this.#stop, value);
      return;
    }
    if (name === 'messageStop') this.#stop = value;
    else if (name === 'contentBlockStart') this.#start(value);
    else if (name === 'contentBlockDelta') this.#delta(value);
    else if (name === 'contentBlockStop') this.#close(place(value));
  }

  #start(value: JsonObject): void {
    const start = own(value, 'start');
    const [call, image] = isObject(start) ? [own(start, 'toolUse'), own(start, 'image')] : [];
    if (isObject(call)) {
      const [id, name] = [own(call, 'toolUseId'), own(call, 'name')];
      if (typeof id === 'string' && typeof name === 'string')
        this.#begin(place(value), { kind: 'tool-call', id, name });
    } else if (isObject(image)) {
      const format = own(image, 'format');
      if (typeof format === 'string')
        this.#begin(place(value), { kind: 'image', mediaType: `image/${format}` });
    }
  }

  #delta(value: JsonObject): void {
    const delta = own(value, 'delta');
    if (!isObject(delta)) return;
    const at = place(value);
    const [text, call, reasoning, citation, image] = [
      own(delta, 'text'),
      own(delta, 'toolUse'),
      own(delta, 'reasoningContent'),
      own(delta, 'citation'),
      own(delta, 'image'),
    ];
    if (typeof text === 'string') this.#say(at, 'text', text);
    else if (isObject(call)) this.#continue(at, 'tool-call', own(call, 'input'));
    else if (isObject(reasoning)) this.#reason(at, reasoning);
    else if (citation !== undefined) this.#cite(at, citation);
    else if (isObject(image)) {
      const source = own(image, 'source');
      this.#continue(at, 'image', isObject(source) ? own(source, 'bytes') : undefined);
    }
  }

  #reason(at: number, value: JsonObject): void {
    const [text, signature, redacted] = [
      own(value, 'text'),
      own(value, 'signature'),
      own(value, 'redactedContent'),
    ];
    if (typeof text === 'string') this.#say(at, 'reasoning', text);
    else if (typeof redacted === 'string') this.#begin(at, { kind: 'reasoning', redacted });
    else if (typeof signature === 'string') {
      const open = this.#opened(at, 'reasoning');
      open.signature = (open.signature ?? '') + signature;
    }
  }

  #cite(at: number, value: Json): void {
    const citation = readCitation(value);
    if (!citation) return;
    const { index } = this.#opened(at, 'text');
    this.#events.push({ type: 'citation', index, citation });
  }

  #say(at: number, kind: 'text' | 'reasoning', delta: string): void {
    this.#opened(at, kind);
    this.#continue(at, kind, delta);
  }

  #continue(at: number, kind: Block['kind'], delta: Json | undefined): void {
    const open = this.#open.get(at);
    if (open?.kind !== kind || typeof delta !== 'string' || delta === '') return;
    open.isBegun = true;
    this.#events.push({ type: 'block-delta', index: open.index, delta });
  }

  /** Texts begin without an announcement. */
  #opened(at: number, kind: 'text' | 'reasoning'): Open {
    const open = this.#open.get(at);
    return open?.kind === kind ? open : this.#begin(at, { kind });
  }

  #begin(at: number, block: Block): Open {
    this.#close(at);
    const open: Open = { index: this.#blocks++, kind: block.kind, isBegun: false };
    this.#open.set(at, open);
    this.#events.push({ type: 'block-start', index: open.index, block });
    return open;
  }

  #close(at: number, isCutOff = false): void {
    const open = this.#open.get(at);
    if (!open) return;
    this.#open.delete(at);
    const { index, kind, isBegun, signature } = open;
    // Of a call without arguments nothing comes.
    if (kind === 'tool-call' && !isBegun && !isCutOff)
      this.#events.push({ type: 'block-delta', index, delta: '{}' });
    this.#events.push({
      type: 'block-end',
      index,
      ...(signature !== undefined && { signature }),
    });
  }

  #finish(stop: JsonObject, metadata: JsonObject): void {
    const reason = own(stop, 'stopReason');
    const additional = own(stop, 'additionalModelResponseFields');
    const usage = readUsage(own(metadata, 'usage'));
    this.#end(
      ...readExtra(metadata, stop),
      ...(usage ? [{ type: 'usage', usage } as const] : []),
      finishEvent(typeof reason === 'string' ? reason : '', additional),
    );
  }

  #end(...last: ChatEvent[]): void {
    this.#over = true;
    const isCutOff = last.at(-1)?.type === 'error';
    for (const at of this.#open.keys()) this.#close(at, isCutOff);
    this.#events.push(...last);
  }
}

const place = (value: JsonObject): number => {
  const index = own(value, 'contentBlockIndex');
  return typeof index === 'number' ? index : 0;
};
