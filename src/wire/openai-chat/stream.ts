import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Block, ChatEvent, FinishReason, UpstreamError } from '#wire/chat-event.ts';
import type { Frame, Step } from '#wire/dialect.ts';
import { readStreamError } from '#wire/openai-chat/error.ts';
import {
  TEXT_FIELD,
  type TextKind,
  type ToolCallPart,
  fieldText,
  textsOf,
  toolCallsOf,
} from '#wire/openai-chat/parts.ts';
import {
  finishEvent,
  finishWord,
  readUsage,
  startEvent,
  writeUsage,
} from '#wire/openai-chat/reply.ts';

const DONE = '[DONE]';

const broken = (message: string): ChatEvent => ({
  type: 'error',
  error: { kind: 'broken', status: 502, message },
});

/** Throws SpillwayError `upstream_invalid`: a `data:` line that is no JSON object. */
export const parseChunk = (data: string): JsonObject => {
  let chunk: Json;
  try {
    chunk = JSON.parse(data) as Json;
  } catch (cause) {
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a chunk that is not JSON; try again.',
      {
        cause,
      },
    );
  }
  if (isObject(chunk)) return chunk;
  throw new SpillwayError(
    'upstream_invalid',
    'The upstream sent a chunk that is not an object; try again.',
  );
};

/** Chunks of the first choice → events. A chunk that is no JSON ends the stream with an error. */
export const streamReader = (): Step<Frame, ChatEvent> => new StreamReader();

class StreamReader implements Step<Frame, ChatEvent> {
  readonly #texts = new Map<TextKind, number>();
  readonly #calls = new Map<string, { readonly block: number; readonly id: string }>();
  #latestCall: { readonly block: number; readonly id: string } | undefined;
  #blocks = 0;
  #started = false;
  /** Held back until the end: vendors that count as they go send it with every chunk. */
  #usage: ChatEvent | undefined;
  #finish: ChatEvent | undefined;
  #over = false;

  push({ data }: Frame): ChatEvent[] {
    if (this.#over) return [];
    if (data === DONE) return this.end();
    let chunk: JsonObject;
    try {
      chunk = parseChunk(data);
    } catch (thrown) {
      return this.#stop(broken((thrown as Error).message));
    }
    const error = own(chunk, 'error');
    if (error) return this.#stop({ type: 'error', error: readStreamError(error) });
    const usage = readUsage(own(chunk, 'usage'));
    if (usage) this.#usage = { type: 'usage', usage };
    const choice = firstChoice(chunk);
    if (!choice) return [];
    const events = this.#started ? [] : [startEvent(chunk)];
    this.#started = true;
    this.#read(choice, events);
    return events;
  }

  end(): ChatEvent[] {
    if (this.#over) return [];
    return this.#stop(this.#finish ?? broken('The stream ended before it was whole.'));
  }

  #read(choice: JsonObject, events: ChatEvent[]): void {
    const delta = own(choice, 'delta');
    if (isObject(delta)) {
      for (const { kind, text } of textsOf(delta)) this.#text(kind, text, events);
      for (const call of toolCallsOf(delta)) this.#call(call, events);
    }
    const reason = fieldText(choice, 'finish_reason');
    if (reason !== '') this.#finish = finishEvent(reason);
  }

  #text(kind: TextKind, delta: string, events: ChatEvent[]): void {
    let index = this.#texts.get(kind);
    if (index === undefined) {
      index = this.#open({ kind }, events);
      this.#texts.set(kind, index);
    }
    events.push({ type: 'block-delta', index, delta });
  }

  /**
   * A piece belongs to the call of its index, else of its id, else to the latest call. A name with a
   * new id begins a call in any case: some vendors give every call the index 0.
   */
  #call({ index, id, name, input }: ToolCallPart, events: ChatEvent[]): void {
    const key = index === undefined ? id && `id ${id}` : `index ${index}`;
    const unmarked = name === '' ? this.#latestCall : undefined;
    let call = key === '' ? unmarked : this.#calls.get(key);
    if (!call || (name !== '' && id !== '' && id !== call.id)) {
      call = { block: this.#open({ kind: 'tool-call', id, name }, events), id };
      if (key !== '') this.#calls.set(key, call);
    }
    this.#latestCall = call;
    if (input !== '') events.push({ type: 'block-delta', index: call.block, delta: input });
  }

  #open(block: Block, events: ChatEvent[]): number {
    events.push({ type: 'block-start', index: this.#blocks, block });
    return this.#blocks++;
  }

  #stop(last: ChatEvent): ChatEvent[] {
    this.#over = true;
    if (!this.#started) return [last];
    const ends = Array.from(
      { length: this.#blocks },
      (_, index) => ({ type: 'block-end', index }) as const,
    );
    return [...ends, ...(this.#usage ? [this.#usage] : []), last];
  }
}

/** Other choices than the first (`n` above 1) have no place among the events. */
const firstChoice = (chunk: JsonObject): JsonObject | undefined => {
  const choices = own(chunk, 'choices');
  const list = Array.isArray(choices) ? choices.filter(isObject) : [];
  return list.find((choice) => (own(choice, 'index') ?? 0) === 0);
};

/** Events → chunks as OpenAI sends them: the role first, usage last and only when asked for. */
export const streamWriter = (options: {
  readonly includeUsage: boolean;
}): Step<ChatEvent, Frame> => {
  let head: JsonObject = {};
  let usage: ChatEvent | undefined;
  const tools = new Map<number, number>();
  const fields = new Map<number, string>();

  const chunk = (delta: JsonObject, finish_reason: string | null = null): Frame => ({
    data: JSON.stringify({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(options.includeUsage && { usage: null }),
    }),
  });
  const toolStart = (index: number, id: string, name: string): Frame[] => {
    tools.set(index, tools.size);
    const call = { index: tools.get(index)!, id, type: 'function' };
    return [chunk({ tool_calls: [{ ...call, function: { name, arguments: '' } }] })];
  };
  const blockDelta = (index: number, text: string): Frame[] => {
    const tool = tools.get(index);
    if (tool !== undefined)
      return [chunk({ tool_calls: [{ index: tool, function: { arguments: text } }] })];
    return [chunk({ [fields.get(index) ?? TEXT_FIELD.text]: text })];
  };

  return {
    push(event) {
      if (event.type === 'start') {
        const { id, created, model } = event;
        head = { id, object: 'chat.completion.chunk', created, model };
        return [chunk({ role: 'assistant', content: '', refusal: null })];
      }
      if (event.type === 'block-start') {
        const { index, block } = event;
        if (block.kind === 'tool-call') return toolStart(index, block.id, block.name);
        fields.set(index, TEXT_FIELD[block.kind]);
        return [];
      }
      if (event.type === 'block-delta') return blockDelta(event.index, event.delta);
      if (event.type === 'usage') usage = event;
      if (event.type === 'finish') return finishFrames(event.reason, event.raw);
      if (event.type === 'error')
        return [{ data: JSON.stringify({ error: errorBody(event.error) }) }];
      return [];
    },
    end: () => [],
  };

  function finishFrames(reason: FinishReason, raw: string): Frame[] {
    const frames = [chunk({}, finishWord(reason, raw))];
    if (options.includeUsage && usage?.type === 'usage')
      frames.push({
        data: JSON.stringify({ ...head, choices: [], usage: writeUsage(usage.usage) }),
      });
    return [...frames, { data: DONE }];
  }
};

const errorBody = (error: UpstreamError): JsonObject => ({
  message: error.message,
  type: error.type ?? null,
  param: error.param ?? null,
  code: error.code ?? String(error.status),
});
