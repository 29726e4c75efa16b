import { FORMAT_TOOL } from '#wire/bedrock-converse/tools.ts';
import type { ChatEvent } from '#wire/chat-event.ts';

/**
 * What an answer becomes whose format was asked for as a tool: the call is its text. What the model
 * says beside that call is no part of the format, so a text is held back until it is known whether
 * there is a call.
 */
export class EmulatedFormat {
  /** Indexes of texts that are held back. */
  readonly #texts = new Set<number>();
  #held: ChatEvent[] = [];
  #answer: number | undefined;
  #otherCalls = 0;

  read(events: readonly ChatEvent[]): ChatEvent[] {
    return events.flatMap((event) => this.#read(event));
  }

  #read(event: ChatEvent): ChatEvent[] {
    if (event.type === 'block-start') return this.#start(event);
    if ('index' in event && this.#texts.has(event.index)) return this.#hold(event);
    if (event.type !== 'usage' && event.type !== 'finish' && event.type !== 'error') return [event];
    const held = this.#release();
    const isWhole = event.type === 'finish' && this.#answer !== undefined && this.#otherCalls === 0;
    return isWhole && event.reason === 'tool-calls'
      ? [...held, { ...event, reason: 'stop' }]
      : [...held, event];
  }

  #start(event: Extract<ChatEvent, { type: 'block-start' }>): ChatEvent[] {
    const { block, index } = event;
    if (block.kind === 'text') {
      this.#texts.add(index);
      return this.#hold(event);
    }
    if (block.kind !== 'tool-call') return [event];
    // Called twice, it is a call like any other.
    if (block.name !== FORMAT_TOOL || this.#answer !== undefined) {
      this.#otherCalls++;
      return [event];
    }
    this.#answer = index;
    this.#held = [];
    return [{ ...event, block: { kind: 'text' } }];
  }

  #hold(event: ChatEvent): ChatEvent[] {
    if (this.#answer === undefined) this.#held.push(event);
    return [];
  }

  #release(): ChatEvent[] {
    return this.#answer === undefined ? this.#held.splice(0) : [];
  }
}
