import type { Json, JsonObject } from '#core/json.ts';
import type { Block, ChatEvent, Citation, FinishEvent, Usage } from '#wire/chat-event.ts';
import type { Gathered } from '#wire/collect.ts';
import type { Frame, Step, StreamWriteOptions } from '#wire/dialect.ts';
import { annotationOf } from '#wire/openai-responses/output.ts';
import {
  type Head,
  endOf,
  itemId,
  itemOf,
  partOf,
  responseOf,
  tokensOf,
} from '#wire/openai-responses/response.ts';

/** Events → messages as OpenAI sends them, each with its number. */
export const streamWriter = ({ request }: StreamWriteOptions): Step<ChatEvent, Frame> =>
  new StreamWriter(request);

interface Open {
  readonly block: Block;
  readonly id: string;
  /** Its place in the output. */
  readonly place: number;
  readonly pieces: string[];
  readonly citations: Citation[];
  readonly logprobs: Json[];
}

class StreamWriter implements Step<ChatEvent, Frame> {
  readonly #request: JsonObject | undefined;
  #sequence = 0;
  #head: Head = { id: '', model: '', created: 0 };
  readonly #open = new Map<number, Open>();
  /** Items that are whole, by their place. */
  readonly #output: JsonObject[] = [];
  #places = 0;
  readonly #extras: Gathered['extras'][number][] = [];
  #usage: Usage | undefined;

  constructor(request: JsonObject | undefined) {
    this.#request = request;
  }

  push(event: ChatEvent): Frame[] {
    switch (event.type) {
      case 'start': {
        const { id, model, created } = event;
        this.#head = { id, model, created };
        const response = responseOf(this.#head, this.#request);
        return [
          this.#frame('response.created', { response }),
          this.#frame('response.in_progress', { response }),
        ];
      }
      case 'block-start':
        // There is no place for other answers than the first.
        return (event.choice ?? 0) > 0 ? [] : this.#begin(event.index, event.block);
      case 'usage':
        this.#usage = event.usage;
        return [];
      case 'extra':
        this.#extras.push(event);
        return [];
      case 'finish':
        return (event.choice ?? 0) > 0 ? [] : this.#finish(event);
      case 'error': {
        const { message, code, param, status } = event.error;
        const said = { code: code ?? String(status), message, param: param ?? null };
        return [this.#frame('error', said)];
      }
      default: {
        const open = this.#open.get(event.index);
        return open ? this.#within(open, event) : [];
      }
    }
  }

  end(): Frame[] {
    return [];
  }

  #within(
    open: Open,
    event: Extract<ChatEvent, { type: 'block-delta' | 'citation' | 'logprobs' | 'block-end' }>,
  ): Frame[] {
    switch (event.type) {
      case 'block-delta':
        open.pieces.push(event.delta);
        return this.#delta(open, event.delta);
      case 'citation': {
        open.citations.push(event.citation);
        const annotation = annotationOf(event.citation);
        const annotation_index = open.citations.length - 1;
        const said = { ...place(open), content_index: 0, annotation_index, annotation };
        return [this.#frame('response.output_text.annotation.added', said)];
      }
      case 'logprobs': {
        open.logprobs.push(event.value);
        const said = { ...place(open), content_index: 0, delta: '' };
        const logprobs = tokensOf(event.value);
        return [this.#frame('response.output_text.delta', { ...said, logprobs })];
      }
      default:
        this.#open.delete(event.index);
        return this.#end(open, event.signature);
    }
  }

  #begin(index: number, block: Block): Frame[] {
    const at = this.#places++;
    const id = itemId(block, at, this.#head.id);
    const open = { block, id, place: at, pieces: [], citations: [], logprobs: [] };
    this.#open.set(index, open);
    const item = itemOf(block, { id, status: 'in_progress', content: '' });
    const added = this.#frame('response.output_item.added', { output_index: at, item });
    if (block.kind === 'reasoning') return [added];
    const part = partIn(open);
    return part
      ? [added, this.#frame('response.content_part.added', { ...inPart(open), part })]
      : [added];
  }

  #delta(open: Open, delta: string): Frame[] {
    switch (open.block.kind) {
      case 'text': {
        const said = { ...inPart(open), delta, logprobs: [] };
        return [this.#frame('response.output_text.delta', said)];
      }
      case 'refusal':
        return [this.#frame('response.refusal.delta', { ...inPart(open), delta })];
      case 'tool-call':
        return [this.#frame('response.function_call_arguments.delta', { ...place(open), delta })];
      case 'reasoning': {
        const said = { ...place(open), summary_index: 0 };
        const part = { type: 'summary_text', text: '' };
        const isFirst = open.pieces.length === 1;
        return [
          ...(isFirst
            ? [this.#frame('response.reasoning_summary_part.added', { ...said, part })]
            : []),
          this.#frame('response.reasoning_summary_text.delta', { ...said, delta }),
        ];
      }
      default:
        return [];
    }
  }

  #end(open: Open, signature: string | undefined): Frame[] {
    const { block, id } = open;
    const content = open.pieces.join('');
    const part = partIn(open);
    const item = itemOf(block, { id, status: 'completed', part, content, signature });
    this.#output[open.place] = item;
    const done = { output_index: open.place, item };
    return [
      ...this.#lastOf(open, content),
      ...(part ? [this.#frame('response.content_part.done', { ...inPart(open), part })] : []),
      this.#frame('response.output_item.done', done),
    ];
  }

  /** The whole of what came in pieces, once more. */
  #lastOf(open: Open, content: string): Frame[] {
    switch (open.block.kind) {
      case 'text': {
        const logprobs = open.logprobs.flatMap(tokensOf);
        const said = { ...inPart(open), text: content, logprobs };
        return [this.#frame('response.output_text.done', said)];
      }
      case 'refusal':
        return [this.#frame('response.refusal.done', { ...inPart(open), refusal: content })];
      case 'tool-call': {
        const said = { ...place(open), name: open.block.name, arguments: content };
        return [this.#frame('response.function_call_arguments.done', said)];
      }
      case 'reasoning': {
        if (open.pieces.length === 0) return [];
        const said = { ...place(open), summary_index: 0 };
        const part = { type: 'summary_text', text: content };
        return [
          this.#frame('response.reasoning_summary_text.done', { ...said, text: content }),
          this.#frame('response.reasoning_summary_part.done', { ...said, part }),
        ];
      }
      default:
        return [];
    }
  }

  #finish(finish: FinishEvent): Frame[] {
    const said = { output: this.#output, usage: this.#usage, extras: this.#extras };
    const response = { ...responseOf(this.#head, this.#request), ...endOf(finish, said) };
    const type = response.status === 'incomplete' ? 'response.incomplete' : 'response.completed';
    return [this.#frame(type, { response })];
  }

  #frame(type: string, fields: JsonObject): Frame {
    const data = JSON.stringify({ type, sequence_number: this.#sequence++, ...fields });
    return { event: type, data };
  }
}

const place = ({ id, place: output_index }: Open): JsonObject => ({ item_id: id, output_index });

const inPart = (open: Open): JsonObject => ({ ...place(open), content_index: 0 });

/** What of a message has come; undefined of a block that stands in none. */
const partIn = ({ block, pieces, citations, logprobs }: Open): JsonObject | undefined =>
  block.kind === 'text' || block.kind === 'refusal'
    ? partOf(block.kind, { content: pieces.join(''), citations, logprobs })
    : undefined;
