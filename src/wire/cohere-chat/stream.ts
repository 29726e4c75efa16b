import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own, valueAt } from '#core/json.ts';
import type { Block, ChatEvent } from '#wire/chat-event.ts';
import { endEvent } from '#wire/cohere-chat/reply.ts';
import { billedExtra, readCitation, readUsage } from '#wire/cohere-chat/usage.ts';
import type { Frame, Step } from '#wire/dialect.ts';

export const DONE = '[DONE]';

/** Throws SpillwayError `upstream_invalid`: a `data:` line that is no JSON object. */
export const parseChunk = (data: string): JsonObject => {
  let chunk: Json;
  try {
    chunk = JSON.parse(data) as Json;
  } catch (cause) {
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a chunk that is not JSON; try again.',
      { cause },
    );
  }
  if (isObject(chunk)) return chunk;
  throw new SpillwayError(
    'upstream_invalid',
    'The upstream sent a chunk that is not an object; try again.',
  );
};

const broken = (message: string): ChatEvent => ({
  type: 'error',
  error: { kind: 'broken', status: 502, message },
});

export const endOf = (chunk: JsonObject): ChatEvent => {
  const [reason, message] = ['finish_reason', 'error'].map((key) => valueAt(chunk, ['delta', key]));
  return endEvent(
    typeof reason === 'string' ? reason : '',
    typeof message === 'string' ? message : '',
  );
};

/** The vendor's events → ours. A message that is no JSON ends the stream with an error. */
export const streamReader = (): Step<Frame, ChatEvent> => new StreamReader();

class StreamReader implements Step<Frame, ChatEvent> {
  /** Open blocks: `text 0` is the vendor's content of index 0. */
  readonly #open = new Map<string, number>();
  #blocks = 0;
  #latestText: number | undefined;
  #started = false;
  #over = false;
  /** What the message that is being read comes to. */
  #events: ChatEvent[] = [];

  push({ data }: Frame): ChatEvent[] {
    if (this.#over) return [];
    this.#events = [];
    try {
      this.#read(parseChunk(data));
    } catch (thrown) {
      // Nothing but the end of the message is an end here.
      this.#end(broken((thrown as Error).message));
    }
    return this.#events;
  }

  end(): ChatEvent[] {
    this.#events = [];
    if (!this.#over) this.#end(broken('The stream ended before it was whole.'));
    return this.#events;
  }

  #read(chunk: JsonObject): void {
    if (!this.#started) this.#events.push(startEvent(own(chunk, 'id')));
    this.#started = true;
    const message = valueAt(chunk, ['delta', 'message']);
    const said = own(chunk, 'index');
    const at = typeof said === 'number' ? said : 0;
    switch (own(chunk, 'type')) {
      case 'message-end':
        this.#finish(chunk);
        break;
      case 'content-start':
      case 'content-delta':
        this.#content(at, valueAt(message, ['content']));
        break;
      case 'content-end':
        // A text may be cited as long as the message lasts.
        this.#close(`reasoning ${at}`);
        break;
      case 'tool-plan-delta':
        this.#say('plan', valueAt(message, ['tool_plan']));
        break;
      case 'tool-call-start':
        this.#call(`call ${at}`, valueAt(message, ['tool_calls']));
        break;
      case 'tool-call-delta': {
        const delta = valueAt(message, ['tool_calls', 'function', 'arguments']);
        this.#continue(this.#open.get(`call ${at}`), delta);
        break;
      }
      case 'tool-call-end':
        this.#close(`call ${at}`);
        break;
      case 'citation-start':
        this.#cite(valueAt(message, ['citations']));
        break;
      default:
    }
  }

  #content(at: number, content: Json | undefined): void {
    if (!isObject(content)) return;
    const thinking = own(content, 'thinking');
    if (typeof thinking === 'string') this.#say(`reasoning ${at}`, thinking);
    else this.#latestText = this.#say(`text ${at}`, own(content, 'text')) ?? this.#latestText;
  }

  /** Begins the block with its first word. */
  #say(key: string, delta: Json | undefined): number | undefined {
    if (typeof delta !== 'string' || delta === '') return undefined;
    const kind = key.startsWith('reasoning') ? 'reasoning' : 'text';
    const index = this.#open.get(key) ?? this.#begin(key, { kind });
    this.#continue(index, delta);
    return index;
  }

  #call(key: string, call: Json | undefined): void {
    const [id, name, input] = [
      valueAt(call, ['id']),
      valueAt(call, ['function', 'name']),
      valueAt(call, ['function', 'arguments']),
    ];
    if (typeof id !== 'string' || typeof name !== 'string') return;
    // Whatever was said has been said when the calls begin.
    for (const open of this.#open.keys()) if (!open.startsWith('call')) this.#close(open);
    this.#close(key);
    this.#continue(this.#begin(key, { kind: 'tool-call', id, name }), input);
  }

  #cite(value: Json | undefined): void {
    const citation = readCitation(Array.isArray(value) ? value[0] : value);
    const index = this.#latestText;
    if (citation && index !== undefined && [...this.#open.values()].includes(index))
      this.#events.push({ type: 'citation', index, citation });
  }

  #continue(index: number | undefined, delta: Json | undefined): void {
    if (index !== undefined && typeof delta === 'string' && delta !== '')
      this.#events.push({ type: 'block-delta', index, delta });
  }

  #begin(key: string, block: Block): number {
    const index = this.#blocks++;
    this.#open.set(key, index);
    this.#events.push({ type: 'block-start', index, block });
    return index;
  }

  #close(key: string): void {
    const index = this.#open.get(key);
    this.#open.delete(key);
    if (index !== undefined) this.#events.push({ type: 'block-end', index });
  }

  #finish(chunk: JsonObject): void {
    const told = valueAt(chunk, ['delta', 'usage']);
    const usage = readUsage(told);
    this.#end(
      ...billedExtra(told),
      ...(usage ? [{ type: 'usage', usage } as const] : []),
      endOf(chunk),
    );
  }

  #end(...last: ChatEvent[]): void {
    this.#over = true;
    for (const key of this.#open.keys()) this.#close(key);
    this.#events.push(...last);
  }
}

const startEvent = (id: Json | undefined): ChatEvent => ({
  type: 'start',
  id: typeof id === 'string' ? id : '',
  model: '',
  created: 0,
});
