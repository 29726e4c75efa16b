import type { JsonObject } from '#core/json.ts';
import { writeCitation } from '#wire/anthropic-messages/citations.ts';
import {
  emptyBlock,
  endingOf,
  headOf,
  ownExtra,
  serverInput,
  wholeBlock,
} from '#wire/anthropic-messages/content.ts';
import { fieldText } from '#wire/anthropic-messages/fields.ts';
import { writeError } from '#wire/anthropic-messages/error.ts';
import type { Block, ChatEvent, FinishEvent, Usage } from '#wire/chat-event.ts';
import type { Frame, Step } from '#wire/dialect.ts';

/** The hub's events → those of a message. Its blocks come one after the other, whole or not at all. */
export const streamWriter = (): Step<ChatEvent, Frame> => new StreamWriter();

/** A block of the hub's: what of it has not been written yet. */
interface Waiting {
  readonly block: Block;
  readonly deltas: JsonObject[];
  /** Whether any of it has been written. */
  hasBegun: boolean;
  hasEnded: boolean;
  signature: string;
}

const frame = (type: string, fields: JsonObject = {}): Frame => ({
  event: type,
  data: JSON.stringify({ type, ...fields }),
});

class StreamWriter implements Step<ChatEvent, Frame> {
  readonly #waiting = new Map<number, Waiting>();
  #active: Waiting | undefined;
  /** Blocks written, the active one included. */
  #written = 0;
  #usage: Usage | undefined;
  #extra = { usage: {} as JsonObject, message: {} as JsonObject };
  #isRefusal = false;

  push(event: ChatEvent): Frame[] {
    switch (event.type) {
      case 'start':
        return [startFrame(event)];
      case 'block-start':
        return (event.choice ?? 0) === 0 ? this.#begin(event.index, event.block) : [];
      case 'block-delta':
      case 'citation':
        return this.#add(event.index, event);
      case 'block-end':
        return this.#end(event.index, event.signature ?? '');
      case 'extra':
        return this.#tell(event);
      case 'usage':
        this.#usage = event.usage;
        return [];
      case 'finish':
        return (event.choice ?? 0) === 0 ? this.#finish(event) : [];
      case 'error':
        return [errorFrame(event)];
      default:
        return [];
    }
  }

  end(): Frame[] {
    return [];
  }

  #begin(index: number, block: Block): Frame[] {
    const deltas: JsonObject[] = [];
    this.#waiting.set(index, { block, deltas, hasBegun: false, hasEnded: false, signature: '' });
    return this.#flush();
  }

  #add(index: number, event: Extract<ChatEvent, { type: 'block-delta' | 'citation' }>): Frame[] {
    const waiting = this.#waiting.get(index);
    if (!waiting) return [];
    if (event.type === 'citation')
      waiting.deltas.push({ type: 'citations_delta', citation: writeCitation(event.citation) });
    else if (event.delta !== '') {
      if (waiting.block.kind === 'refusal') this.#isRefusal = true;
      const delta = textDelta(waiting.block, event.delta);
      // Nothing of the active block waits, and no other's turn has come by this.
      if (waiting === this.#active && waiting.block.kind !== 'image') return [this.#delta(delta)];
      waiting.deltas.push(delta);
    }
    return this.#flush();
  }

  #end(index: number, signature: string): Frame[] {
    const waiting = this.#waiting.get(index);
    if (!waiting) return [];
    waiting.hasEnded = true;
    waiting.signature = signature;
    return this.#flush();
  }

  /** Writes what can be written: all of the active block, then of those behind it. */
  #flush(): Frame[] {
    const frames: Frame[] = [];
    for (;;) {
      this.#active ??= this.#next(frames);
      const active = this.#active;
      if (!active) return frames;
      if (active.block.kind !== 'image')
        for (const delta of active.deltas.splice(0)) frames.push(this.#delta(delta));
      if (!active.hasEnded && !(isProse(active.block) && this.#othersAreReady(active)))
        return frames;
      // Prose goes on in another block, should more of it come.
      if (active.signature !== '' && active.block.kind === 'reasoning')
        frames.push(this.#delta({ type: 'signature_delta', signature: active.signature }));
      frames.push(frame('content_block_stop', { index: this.#written - 1 }));
      this.#active = undefined;
      if (active.hasEnded) this.#forget(active);
    }
  }

  #next(frames: Frame[]): Waiting | undefined {
    for (const waiting of this.#waiting.values()) {
      if (isOver(waiting)) this.#forget(waiting);
      else if (isReady(waiting)) {
        waiting.hasBegun = true;
        frames.push(this.#blockFrame(firstOf(waiting)));
        return waiting;
      }
    }
    return undefined;
  }

  #othersAreReady(active: Waiting): boolean {
    for (const waiting of this.#waiting.values())
      if (waiting !== active && !isOver(waiting) && isReady(waiting)) return true;
    return false;
  }

  #forget(gone: Waiting): void {
    for (const [index, waiting] of this.#waiting) if (waiting === gone) this.#waiting.delete(index);
  }

  #blockFrame(block: JsonObject): Frame {
    return frame('content_block_start', { index: this.#written++, content_block: block });
  }

  #delta(delta: JsonObject): Frame {
    const type = 'content_block_delta';
    return { event: type, data: JSON.stringify({ type, index: this.#written - 1, delta }) };
  }

  #tell(event: Extract<ChatEvent, { type: 'extra' }>): Frame[] {
    const { content, usage, message } = ownExtra(event);
    this.#extra = {
      usage: { ...this.#extra.usage, ...usage },
      message: { ...this.#extra.message, ...message },
    };
    // Only between blocks: where one is open they have come from another dialect.
    return this.#active ? [] : content.flatMap((block) => this.#ownBlock(block));
  }

  #ownBlock(block: JsonObject): Frame[] {
    const input = serverInput(block);
    const frames = [this.#blockFrame(input ? { ...block, input: {} } : block)];
    if (input)
      frames.push(this.#delta({ type: 'input_json_delta', partial_json: JSON.stringify(input) }));
    return [...frames, frame('content_block_stop', { index: this.#written - 1 })];
  }

  #finish(finish: FinishEvent): Frame[] {
    const { delta, usage } = endingOf(finish, {
      usage: this.#usage,
      extra: this.#extra,
      isRefusal: this.#isRefusal,
    });
    return [frame('message_delta', { delta, usage }), frame('message_stop')];
  }
}

/** Texts that lose nothing when they are told in two blocks. */
const isProse = (block: Block): boolean =>
  block.kind === 'text' ||
  block.kind === 'refusal' ||
  (block.kind === 'reasoning' && block.redacted === undefined);

/** All that was told of it has been written. */
const isOver = ({ hasBegun, hasEnded, deltas, signature }: Waiting): boolean =>
  hasBegun && hasEnded && deltas.length === 0 && signature === '';

const isReady = ({ block, hasEnded, deltas }: Waiting): boolean => {
  if (block.kind === 'image') return hasEnded;
  return hasEnded || deltas.length > 0 || !isProse(block);
};

const firstOf = ({ block, deltas }: Waiting): JsonObject => {
  if (block.kind !== 'image') return emptyBlock(block);
  const text = deltas.map((delta) => fieldText(delta, 'text')).join('');
  return wholeBlock(block, { text, signature: '', citations: [] });
};

const textDelta = ({ kind }: Block, text: string): JsonObject => {
  if (kind === 'reasoning') return { type: 'thinking_delta', thinking: text };
  if (kind === 'tool-call') return { type: 'input_json_delta', partial_json: text };
  return { type: 'text_delta', text };
};

/** The counts come at the end. */
const startFrame = (start: Extract<ChatEvent, { type: 'start' }>): Frame =>
  frame('message_start', {
    message: {
      ...headOf(start),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 0, output_tokens: 0 },
    },
  });

const errorFrame = ({ error }: Extract<ChatEvent, { type: 'error' }>): Frame => ({
  event: 'error',
  data: JSON.stringify(writeError(error)),
});
