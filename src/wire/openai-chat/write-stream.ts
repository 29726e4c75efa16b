import type { JsonObject } from '#core/json.ts';
import type { Block, ChatEvent, FinishEvent, Usage, UpstreamError } from '#wire/chat-event.ts';
import type { Gathered } from '#wire/collect.ts';
import type { Frame, Step, StreamWriteOptions } from '#wire/dialect.ts';
import { finishWord, nativeWord } from '#wire/openai-chat/finish.ts';
import { asFunctionCall, oldFinishWord, speaksFunctions } from '#wire/openai-chat/functions.ts';
import { TEXT_FIELD, citationField, imageField } from '#wire/openai-chat/parts.ts';
import { DONE } from '#wire/openai-chat/read-stream.ts';
import { writeUsage } from '#wire/openai-chat/usage.ts';
import { thinkingBlock } from '#wire/openai-chat/write-message.ts';
import { extraFields } from '#wire/openai-chat/write-reply.ts';

/** Events → chunks as OpenAI sends them: the role first, usage last and only when asked for. */
export const streamWriter = (options: StreamWriteOptions): Step<ChatEvent, Frame> =>
  new StreamWriter(options);

interface Open {
  readonly block: Block;
  readonly choice: number;
  /** Of a tool call: its number among those of its choice. */
  readonly tool: number;
  /** What is told again at the block's end: the words under a seal, a picture's bytes. */
  kept: string;
}

class StreamWriter implements Step<ChatEvent, Frame> {
  readonly #includeUsage: boolean;
  /** The caller knows functions and no tools. */
  readonly #isOld: boolean;
  #head: JsonObject = {};
  /** What surrounds each delta of the first choice, as JSON: most chunks differ in that alone. */
  #before = '';
  readonly #after: string;
  readonly #open = new Map<number, Open>();
  /** The choices that have their role, each with the number of its tool calls. */
  readonly #tools = new Map<number, number>();
  readonly #extras: Gathered['extras'][number][] = [];
  #usage: Usage | undefined;
  #finished = false;
  #failed = false;

  constructor({ includeUsage, request = {} }: StreamWriteOptions) {
    this.#includeUsage = includeUsage;
    this.#isOld = speaksFunctions(request);
    this.#after = `,"logprobs":null,"finish_reason":null}]${includeUsage ? ',"usage":null' : ''}}`;
    this.#headIs({});
  }

  push(event: ChatEvent): Frame[] {
    switch (event.type) {
      case 'start': {
        const { id, created, model } = event;
        this.#headIs({ id, object: 'chat.completion.chunk', created, model });
        return this.#role(0);
      }
      case 'block-start':
        return this.#start(event.index, event.block, event.choice ?? 0);
      case 'block-delta':
        return this.#delta(event.index, event.delta);
      case 'citation': {
        const choice = this.#open.get(event.index)?.choice ?? 0;
        return [this.#chunk(citationField([event.citation]), choice)];
      }
      case 'logprobs': {
        const choice = this.#open.get(event.index)?.choice ?? 0;
        return [
          this.#frame([{ index: choice, delta: {}, logprobs: event.value, finish_reason: null }]),
        ];
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
        return this.#finish(event);
      default:
        this.#failed = true;
        return [{ data: JSON.stringify({ error: errorBody(event.error) }) }];
    }
  }

  /** The end mark, once every answer has its finish: what breaks off gets none. */
  end(): Frame[] {
    if (!this.#finished || this.#failed) return [];
    const usage = this.#includeUsage ? this.#usage : undefined;
    const counted = usage && { ...this.#head, choices: [], usage: writeUsage(usage) };
    return [...(counted ? [{ data: JSON.stringify(counted) }] : []), { data: DONE }];
  }

  #headIs(head: JsonObject): void {
    this.#head = head;
    const fields = JSON.stringify({ ...head, choices: [{ index: 0 }] });
    this.#before = `${fields.slice(0, -'}]}'.length)},"delta":`;
  }

  #chunk(delta: JsonObject, choice: number): Frame {
    if (choice === 0) return this.#around(JSON.stringify(delta));
    return this.#frame([{ index: choice, delta, logprobs: null, finish_reason: null }]);
  }

  /** The first choice's. */
  #around(delta: string): Frame {
    return { data: this.#before + delta + this.#after };
  }

  #frame(choices: JsonObject[], more: JsonObject = {}): Frame {
    const usage = this.#includeUsage ? { usage: null } : {};
    return { data: JSON.stringify({ ...this.#head, choices, ...usage, ...more }) };
  }

  #role(choice: number): Frame[] {
    if (this.#tools.has(choice)) return [];
    this.#tools.set(choice, 0);
    return [this.#chunk({ role: 'assistant', content: '', refusal: null }, choice)];
  }

  #start(index: number, block: Block, choice: number): Frame[] {
    const opening = choice === 0 ? [] : this.#role(choice);
    const tool = this.#tools.get(choice) ?? 0;
    this.#open.set(index, { block, choice, tool, kept: '' });
    if (block.kind === 'reasoning' && block.redacted !== undefined) {
      const sealed = thinkingBlock({ text: '', redacted: block.redacted });
      return [...opening, this.#chunk({ thinking_blocks: [sealed] }, choice)];
    }
    if (block.kind !== 'tool-call') return opening;
    this.#tools.set(choice, tool + 1);
    const { id, name } = block;
    const call = { index: tool, id, type: 'function', function: { name, arguments: '' } };
    return [...opening, ...this.#call(call, choice)];
  }

  #call(call: JsonObject & { readonly index: number }, choice: number): Frame[] {
    const delta = { tool_calls: [call] };
    if (!this.#isOld) return [this.#chunk(delta, choice)];
    return call.index === 0 ? [this.#chunk(asFunctionCall(delta), choice)] : [];
  }

  #delta(index: number, text: string): Frame[] {
    const open = this.#open.get(index);
    const kind = open?.block.kind ?? 'text';
    const choice = open?.choice ?? 0;
    if (kind === 'tool-call') {
      const call = { index: open?.tool ?? 0, function: { arguments: text } };
      return this.#call(call, choice);
    }
    if (open && (kind === 'reasoning' || kind === 'image')) open.kept += text;
    if (kind === 'image') return [];
    const field = TEXT_FIELD[kind];
    if (choice > 0) return [this.#chunk({ [field]: text }, choice)];
    return [this.#around(`{"${field}":${JSON.stringify(text)}}`)];
  }

  #end(index: number, signature: string | undefined): Frame[] {
    const open = this.#open.get(index);
    this.#open.delete(index);
    if (!open) return [];
    const { block, choice, tool, kept } = open;
    if (block.kind === 'image')
      return [this.#chunk({ images: [imageField(block.mediaType, kept)] }, choice)];
    if (signature === undefined) return [];
    if (block.kind === 'reasoning')
      return [this.#chunk({ thinking_blocks: [thinkingBlock({ text: kept, signature })] }, choice)];
    const sealed = { provider_specific_fields: { thought_signature: signature } };
    const call = { index: tool, function: { arguments: '' }, ...sealed };
    return this.#call(call, choice);
  }

  #finish({ reason, raw, choice = 0 }: FinishEvent): Frame[] {
    const opening = choice === 0 ? [] : this.#role(choice);
    const { top, message } = this.#finished ? NO_EXTRAS : extraFields(this.#extras);
    this.#finished = true;
    const word = finishWord(reason, raw);
    const finish_reason = this.#isOld ? oldFinishWord(word) : word;
    const native = nativeWord(raw);
    const last = { index: choice, delta: message, logprobs: null, finish_reason, ...native };
    return [...opening, this.#frame([last], top)];
  }
}

const NO_EXTRAS = { top: {}, message: {} };

const errorBody = (error: UpstreamError): JsonObject => ({
  message: error.message,
  type: error.type ?? null,
  param: error.param ?? null,
  code: error.code ?? String(error.status),
});
