import { type Json, type JsonObject, own } from '#core/json.ts';
import type { Block, ChatEvent } from '#wire/chat-event.ts';
import { DIALECT } from '#wire/cohere-chat/read-request.ts';
import { reasonWord, writeCitation, writeUsage } from '#wire/cohere-chat/usage.ts';
import type { Frame, Step } from '#wire/dialect.ts';

interface Open {
  /** The vendor's index: calls and contents are counted apart. */
  readonly at: number;
  readonly kind: Block['kind'];
}

/** Events → the vendor's own, in its order. */
export const streamWriter = (): Step<ChatEvent, Frame> => new StreamWriter();

class StreamWriter implements Step<ChatEvent, Frame> {
  readonly #open = new Map<number, Open>();
  #contents = 0;
  #calls = 0;
  #citations = 0;
  #id = '';
  #billed: Json | undefined;
  #usage: JsonObject | undefined;

  push(event: ChatEvent): Frame[] {
    switch (event.type) {
      case 'start': {
        this.#id = event.id;
        const message = {
          role: 'assistant',
          content: [],
          tool_plan: '',
          tool_calls: [],
          citations: [],
        };
        return [frame('message-start', { id: event.id, delta: { message } })];
      }
      case 'block-start':
        return this.#start(event.index, event.block);
      case 'block-delta':
        return this.#delta(event.index, event.delta);
      case 'citation': {
        const message = { citations: writeCitation(event.citation) };
        const index = this.#citations++;
        return [
          frame('citation-start', { index, delta: { message } }),
          frame('citation-end', { index }),
        ];
      }
      case 'block-end':
        return this.#stop(event.index);
      case 'extra':
        if (event.dialect === DIALECT) this.#billed = own(event.value, 'billed_units');
        return [];
      case 'usage':
        this.#usage = writeUsage(event.usage, this.#billed);
        return [];
      case 'finish':
        return [this.#end({ finish_reason: reasonWord(event.reason, event.raw) })];
      case 'error':
        return [this.#end({ finish_reason: 'ERROR', error: event.error.message })];
      default:
        return [];
    }
  }

  end(): Frame[] {
    return [];
  }

  #end(delta: JsonObject): Frame {
    const usage = this.#usage && { usage: this.#usage };
    return frame('message-end', { id: this.#id, delta: { ...delta, ...usage } });
  }

  #start(index: number, block: Block): Frame[] {
    if (block.kind === 'tool-call') {
      const at = this.#calls++;
      this.#open.set(index, { at, kind: block.kind });
      const called = { name: block.name, arguments: '' };
      const tool_calls = { id: block.id, type: 'function', function: called };
      return [frame('tool-call-start', { index: at, delta: { message: { tool_calls } } })];
    }
    if (block.kind === 'image') return [];
    const at = this.#contents++;
    this.#open.set(index, { at, kind: block.kind });
    const content =
      block.kind === 'reasoning' ? { type: 'thinking', thinking: '' } : { type: 'text', text: '' };
    return [frame('content-start', { index: at, delta: { message: { content } } })];
  }

  #delta(index: number, piece: string): Frame[] {
    const open = this.#open.get(index);
    if (!open) return [];
    const { at, kind } = open;
    if (kind === 'tool-call') {
      const message = { tool_calls: { function: { arguments: piece } } };
      return [frame('tool-call-delta', { index: at, delta: { message } })];
    }
    const content = kind === 'reasoning' ? { thinking: piece } : { text: piece };
    return [frame('content-delta', { index: at, delta: { message: { content } } })];
  }

  #stop(index: number): Frame[] {
    const open = this.#open.get(index);
    if (!open) return [];
    const type = open.kind === 'tool-call' ? 'tool-call-end' : 'content-end';
    return [frame(type, { index: open.at })];
  }
}

const frame = (type: string, fields: JsonObject): Frame => ({
  event: type,
  data: JSON.stringify({ type, ...fields }),
});
