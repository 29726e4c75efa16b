import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { readCitation, writeCitation } from '#wire/bedrock-converse/citation.ts';
import { EmulatedFormat } from '#wire/bedrock-converse/emulated-format.ts';
import { DIALECT, readReasoning } from '#wire/bedrock-converse/read-parts.ts';
import { listAt, textAt } from '#core/fields.ts';
import { finishEvent, readUsage, stopWord, writeUsage } from '#wire/bedrock-converse/usage.ts';
import type { Block, ChatEvent } from '#wire/chat-event.ts';
import type { ReadOptions } from '#wire/dialect.ts';

/** Neither who answers nor when: the vendor does not say. */
export const START: ChatEvent = { type: 'start', id: '', model: '', created: 0 };

/** What stands beside the message and has no word in the hub. */
const EXTRAS = [
  'additionalModelResponseFields',
  'performanceConfig',
  'serviceTier',
  'trace',
] as const;

export const readExtra = (...from: readonly JsonObject[]): ChatEvent[] => {
  const all = Object.assign({}, ...from) as JsonObject;
  const value: JsonObject = {};
  for (const key of EXTRAS) {
    const said = own(all, key);
    if (said !== undefined && said !== null) value[key] = said;
  }
  return Object.keys(value).length === 0 ? [] : [{ type: 'extra', dialect: DIALECT, value }];
};

export const readReply = (body: Json, { emulates }: ReadOptions = {}): ChatEvent[] => {
  const output = isObject(body) ? own(body, 'output') : undefined;
  const message = isObject(output) ? own(output, 'message') : undefined;
  const content = isObject(message) ? own(message, 'content') : undefined;
  if (!isObject(body) || !Array.isArray(content))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without a message; try again.',
    );
  const blocks = new Blocks();
  for (const block of content) if (isObject(block)) blocks.read(block);
  const usage = readUsage(own(body, 'usage'));
  const stopReason = own(body, 'stopReason');
  const events: ChatEvent[] = [
    START,
    ...blocks.events,
    ...readExtra(body),
    ...(usage ? [{ type: 'usage', usage } as const] : []),
    finishEvent(
      typeof stopReason === 'string' ? stopReason : '',
      own(body, 'additionalModelResponseFields'),
    ),
  ];
  return emulates ? new EmulatedFormat().read(events) : events;
};

/** Content blocks → events. */
class Blocks {
  readonly events: ChatEvent[] = [];
  #index = 0;

  read(block: JsonObject): void {
    const text = own(block, 'text');
    if (typeof text === 'string') return this.#add({ kind: 'text' }, { delta: text });
    const [reasoning, call, cited, image] = [
      own(block, 'reasoningContent'),
      own(block, 'toolUse'),
      own(block, 'citationsContent'),
      own(block, 'image'),
    ];
    if (isObject(reasoning)) this.#reasoning(reasoning);
    else if (isObject(call)) this.#call(call);
    else if (isObject(cited)) this.#cited(cited);
    else if (isObject(image)) this.#image(image);
  }

  #reasoning(value: JsonObject): void {
    const part = readReasoning(value);
    if (part?.kind !== 'reasoning') return;
    const { text, signature, redacted } = part;
    const block: Block = { kind: 'reasoning', ...(redacted !== undefined && { redacted }) };
    this.#add(block, { delta: text, ...(signature !== undefined && { signature }) });
  }

  #call(call: JsonObject): void {
    const [id, name] = [own(call, 'toolUseId'), own(call, 'name')];
    if (typeof id !== 'string' || typeof name !== 'string') return;
    const delta = JSON.stringify(own(call, 'input') ?? {});
    this.#add({ kind: 'tool-call', id, name }, { delta });
  }

  #cited(value: JsonObject): void {
    const citations = own(value, 'citations');
    const delta = listAt(value, 'content')
      .map((one) => textAt(one, 'text'))
      .join('');
    const list = Array.isArray(citations)
      ? citations.flatMap((one) => readCitation(one) ?? [])
      : [];
    this.#add(
      { kind: 'text' },
      { delta, more: list.map((citation) => ({ type: 'citation', index: this.#index, citation })) },
    );
  }

  #image(image: JsonObject): void {
    const [format, source] = [own(image, 'format'), own(image, 'source')];
    const delta = isObject(source) ? own(source, 'bytes') : undefined;
    if (typeof format !== 'string' || typeof delta !== 'string') return;
    this.#add({ kind: 'image', mediaType: `image/${format}` }, { delta });
  }

  #add(
    block: Block,
    { delta, more = [], signature }: { delta: string; more?: ChatEvent[]; signature?: string },
  ): void {
    const index = this.#index++;
    this.events.push({ type: 'block-start', index, block });
    if (delta !== '') this.events.push({ type: 'block-delta', index, delta });
    this.events.push(...more);
    this.events.push({ type: 'block-end', index, ...(signature !== undefined && { signature }) });
  }
}

interface Gathered {
  readonly block: Block;
  content: string;
  signature?: string;
  readonly citations: JsonObject[];
}

/** Throws SpillwayError `stream_truncated` when the events do not end, or end in an error. */
export const writeReply = (events: readonly ChatEvent[]): JsonObject => {
  const blocks = new Map<number, Gathered>();
  const body: JsonObject = {};
  let stopReason: string | undefined;
  for (const event of events) {
    if (event.type === 'block-start')
      blocks.set(event.index, { block: event.block, content: '', citations: [] });
    else if (event.type === 'block-delta') gathered(blocks, event.index).content += event.delta;
    else if (event.type === 'citation')
      gathered(blocks, event.index).citations.push(writeCitation(event.citation));
    else if (event.type === 'block-end' && event.signature !== undefined)
      gathered(blocks, event.index).signature = event.signature;
    else if (event.type === 'usage') body['usage'] = writeUsage(event.usage);
    else if (event.type === 'extra' && event.dialect === DIALECT) Object.assign(body, event.value);
    else if (event.type === 'finish') stopReason = stopWord(event.reason, event.raw);
  }
  if (stopReason === undefined)
    throw new SpillwayError('stream_truncated', 'The reply ended before it was whole.');
  const content = [...blocks.values()].map(writeBlock);
  return { output: { message: { role: 'assistant', content } }, stopReason, ...body };
};

const gathered = (blocks: ReadonlyMap<number, Gathered>, index: number): Gathered =>
  blocks.get(index) ?? { block: { kind: 'text' }, content: '', citations: [] };

const writeBlock = ({ block, content, signature, citations }: Gathered): JsonObject => {
  if (block.kind === 'reasoning')
    return {
      reasoningContent:
        block.redacted === undefined
          ? { reasoningText: { text: content, ...(signature !== undefined && { signature }) } }
          : { redactedContent: block.redacted },
    };
  if (block.kind === 'tool-call')
    return { toolUse: { toolUseId: block.id, name: block.name, input: inputOf(content) } };
  if (block.kind === 'image')
    return {
      image: { format: block.mediaType.replace(/^image\//, ''), source: { bytes: content } },
    };
  if (citations.length > 0)
    return { citationsContent: { content: [{ text: content }], citations } };
  return { text: content };
};

/** What is no JSON was written by a model, and stays a text. */
const inputOf = (content: string): Json => {
  if (content === '') return {};
  try {
    return JSON.parse(content) as Json;
  } catch {
    return content;
  }
};
