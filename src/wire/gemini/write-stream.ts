import type { JsonObject } from '#core/json.ts';
import type { Block, ChatEvent, FinishEvent, Usage, UpstreamError } from '#wire/chat-event.ts';
import type { Gathered, WholeBlock } from '#wire/collect.ts';
import type { Frame, Step } from '#wire/dialect.ts';
import { writeError } from '#wire/gemini/error.ts';
import {
  endOf,
  extrasOf,
  headOf,
  isBlocked,
  logprobsField,
  partOf,
  usageField,
} from '#wire/gemini/write-chunk.ts';

/** Events → chunks as Google sends them: calls and pictures whole, the reason and the usage last. */
export const streamWriter = (): Step<ChatEvent, Frame> => new StreamWriter();

type Open = WholeBlock & { content: string; citations: WholeBlock['citations'][number][] };

class StreamWriter implements Step<ChatEvent, Frame> {
  #head: JsonObject = {};
  readonly #blocks = new Map<number, Open>();
  readonly #extras: Gathered['extras'][number][] = [];
  #usage: Usage | undefined;
  #finished = false;

  push(event: ChatEvent): Frame[] {
    switch (event.type) {
      case 'start':
        this.#head = headOf(event);
        return [];
      case 'block-start':
        this.#open(event.index, event.block, event.choice ?? 0);
        return [];
      case 'block-delta':
        return this.#delta(event.index, event.delta);
      case 'citation':
        this.#blocks.get(event.index)?.citations.push(event.citation);
        return [];
      case 'logprobs': {
        const index = this.#blocks.get(event.index)?.choice ?? 0;
        return [this.#frame([{ index, ...logprobsField([event.value]) }])];
      }
      case 'block-end':
        return this.#end(event.index, event.signature);
      case 'usage':
        this.#usage = event.usage;
        return [];
      case 'extra':
        this.#extras.push(event);
        return [];
      case 'finish':
        return [this.#finish(event)];
      default:
        return [{ data: JSON.stringify(errorBody(event.error)) }];
    }
  }

  end(): Frame[] {
    return [];
  }

  #open(index: number, block: Block, choice: number): void {
    this.#blocks.set(index, { ...block, choice, content: '', citations: [], logprobs: [] });
  }

  #delta(index: number, text: string): Frame[] {
    const block = this.#blocks.get(index);
    if (!block) return [];
    // Of a text only what has citations is needed again, and that is known at its end.
    block.content += text;
    if (block.kind === 'tool-call' || block.kind === 'image') return [];
    return [this.#part({ ...block, content: text })];
  }

  #end(index: number, signature: string | undefined): Frame[] {
    const block = this.#blocks.get(index);
    if (!block) return [];
    const sealed = signature === undefined ? {} : { signature };
    if (block.kind === 'tool-call' || block.kind === 'image')
      return [this.#part({ ...block, ...sealed })];
    return signature === undefined ? [] : [this.#part({ ...block, content: '', ...sealed })];
  }

  #finish(finish: FinishEvent): Frame {
    const extras = extrasOf(this.#extras);
    const blocks = [...this.#blocks.values()];
    const isFirst = !this.#finished;
    this.#finished = true;
    const more = { ...usageField(this.#usage, extras), ...(isFirst && extras.reply) };
    if (isBlocked(finish, extras, blocks.length)) return this.#frame([], more);
    const index = finish.choice ?? 0;
    const its = blocks.filter(({ choice }) => choice === index);
    const parts = index === 0 && extras.parts.length > 0 ? extras.parts : [{ text: '' }];
    const content = { parts: [...parts], role: 'model' };
    return this.#frame([{ content, ...endOf(finish, extras, its) }], more);
  }

  #part(block: WholeBlock): Frame {
    const content = { parts: [partOf(block)], role: 'model' };
    return this.#frame([{ content, index: block.choice }]);
  }

  #frame(candidates: JsonObject[], more: JsonObject = {}): Frame {
    const said = candidates.length > 0 ? { candidates } : {};
    return { data: JSON.stringify({ ...said, ...more, ...this.#head }) };
  }
}

const errorBody = ({ status, message, param }: UpstreamError): JsonObject =>
  writeError({ status, message, ...(param !== undefined && { param }) });
