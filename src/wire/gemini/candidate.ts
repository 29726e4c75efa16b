import { type JsonObject, setOwn } from '#core/json.ts';
import type { Block, ChatEvent, FinishEvent } from '#wire/chat-event.ts';
import { readCitations } from '#wire/gemini/citations.ts';
import { field, objectIn, objectsIn, textIn, without } from '#wire/gemini/fields.ts';
import { finishEvent } from '#wire/gemini/finish.ts';
import { readLogprobs } from '#wire/gemini/logprobs.ts';

/** Parts that no block has a word for are kept, up to so many. */
const MOST_OTHERS = 100;

interface Text {
  readonly kind: 'text' | 'reasoning';
  readonly block: number;
  readonly pieces: string[];
  signature?: string;
}

/** One of the answers, as its chunks come. */
export class Candidate {
  /** What is said of it beside its content, the latest word of each. */
  readonly extra: JsonObject = {};
  readonly #number: number;
  readonly #reply: { readonly id: string; readonly numbers: { next: number } };
  /** The text that goes on: anything else ends it. */
  #text: Text | undefined;
  #calls = 0;
  #reason: string | undefined;
  readonly #others: JsonObject[] = [];

  /** `numbers`: the blocks of all answers are numbered together. */
  constructor(number: number, reply: { id: string; numbers: { next: number } }) {
    this.#number = number;
    this.#reply = reply;
  }

  read(answer: JsonObject, events: ChatEvent[]): void {
    const content = objectIn(answer, 'content');
    for (const part of objectsIn(content, 'parts')) this.#part(part, events);
    const more = without(answer, ['content', 'finishReason', 'index', 'logprobsResult']);
    for (const [key, value] of Object.entries(more)) setOwn(this.extra, key, value);
    const logprobs = readLogprobs(objectIn(answer, 'logprobsResult'));
    if (logprobs !== undefined && this.#text?.kind === 'text')
      events.push({ type: 'logprobs', index: this.#text.block, value: logprobs });
    this.#reason = textIn(answer, 'finishReason') ?? this.#reason;
  }

  /** Undefined where its reason has not been told, unless nothing more can come. */
  finish(isWhole: boolean): FinishEvent | undefined {
    const raw = this.#reason ?? (isWhole ? '' : undefined);
    if (raw === undefined) return undefined;
    return finishEvent(raw, { calls: this.#calls > 0, choice: this.#number });
  }

  close(events: ChatEvent[]): void {
    if (this.#text?.kind === 'text')
      for (const citation of readCitations(this.extra, this.#text.pieces.join('')))
        events.push({ type: 'citation', index: this.#text.block, citation });
    this.#endText(events);
    if (this.#others.length > 0) this.extra['parts'] = this.#others;
  }

  #part(part: JsonObject, events: ChatEvent[]): void {
    const text = field(part, 'text');
    const signature = textIn(part, 'thoughtSignature');
    if (typeof text === 'string') {
      const kind = field(part, 'thought') === true ? 'reasoning' : 'text';
      return this.#say({ kind, text, signature }, events);
    }
    const call = objectIn(part, 'functionCall');
    const name = call && textIn(call, 'name');
    if (call && name !== undefined) {
      const id = textIn(call, 'id') ?? this.#callId();
      const input = JSON.stringify(objectIn(call, 'args') ?? {});
      this.#calls++;
      const seal = signature !== undefined && { signature };
      const block = { kind: 'tool-call', id, name, ...seal } as const;
      return this.#whole(block, { content: input, signature }, events);
    }
    const inline = objectIn(part, 'inlineData');
    const mediaType = (inline && textIn(inline, 'mimeType')) ?? '';
    const data = inline && textIn(inline, 'data');
    if (data !== undefined && mediaType.startsWith('image/'))
      return this.#whole({ kind: 'image', mediaType }, { content: data, signature }, events);
    if (this.#others.length < MOST_OTHERS) this.#others.push(part);
  }

  #say(
    { kind, text, signature }: { kind: Text['kind']; text: string; signature: string | undefined },
    events: ChatEvent[],
  ): void {
    if (text === '' && signature === undefined) return;
    if (this.#text?.kind !== kind) {
      this.#endText(events);
      this.#text = { kind, block: this.#start({ kind }, events), pieces: [] };
    }
    if (text !== '') {
      events.push({ type: 'block-delta', index: this.#text.block, delta: text });
      if (kind === 'text') this.#text.pieces.push(text);
    }
    if (signature !== undefined) this.#text.signature = signature;
  }

  #whole(
    block: Block,
    { content, signature }: { content: string; signature: string | undefined },
    events: ChatEvent[],
  ): void {
    this.#endText(events);
    const index = this.#start(block, events);
    events.push({ type: 'block-delta', index, delta: content });
    events.push({ type: 'block-end', index, ...(signature !== undefined && { signature }) });
  }

  #endText(events: ChatEvent[]): void {
    if (!this.#text) return;
    const { block: index, signature } = this.#text;
    events.push({ type: 'block-end', index, ...(signature !== undefined && { signature }) });
    this.#text = undefined;
  }

  #start(block: Block, events: ChatEvent[]): number {
    const index = this.#reply.numbers.next++;
    const choice = this.#number;
    events.push({ type: 'block-start', index, block, ...(choice > 0 && { choice }) });
    return index;
  }

  /** Most models give none; a conversation must not have the same one twice. */
  #callId(): string {
    return ['call', this.#reply.id, this.#number || '', this.#calls]
      .filter((each) => each !== '')
      .join('_');
  }
}
